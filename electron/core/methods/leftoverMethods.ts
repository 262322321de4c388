// The methods "leftovers.…" of the application.
import { succeed } from "../../contract/failure";
import { deleteLeftover, leftoverPath, leftovers } from "../leftovers";
import type { Parts } from "../Parts";
import type { CoreHandlers } from "./CoreHandlers";

export function leftoverMethods(parts: Parts) {
  return {
    "leftovers.list": async () => succeed(await leftovers(parts)),
    "leftovers.delete": ({ id }) => deleteLeftover(id, parts),
    "leftovers.path": ({ id }) => leftoverPath(id, parts),
  } satisfies Partial<CoreHandlers>;
}
