// Unfinished files that are in no journal: Settings shows them, and only the user deletes them.
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { ChatWindow } from "./ChatWindow";
import { checkAccessibility } from "./checkAccessibility";
import { freshDataFolder } from "./FacetApp";
import { trashInto } from "./systemDialogs";
import { expect, test } from "./test";

test("are listed in Settings with what they take, and go to the trash when the user says so", async ({ launch }) => {
  const dataFolder = await freshDataFolder();
  const [half, other] = [`${randomUUID()}.part`, `loads.json.${randomUUID()}.tmp`];
  await mkdir(path.join(dataFolder, "deltas"));
  await writeFile(path.join(dataFolder, "deltas", half), Buffer.alloc(70_000));
  await writeFile(path.join(dataFolder, "deltas", "poem.txt"), "mine");
  await writeFile(path.join(dataFolder, other), "{");
  const app = await launch({ dataFolder });
  const trash = `${dataFolder}-trash`;
  await mkdir(trash);
  try {
    await trashInto(app, trash);
    const page = app.window;
    await new ChatWindow(page).waitUntilReady();
    await page.keyboard.press("Control+,");
    await expect(page.getByRole("dialog", { name: "Settings" })).toBeVisible();
    const lines = page.getByRole("list", { name: "Unfinished files" }).getByRole("listitem");
    await expect(lines).toHaveCount(2);
    await expect(lines.filter({ hasText: half })).toContainText(/deltas\/.*70 kB/su);
    await checkAccessibility(page, "settings with unfinished files");
    await page.getByRole("button", { name: `Delete deltas/${half}` }).click();
    await page.getByRole("button", { name: `Keep it: deltas/${half}` }).click();
    await page.getByRole("button", { name: `Delete deltas/${half}` }).click();
    await page.getByRole("button", { name: `Move to trash: deltas/${half}` }).click();
    await expect(lines).toHaveCount(1);
    expect(await readdir(trash)).toEqual([half]);
    expect(await readdir(path.join(dataFolder, "deltas"))).toEqual(["poem.txt"]);
    expect(await readdir(dataFolder)).toContain(other);
  } finally {
    await rm(trash, { recursive: true });
  }
});
