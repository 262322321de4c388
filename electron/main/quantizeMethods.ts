// The methods "quantize.…", "quality.…" and "jobs.…" of the contract. Main process.
import { fail, succeed } from "../contract/failure";
import type { Handlers } from "./callGate";

type QuantizeHandlers = Pick<
  Handlers,
  | "quantize.preview" | "quantize.chooseText" | "quantize.importMatrix" | "quality.results"
  | "jobs.list" | "jobs.start" | "jobs.cancel" | "jobs.retry" | "jobs.dismiss"
>;

/** The job queue comes with the next step. */
export function quantizeMethods(): QuantizeHandlers {
  const notYet = () => fail("addon-missing");
  return {
    "quantize.preview": notYet,
    "quantize.chooseText": notYet,
    "quantize.importMatrix": notYet,
    "quality.results": notYet,
    "jobs.list": () => succeed([]),
    "jobs.start": notYet,
    "jobs.cancel": notYet,
    "jobs.retry": notYet,
    "jobs.dismiss": notYet,
  };
}
