// Hundreds of hostile files: the reader of whole headers and the frugal one refuse each, in time, with a failure that has its sentence.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { goodFile, hostileGgufs, writeHostileGguf } from "../../testing/hostileGguf";
import { describeModel } from "../fit/describeModel";
import { FileByteSource } from "./ByteSource";
import { readGgufHeader } from "./readGgufHeader";

/** The limit for one file; of processor time, because others may use the machine too. */
const MAX_CPU_MS = 1000;

const files = hostileGgufs();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "facet-hostile-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("are more than 200, each by its own name", () => {
  expect(files.length).toBeGreaterThan(200);
  expect(new Set(files.map(({ name }) => name)).size).toBe(files.length);
});

it("are made from a file that is read", async () => {
  const { bytes } = goodFile();
  const file = path.join(folder, "good.gguf");
  await writeHostileGguf(file, { name: "good", sizeBytes: bytes.length, pieces: [{ at: 0, bytes }], codes: [] });
  const source = await FileByteSource.open(file);
  if (!source.ok) throw new Error(source.failure.code);
  const header = await readGgufHeader(source.value);
  const facts = await describeModel(source.value);
  await source.value.close();
  expect(header.ok && header.value.tensors.map(({ name, sizeBytes }) => [name, sizeBytes])).toEqual([
    ["token_embd.weight", 512],
    ["blk.0.attn_q.weight", 72],
  ]);
  expect(facts).toMatchObject({
    ok: true,
    value: { architecture: "llama", trainContextSizeTokens: 512, parameterCount: 256 },
  });
});

describe.each(files)("$name", (hostile) => {
  it("is refused", async () => {
    const file = path.join(folder, "hostile.gguf");
    await writeHostileGguf(file, hostile);
    const source = await FileByteSource.open(file);
    if (!source.ok) throw new Error(source.failure.code);
    const started = process.cpuUsage();
    const header = await readGgufHeader(source.value);
    const tookMs = cpuMsSince(started);
    expect(header.ok ? "accepted" : header.failure.code).toBeOneOf([...hostile.codes]);
    expect(tookMs).toBeLessThan(MAX_CPU_MS);
    // The frugal reader does not look into the vocabulary; it must only come to an end, and soon.
    const described = process.cpuUsage();
    const facts = await describeModel(source.value);
    await source.value.close();
    expect(cpuMsSince(described)).toBeLessThan(MAX_CPU_MS);
    expect(["described", ...hostile.codes, "estimate-failed", "model-unreadable"]).toContain(
      facts.ok ? "described" : facts.failure.code,
    );
  });
});

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
