// How fast this computer is: measured once, kept, and measured again where the processor, the memory, the GPU or llama.cpp is another.
import { cpus, totalmem } from "node:os";
import { dependencies } from "../../../package.json";
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { FitMachine } from "../../contract/fit";
import { MachineSpeed } from "../../contract/speed";
import type { JsonFile } from "../JsonFile";
import { entry, table, type ValueOf } from "../storedShape";
import { FitQuestions, type FitQuestionsOptions } from "./FitQuestions";
import { automaticThreads } from "./planLoad";

/** machine-speed.json: one measurement, by the computer that it was made on. */
export const SavedMachineSpeeds = table(entry(MachineSpeed));
export type SavedMachineSpeeds = ValueOf<typeof SavedMachineSpeeds>;

export interface MachineSpeedsOptions extends FitQuestionsOptions {
  file: JsonFile<SavedMachineSpeeds>;
  /** Resolves when the engine neither loads nor writes: both would be slower for it, and what is measured too. */
  engineRests: () => Promise<void>;
}

interface Measuring {
  done: Promise<Outcome<undefined>>;
  questions: FitQuestions;
}

export class MachineSpeeds {
  readonly #options: MachineSpeedsOptions;
  #current: MachineSpeed | null = null;
  #measuring: Measuring | null = null;

  constructor(options: MachineSpeedsOptions) {
    this.#options = options;
  }

  /** What was measured of this computer, now or before another start; null: nothing was. */
  recall(machine: Pick<FitMachine, "cores" | "gpus">): MachineSpeed | null {
    this.#current ??= this.#options.file.value[computerName(machine)] ?? null;
    return this.#current;
  }

  /** Succeeds when it is known. `again`: measured anew in any case. Failures: "estimate-failed". */
  async measure(
    machine: Pick<FitMachine, "cores" | "gpus">,
    { again }: { again: boolean },
  ): Promise<Outcome<undefined>> {
    if (!again && this.recall(machine) !== null) return succeed(undefined);
    return (this.#measuring ?? this.#begin(machine)).done;
  }

  close(): void {
    this.#measuring?.questions.close();
  }

  /** In a process of its own, so that no verdict waits for it, and its memory is given back at once. */
  #begin(machine: Pick<FitMachine, "cores" | "gpus">): Measuring {
    const questions = new FitQuestions(this.#options);
    const done = this.#probe(machine, questions).finally(() => {
      questions.close();
      this.#measuring = null;
    });
    return (this.#measuring = { done, questions });
  }

  async #probe(machine: Pick<FitMachine, "cores" | "gpus">, questions: FitQuestions): Promise<Outcome<undefined>> {
    await this.#options.engineRests();
    const threads = automaticThreads(machine.cores);
    const answer = await questions.ask({
      message: (id) => ({ kind: "probe", id, threads }),
      model: null,
      isUrgent: true,
    });
    if (answer.kind !== "probed")
      return answer.kind === "failed" ? { ok: false, failure: answer.failure } : fail("estimate-failed");
    this.#current = answer.speed;
    this.#options.log("info", "speed of this computer measured", answer.speed.typeBytesPerSecond);
    // Of one computer only: where the data folder moved to another, that one is measured.
    await this.#options.file.save({ [computerName(machine)]: answer.speed });
    return succeed(undefined);
  }
}

/** What a measurement holds for. */
function computerName({ cores, gpus }: Pick<FitMachine, "cores" | "gpus">): string {
  const processor = cpus()[0]?.model.trim() ?? "";
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const engine = `node-llama-cpp ${dependencies["node-llama-cpp"]}`;
  return [processor, `${cores} cores`, memory, ...gpus.map(({ name }) => name), engine].join(", ");
}
