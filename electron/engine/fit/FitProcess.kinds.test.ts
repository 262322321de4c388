// What the fit process says of files that are no models: in words of the contract, before llama.cpp sees anything of them.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { FromFit, ToFit } from "../../contract/fitProtocol";
import { ggufsByKind } from "../../testing/ggufKinds";
import { ggufBytes, type GgufContents } from "../../testing/tinyGguf";
import { FitProcess } from "./FitProcess";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-fit-kinds-"));
});
afterAll(() => rm(folder, { recursive: true }));

function ask(message: ToFit): Promise<FromFit> {
  return new Promise((resolve) => {
    new FitProcess({
      llama: new Promise(() => {}),
      post: resolve,
      scratchFolder: path.join(folder, "scratch"),
      guessed: () => false,
    }).receive(message);
  });
}

/** What becomes of a stub, which is read as a verdict's header is, of these parts. */
async function stub(...parts: GgufContents[]): Promise<FromFit> {
  const written = await Promise.all(
    parts.map(async (contents, index) => {
      const bytes = ggufBytes(contents);
      const file = path.join(folder, `part-${index}.gguf`);
      await writeFile(file, bytes);
      return { path: file, sizeBytes: bytes.length };
    }),
  );
  return ask({ kind: "stub", id: 1, parts: written, folder: path.join(folder, "stub") });
}

it.each(
  Object.entries(ggufsByKind).flatMap(([kind, headers]) =>
    Object.entries(headers).map(([name, make]) => [kind, name, make] as const),
  ),
)("%s: %s", async (kind, _name, make) => {
  expect(await stub(make())).toMatchObject(
    kind === "model"
      ? { kind: "stubbed" }
      : { kind: "failed", failure: { code: "model-is-not-a-chat-model", details: { kind } } },
  );
});

it("looks for the layers in all parts of a split model", async () => {
  const { metadata, tensors } = ggufsByKind.model["llama"]!();
  const first: GgufContents = { metadata, tensors: tensors.filter(({ name }) => !name.startsWith("blk.")) };
  const rest: GgufContents = {
    metadata: [["split.no", { type: "uint32", value: 1 }]],
    tensors: tensors.filter(({ name }) => name.startsWith("blk.")),
  };
  expect(await stub(first, rest)).toMatchObject({ kind: "stubbed" });
  const head = ggufsByKind.draft["qwen35's head"]!();
  expect(
    await stub({ ...head, tensors: head.tensors.slice(0, 3) }, { ...rest, tensors: head.tensors.slice(3) }),
  ).toMatchObject({ failure: { details: { kind: "draft" } } });
});

it("says that it does not know an architecture, and keeps such a model apart from what is none", async () => {
  const { metadata, tensors } = ggufsByKind.model["llama"]!();
  const tomorrow = metadata.map(
    ([key, value]) =>
      (key === "general.architecture"
        ? [key, { type: "string", value: "hal9000" }]
        : [key, value]) as GgufContents["metadata"][number],
  );
  expect(await stub({ metadata: tomorrow, tensors })).toMatchObject({
    failure: { code: "model-architecture-unknown", details: { architecture: "hal9000" } },
  });
});
