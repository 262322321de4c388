// What all commands have in common: help, wrong use, JSON.
import { expect, test } from "./facetCommand";

test("help is shown, and wrong use is told apart from failure", async ({ facet }) => {
  const help = await facet.run(["--help"]);
  expect(help).toMatchObject({ code: 0, stderr: "" });
  expect(help.stdout).toContain("Usage: facet");
  const wrong = await facet.run(["models", "lits"]);
  expect(wrong).toMatchObject({ code: 2, stdout: "" });
  expect(wrong.stderr).toContain("list");
});
