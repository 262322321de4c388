// facet quantize: the table of types, the job with its result, calibration, the hub, wrong uses, and Ctrl C in the middle.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { tinyModelBytes, writeTinyModel } from "../../electron/testing/tinyGguf";
import { HubServer } from "../hub/HubServer";
import { expect, test, type FacetCommand } from "./facetCommand";

interface Types {
  source: { weightType: string };
  types: { type: string; fileBytes: number; fit: { verdict: string } }[];
  proposal: { type: string };
}

interface Made {
  path: string;
  sizeBytes: number;
  model: { id: string; name: string };
  quality: { isSource: boolean; quality: { perplexity: number; klMean: number } }[] | null;
}

/** Takes some seconds to calibrate: time enough for Ctrl C. */
const SLOW_WIDTH = 512;

function partFiles(facet: FacetCommand): Promise<string[]> {
  return readdir(facet.dataFolder, { recursive: true }).then((names) =>
    names.filter((name) => name.includes("facet-part") || /made\/.*gguf|importance\/.*gguf/u.test(name)),
  );
}

test("without a type: what each would give, whether it fits, and which one is proposed", async ({ facet }) => {
  await writeTinyModel(path.join(facet.modelsFolder, "Tiny-F32.gguf"));
  const { value, code } = await facet.json<Types>(["quantize", "tiny"]);
  expect(code).toBe(0);
  expect(value.source.weightType.toUpperCase()).toBe("F32");
  const proposed = value.types.find(({ type }) => type === value.proposal.type);
  expect(proposed).toMatchObject({ fit: { verdict: "fits" } });
  expect(proposed?.fileBytes).toBeLessThan(value.types.find(({ type }) => type === "Q8_0")?.fileBytes ?? 0);

  const shown = await facet.run(["quantize", "tiny", "--no-calibrate"]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(
    /^TYPE +SIZE +BITS +STEPS +ON THIS COMPUTER\nQ8_0 +Near-original +\d+ kB +8\.\d\d +not calibrated +Fits/u,
  );
  expect(shown.stdout).not.toMatch(/\d +calibrated/u);
  expect(shown.stderr).toContain("is recommended");
});

test("makes the file, names it, measures it, and makes none twice", async ({ facet }) => {
  const source = path.join(facet.workFolder, "Tiny-F32.gguf");
  await writeTinyModel(source);
  const made = await facet.json<Made>(["quantize", source, "q8_0", "--name", "My own", "--measure"]);
  expect(made.code).toBe(0);
  expect(path.basename(made.value.path)).toBe("Tiny-Q8_0.gguf");
  expect(made.value.sizeBytes).toBe(readFileSync(made.value.path).length);
  expect(made.value.model.name).toBe("My own");
  const [before, after] = made.value.quality ?? [];
  expect(before).toMatchObject({ isSource: true, quality: { klMean: 0 } });
  expect(after?.quality.klMean).toBeGreaterThan(0);
  expect(made.stderr).toContain("Measuring quality");

  const again = await facet.run(["quantize", "tiny", "q8_0"]);
  expect(again).toMatchObject({ code: 1, stdout: "" });
  expect(again.stderr).toContain("“Tiny-Q8_0.gguf” already exists.");
  // What was refused is no job that failed.
  expect((await facet.json<unknown[]>(["jobs"])).value).toEqual([]);
});

test("calibrates with a text of the user's, and by a matrix", async ({ facet }) => {
  const source = path.join(facet.modelsFolder, "Tiny-F32.gguf");
  await writeTinyModel(source);
  const text = path.join(facet.workFolder, "notes.txt");
  await writeFile(text, "The quick brown fox jumps over the lazy dog. ".repeat(200));
  const own = await facet.json<Made>(["quantize", "tiny", "Q4_0", "--calibrate", text]);
  expect(path.basename(own.value.path)).toBe("Tiny-own-text-Q4_0.gguf");

  const [matrix = ""] = await readdir(path.join(facet.dataFolder, "importance"));
  const imported = await facet.json<Made>([
    "quantize",
    "tiny-f32",
    "Q4_0",
    "--calibrate",
    path.join(facet.dataFolder, "importance", matrix),
  ]);
  expect(path.basename(imported.value.path)).toBe("Tiny-imported-matrix-Q4_0.gguf");

  const model = await facet.run(["quantize", "tiny-f32", "Q5_0", "--calibrate", source]);
  expect(model.code).toBe(2);
  const wrong = await facet.run(["quantize", "tiny-f32", "Q4_1", "--calibrate", source]);
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toContain("is not an importance matrix that fits this model");
  const missing = await facet.run(["quantize", "tiny-f32", "Q4_1", "--calibrate", "nowhere.txt"]);
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain("“nowhere.txt” can’t be read");
});

test("wrong uses are told apart", async ({ facet }) => {
  await writeTinyModel(path.join(facet.modelsFolder, "Tiny-one-F32.gguf"));
  await writeTinyModel(path.join(facet.modelsFolder, "Tiny-two-F32.gguf"), { seed: 2 });
  const type = await facet.run(["quantize", "tiny-one", "Q9"]);
  expect(type).toMatchObject({ code: 2, stdout: "" });
  expect(type.stderr).toContain("The types are Q8_0,");
  expect(await facet.run(["quantize", "tiny-one", "--measure"])).toMatchObject({ code: 2, stdout: "" });
  expect(await facet.run(["quantize"])).toMatchObject({ code: 2, stdout: "" });
  const both = await facet.run(["quantize", "tiny", "Q8_0"]);
  expect(both.code).toBe(3);
  expect(both.stderr).toContain("“tiny” could be any of these:\n  Tiny one\n  Tiny two");
  const none = await facet.json<{ error: { exitCode: number } }>(["quantize", "nothing", "Q8_0"]);
  expect(none).toMatchObject({ code: 3, value: { error: { exitCode: 3 } } });
});

test("an order that is under way is waited for, and who came first names the model", async ({ facet }) => {
  await writeTinyModel(path.join(facet.modelsFolder, "Slow-F32.gguf"), { width: SLOW_WIDTH });
  const first = facet.start(["quantize", "slow", "Q4_0", "--name", "First", "--json"]);
  await first.whenWritten(/Calibrating/u);
  const second = await facet.json<Made>(["quantize", "slow", "Q4_0", "--name", "Second"]);
  expect(second.code, second.stderr).toBe(0);
  expect(second.stderr).toMatch(/already being made\. Waiting for it\. --name is not used/u);
  const made = JSON.parse((await first.result).stdout) as Made;
  expect(made.model.name).toBe("First");
  expect(second.value.path).toBe(made.path);
});

test("Ctrl C ends the job, and nothing half-written is left", async ({ facet }) => {
  await writeTinyModel(path.join(facet.modelsFolder, "Slow-F32.gguf"), { width: SLOW_WIDTH });
  const running = facet.start(["quantize", "slow", "Q4_0"]);
  await running.whenWritten(/Calibrating/u);
  running.signal();
  expect(await running.result).toMatchObject({ code: 130, stdout: "", stderr: expect.stringContaining("Cancelled.") });
  expect(await partFiles(facet)).toEqual([]);
  expect((await facet.json<unknown[]>(["jobs"])).value).toEqual([]);
});

test("a model of the hub is downloaded, quantized, and not kept", async ({ facet }) => {
  const hub = await HubServer.start();
  try {
    hub.add({
      id: "maker/Small-GGUF",
      files: [
        { path: "Small-F16.gguf", content: Buffer.from(tinyModelBytes({ name: "Small" })) },
        { path: "Small-Q4_0.gguf", content: Buffer.from("anything else") },
      ],
    });
    const env = { FACET_HUB_ENDPOINT: hub.endpoint };
    const preview = await facet.json<Types>(["quantize", "hf:maker/Small-GGUF"], { env });
    expect(preview.value.types.map(({ type }) => type)).toContain("Q8_0");
    const made = await facet.json<Made>(["quantize", "hf:maker/Small-GGUF:F16", "Q8_0"], { env });
    expect(path.basename(made.value.path)).toBe("Small-Q8_0.gguf");
    expect(
      (await readdir(facet.modelsFolder, { recursive: true })).filter((name) => name.endsWith("F16.gguf")),
    ).toEqual([]);

    const unknown = await facet.run(["quantize", "hf:maker/Small-GGUF:Q6_K", "Q4_0"], { env });
    expect(unknown.code).toBe(3);
    expect(unknown.stderr).toContain("hf:maker/Small-GGUF:Small-F16.gguf");
    expect(await facet.run(["quantize", "hf:maker", "Q4_0"], { env })).toMatchObject({ code: 2, stdout: "" });
    expect(await facet.run(["quantize", "hf:maker/Nothing", "Q4_0"], { env })).toMatchObject({ code: 3, stdout: "" });

    hub.bytesPerSecond = 50_000;
    const running = facet.start(["quantize", "hf:maker/Small-GGUF", "Q6_K"], { env });
    await running.whenWritten(/Downloading/u);
    running.signal();
    expect(await running.result).toMatchObject({ code: 130, stdout: "" });
    const left = await readdir(facet.modelsFolder, { recursive: true });
    expect(left.filter((name) => name.endsWith("gguf") && !name.startsWith("made"))).toEqual([]);
  } finally {
    await hub.stop();
  }
});

test("a full disk is said before anything is written", async ({ facet }) => {
  test.skip(process.getuid?.() !== 0, "only root may mount a small disk");
  await writeTinyModel(path.join(facet.modelsFolder, "Tiny-F32.gguf"));
  const made = path.join(facet.modelsFolder, "made");
  await mkdir(made);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", made]);
  } catch {
    test.skip(true, "this system mounts no small disk");
  }
  let isFull = true;
  try {
    const failed = await facet.run(["quantize", "tiny", "Q8_0"]);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("There is not enough space on the disk");
    expect(await readdir(made)).toEqual([]);
    // It waits for another try.
    const { value } = await facet.json<{ id: string }[]>(["jobs", "list"]);
    expect(value).toHaveLength(1);
    execFileSync("umount", [made]);
    isFull = false;
    const retried = await facet.run(["jobs", "retry", value[0]?.id ?? ""]);
    expect(retried.code).toBe(0);
    expect(existsSync(path.join(made, "Tiny-Q8_0.gguf"))).toBe(true);
  } finally {
    if (isFull) execFileSync("umount", [made]);
  }
});
