// What the check finds in a source, and what it lets pass.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readSources } from "./messages";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), "facet-words-"));
  for (const folder of ["electron/words", "electron/faces", "renderer", "resources"])
    await mkdir(path.join(root, folder), { recursive: true });
  await writeFile(path.join(root, "resources/catalogue.json"), "{}");
});
afterEach(() => rm(root, { recursive: true }));

/** What is wrong with one line of the window's code. */
async function problemsIn(line: string, file = "renderer/Page.tsx"): Promise<string[]> {
  await writeFile(path.join(root, file), line);
  return readSources(root).problems.map((problem) =>
    problem
      .slice(problem.indexOf(" ") + 1)
      .split(":", 1)
      .join(""),
  );
}

test.each([
  ["`${share} %`"],
  ["`${share}%`"],
  ["`${speed}/s`"],
  ["`${size} MB`"],
  ["`${seconds} s`"],
  ["`${factor}×`"],
  ['share + " %"'],
  ["share.toFixed(1)"],
  ["share.toLocaleString(code)"],
  ["new Intl.NumberFormat(code)"],
  ['t("{bytes}/s", { bytes })'],
  ['t("{share} % of it", { share })'],
])("a number or its unit by hand: %s", async (line) => {
  expect(await problemsIn(line)).toEqual(["a number or unit by hand"]);
});

test("only the file of quantities makes them", async () => {
  expect(await problemsIn('t("{bytes}/s", { bytes: size.toFixed(1) })', "electron/words/quantities.ts")).toEqual([]);
});

test.each([
  ["<i style={{ width: `${share * 100}%` }} />"],
  ["Number(held.toFixed(3))"],
  ["formatPercent(share)"],
  ["`${kind}/sort`"],
  ["`${width}x${height}`"],
  ['t("{percent} kept", { percent: formatPercent(share) })'],
])("what is not a number by hand: %s", async (line) => {
  expect(await problemsIn(line)).toEqual([]);
});

test.each([
  ['count === 1 ? "file" : "files"', "a plural by hand"],
  ["<p>Two words</p>", "not in the catalogue"],
  ['<img alt="Two words" />', "not in the catalogue"],
  ['<p>{t("One.")}{" "}{t("Two.")}</p>', "sentences side by side"],
  ["t(title)", "t(…) takes a message as it stands"],
])("%s is %s", async (line, problem) => {
  expect(await problemsIn(line)).toContain(problem);
});
