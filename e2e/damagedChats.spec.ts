// Chats in a damaged file: what can be read is there, the user is told, and an earlier state can be had back.
import { copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { dataPaths } from "../electron/core/dataFolder";
import { connectDatabase } from "../electron/core/chats/database";
import { ChatWindow } from "./ChatWindow";
import { checkInBothThemes } from "./checkAccessibility";
import { freshDataFolder } from "./FacetApp";
import { seedChats } from "./seedChats";
import { expect, test } from "./test";

const exchange = (about: string) =>
  [
    { role: "user", text: `What is ${about}?` },
    { role: "assistant", text: `This is ${about}.` },
  ] as const;

test("a damaged database: the window opens with the chats that can be read, and says how many; the file is kept", async ({
  launch,
  allowProblems,
}) => {
  allowProblems(/damaged|salvaged/iu);
  const dataFolder = await freshDataFolder();
  await seedChats(dataFolder, [
    { title: "About tea", messages: exchange("tea") },
    { title: "About rain", messages: exchange("rain") },
  ]);
  const { database } = dataPaths(dataFolder);
  const damaged = await readFile(database);
  damaged.fill(0, 0, 4096);
  await writeFile(database, damaged);

  const app = await launch({ dataFolder });
  const notices = app.window.getByRole("region", { name: "Notices" });
  await expect(notices.getByText("2 chats with 4 messages")).toBeVisible({ timeout: 30_000 });
  await expect(notices.getByText(/chats-damaged-.*\.db/u)).toBeVisible();
  const chat = new ChatWindow(app.window);
  await chat.openChat("About tea");
  await expect(chat.questions).toHaveText([/What is tea\?/u]);
  await expect(chat.answers).toHaveText([/This is tea\./u]);
  await chat.waitUntilReady();
  await chat.limitAnswers(8);
  await chat.ask("Say hello.");
  await app.close();
  const [kept, ...others] = (await readdir(dataFolder)).filter((name) => /^chats-.*\.db$/u.test(name));
  expect(others).toEqual([]);
  expect((await readFile(path.join(dataFolder, kept!))).equals(damaged)).toBe(true);
});

test("a chat and a message that cannot be read cost no others, at every start", async ({ launch, allowProblems }) => {
  allowProblems(/chat-rows/iu);
  const dataFolder = await freshDataFolder();
  await seedChats(dataFolder, [
    { title: "Lost", messages: exchange("nothing") },
    { title: "About tea", messages: exchange("tea") },
  ]);
  const database = connectDatabase(dataPaths(dataFolder).database);
  database.execute(`PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;
    UPDATE chats SET id = '' WHERE title = 'Lost'; UPDATE messages SET request_id = '?' WHERE text = 'This is tea.'`);
  database.close();

  const app = await launch({ dataFolder });
  const notices = app.window.getByRole("region", { name: "Notices" });
  await expect(notices.getByText("can’t read 1 chat and 2 messages")).toBeVisible({ timeout: 30_000 });
  const chat = new ChatWindow(app.window);
  await chat.openChat("About tea");
  await expect(chat.questions).toHaveText([/What is tea\?/u]);
  await expect(notices.getByText("can’t read 1 chat and 3 messages")).toBeVisible();
  await notices.getByRole("button", { name: "Dismiss" }).first().click();
  await expect(notices.getByText("can’t read")).toHaveCount(0);
  await app.close();

  const again = await launch({ dataFolder });
  await new ChatWindow(again.window).openChat("About tea");
  await expect(again.window.getByText("can’t read")).toHaveCount(0);
});

test("a backup is restored in Settings: its chats are there at once, and those of before are kept", async ({
  launch,
}) => {
  const dataFolder = await freshDataFolder();
  const { database, backups } = dataPaths(dataFolder);
  await seedChats(dataFolder, [{ title: "About tea", messages: exchange("tea") }]);
  await mkdir(backups);
  await copyFile(database, path.join(backups, "chats-2026-01-02T03-04-05-678Z.db"));
  await seedChats(dataFolder, [{ title: "About rain", messages: exchange("rain") }]);

  const app = await launch({ dataFolder });
  const chat = new ChatWindow(app.window);
  await chat.openChat("About rain");
  await app.window.getByRole("button", { name: "Settings", exact: true }).click();
  const list = app.window.getByRole("list", { name: "Backups" });
  await expect(list.getByRole("listitem")).toHaveText([/1 chat/u]);
  await list.getByRole("button", { name: /^Restore/u }).click();
  await checkInBothThemes(app.window, "the settings with a backup");
  await list.getByRole("button", { name: "Replace my chats" }).click();
  await expect(list.getByText(/chats-replaced-.*\.db/u)).toBeVisible({ timeout: 30_000 });
  await app.window.keyboard.press("Escape");
  const sidebar = app.window.getByRole("navigation", { name: "Chats" });
  await expect(sidebar.getByText("About rain")).toHaveCount(0);
  await chat.openChat("About tea");
  await expect(chat.answers).toHaveText([/This is tea\./u]);
  await chat.waitUntilReady();
  await chat.limitAnswers(8);
  await chat.ask("Say hello.");
  await app.close();

  const [kept] = (await readdir(dataFolder)).filter((name) => /^chats-replaced-.*\.db$/u.test(name));
  const before = connectDatabase(path.join(dataFolder, kept!));
  expect(new Set(before.values("title", "chats"))).toEqual(new Set(["About rain", "About tea"]));
  before.close();
});
