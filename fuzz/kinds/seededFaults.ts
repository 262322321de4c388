// Readers that are wrong on purpose: the fuzzing itself is tested with them. Each reads a text with its length before it.
import type { Random } from "../../scripts/texts/Random";
import { inputPart, MEGABYTE, type FuzzKind } from "../FuzzKind";
import { accepted } from "../judge";
import { mutateBytes } from "../mutate/bytes";

/** What each does where the length says more than there is. */
const WRONG: Readonly<Record<string, () => unknown>> = {
  "seeded-exception": () => {
    throw new RangeError("read behind the end");
  },
  "seeded-rejection": () => void Promise.reject(new Error("nobody waits for this")),
  "seeded-crash": () => process.abort(),
  "seeded-hang": () => {
    for (;;);
  },
  "seeded-memory": () => Buffer.alloc(300 * MEGABYTE, 1),
};

function seed(): Buffer {
  const text = "a text of forty letters, or a few more ..";
  return Buffer.concat([Buffer.from([text.length, 0, 0, 0]), Buffer.from(text)]);
}

export const seededFaults: readonly FuzzKind[] = Object.entries(WRONG).map(([name, fail]) => ({
  name,
  count: 100,
  readBy: "child",
  memoryLimitBytes: 100 * MEGABYTE,
  open: async () => ({
    make: (random: Random) => ({ text: mutateBytes(seed(), random) }),
    async run(input) {
      const bytes = Buffer.from(inputPart(input, "text"));
      const length = bytes.length < 4 ? 0 : bytes.readUInt32LE();
      if (length > bytes.length - 4) await fail();
      return accepted;
    },
  }),
}));
