// However a command ends, what it saved last is on the disk, and no half of a file is left.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { undocumented } from "../../electron/testing/dataFolderDocument";
import { expect, test, type FacetCommand, type RunningCommand } from "./facetCommand";

async function answering(facet: FacetCommand): Promise<RunningCommand> {
  const prompt = "Write a very long story about a lighthouse, in many chapters.";
  const running = facet.start(["chat", "-p", prompt, "--temperature", "0"]);
  running.endInput();
  await expect.poll(() => running.stdout().length, { timeout: 50_000 }).toBeGreaterThan(20);
  return running;
}

const ends: [string, NodeJS.Signals[]][] = [
  ["SIGTERM", ["SIGTERM"]],
  ["SIGINT", ["SIGINT"]],
  ["SIGINT twice", ["SIGINT", "SIGINT"]],
  ["SIGHUP, then SIGTERM", ["SIGHUP", "SIGTERM"]],
];
for (const [name, signals] of ends) {
  test(`a command that answers: ${name}`, async ({ facet }) => {
    await facet.placeStarterModel();
    const running = await answering(facet);
    for (const signal of signals) running.signal(signal);
    await running.result;
    const names = await readdir(facet.dataFolder, { recursive: true });
    expect(names.filter((file) => file.endsWith(".tmp"))).toEqual([]);
    const loads = JSON.parse(await readFile(path.join(facet.dataFolder, "loads.json"), "utf8")) as {
      records: unknown[];
    };
    expect(loads.records).toHaveLength(1);
    expect(undocumented(facet.dataFolder)).toEqual([]);
  });
}

test("after a kill the next command removes what is left of it", async ({ facet }) => {
  await facet.placeStarterModel();
  const running = await answering(facet);
  running.signal("SIGKILL");
  await running.result;
  const again = await facet.run(["chat", "-p", "Name a colour.", "--max-tokens", "4"]);
  expect(again.code).toBe(0);
  expect((await readdir(facet.dataFolder)).filter((file) => file.endsWith(".tmp") || file === "engine-state")).toEqual(
    [],
  );
});
