// facet jobs …: what was interrupted is told, tried again, and dismissed.
import path from "node:path";
import { writeTinyModel } from "../../electron/testing/tinyGguf";
import { expect, test } from "./facetCommand";

interface ListedJob {
  id: string;
  state: { kind: string; failure?: { code: string } };
}

test("a job whose process was killed is interrupted: retried, cancelled, dismissed", async ({ facet }) => {
  await writeTinyModel(path.join(facet.modelsFolder, "Slow-F32.gguf"), { width: 512 });
  const killed = facet.start(["quantize", "slow", "Q8_0", "--calibrate"]);
  await killed.whenWritten(/Calibrating/u);
  killed.signal("SIGKILL");
  await killed.result;

  const listed = await facet.json<ListedJob[]>(["jobs"]);
  expect(listed.value).toMatchObject([{ state: { kind: "failed", failure: { code: "job-interrupted" } } }]);
  const id = listed.value[0]?.id.slice(0, 8) ?? "";
  const shown = await facet.run(["jobs", "ls"]);
  expect(shown.stdout).toMatch(new RegExp(`${id} +Slow → Q8_0 +quantize +failed: `, "u"));

  const retried = facet.start(["jobs", "retry", id.slice(0, 4)]);
  await retried.whenWritten(/Calibrating/u);
  retried.signal();
  expect(await retried.result).toMatchObject({ code: 130 });
  expect((await facet.json<ListedJob[]>(["jobs"])).value).toEqual([]);
});

test("a command's job is seen and ended by another command", async ({ facet }) => {
  await writeTinyModel(path.join(facet.modelsFolder, "Slow-F32.gguf"), { width: 512 });
  const running = facet.start(["quantize", "slow", "Q8_0", "--calibrate"]);
  await running.whenWritten(/Calibrating/u);
  const listed = await facet.json<ListedJob[]>(["jobs"]);
  expect(listed.value).toMatchObject([{ state: { kind: "running" } }]);
  const busy = await facet.run(["jobs", "dismiss", listed.value[0]?.id ?? ""]);
  expect(busy.code).toBe(3);
  expect(await facet.run(["jobs", "cancel", "slow"])).toMatchObject({ code: 0 });
  expect(await running.result).toMatchObject({ code: 130, stdout: "" });
  expect(await facet.run(["jobs", "cancel", "any"])).toMatchObject({ code: 3 });
});
