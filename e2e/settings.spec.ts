// The settings dialog, and what is reached from it.
import { readFile } from "node:fs/promises";
import { checkAccessibility } from "./checkAccessibility";
import { expect, test } from "./test";

test("what is new is shown as the changelog says it", async ({ launch }) => {
  const app = await launch();
  const page = app.window;
  const changelog = await readFile("CHANGELOG.md", "utf8");
  const versions = [...changelog.matchAll(/^## (.+)$/gmu)].map(([, version]) => version);
  await expect(page.getByRole("button", { name: "Models", exact: true })).toBeVisible();
  await page.keyboard.press("Control+,");
  await page.getByRole("dialog", { name: "Settings" }).getByRole("button", { name: "What’s new" }).click();
  const dialog = page.getByRole("dialog", { name: "What’s new" });
  await expect(dialog.getByRole("region", { name: "What’s new" }).getByRole("heading")).toHaveText(
    versions.map((version) => version ?? ""),
  );
  await checkAccessibility(page, "what is new");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});
