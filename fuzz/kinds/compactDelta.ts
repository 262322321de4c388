// Deltas in their compact form, expanded as when they are added, and made compact again; and asked which base they are for. Job process.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { writeTinyModel } from "../../electron/testing/tinyGguf";
import { inputPart, MEGABYTE, type FuzzKind } from "../FuzzKind";
import { mutateBytes } from "../mutate/bytes";
import { judgeJob, nativeAddon } from "./job";

export const compactDelta: FuzzKind = {
  name: "compact-delta",
  count: 3_000,
  readBy: "child",
  memoryLimitBytes: 1_000 * MEGABYTE,
  async open(folder) {
    const addon = nativeAddon();
    const inFolder = (name: string) => path.join(folder, name);
    await writeTinyModel(inFolder("base.gguf"), { width: 128 });
    await writeTinyModel(inFolder("fine-tune.gguf"), { width: 128, seed: 2 });
    const options = {
      base: inFolder("base.gguf"),
      fineTune: inFolder("fine-tune.gguf"),
      name: "A delta",
      baseName: "Base",
      fineTuneName: "Fine-tune",
      appVersion: "0",
      threads: 1,
      importanceMatrix: null,
    };
    await addon.makeOneBitDelta({ ...options, target: inFolder("compact.gguf"), compact: true });
    await addon.makeOneBitDelta({ ...options, target: inFolder("full.gguf"), compact: false });
    const seeds = [await readFile(inFolder("compact.gguf")), await readFile(inFolder("full.gguf"))] as const;
    return {
      make(random) {
        const isCompact = random.below(3) > 0;
        return {
          "delta.gguf": mutateBytes(seeds[isCompact ? 0 : 1], random, random.of(seeds)),
          compact: Buffer.from(isCompact ? "" : "yes"),
        };
      },
      async run(input) {
        const source = inFolder("delta.gguf");
        await writeFile(source, inputPart(input, "delta.gguf"));
        const converted = await judgeJob(() => addon, {
          kind: "convert-delta",
          source,
          target: inFolder("target.gguf"),
          compact: inputPart(input, "compact").length > 0,
        });
        if (converted.kind === "fault") return converted;
        const checked = await judgeJob(() => addon, { kind: "check-delta-base", delta: source, model: options.base });
        return checked.kind === "fault" ? checked : converted;
      },
    };
  },
};
