// Many chats: new, rename, delete with undo, order of last use, switching, search.
import { ChatWindow } from "./ChatWindow";
import { seedChats } from "./seedChats";
import { freshDataFolder } from "./FacetApp";
import { expect, test } from "./test";

test("chats are made, renamed, deleted and brought back, the last used first", async ({ launch }) => {
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  await chat.startChat({ maxTokens: 8 });
  await chat.ask("Talk about apples.");
  await chat.startChat({ maxTokens: 8 });
  await chat.ask("Talk about pears.");
  await expect.poll(() => chat.chatTitles()).toEqual(["Talk about pears.", "Talk about apples."]);

  await chat.openChat(/apples/);
  await chat.ask("More about apples.");
  await expect.poll(() => chat.chatTitles()).toEqual(["Talk about apples.", "Talk about pears."]);

  await chat.renameChat(/pears/, "All about pears");
  await expect.poll(() => chat.chatTitles()).toEqual(["Talk about apples.", "All about pears"]);

  await chat.deleteChat("All about pears");
  await expect.poll(() => chat.chatTitles()).toEqual(["Talk about apples."]);
  await app.window.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => chat.chatTitles()).toEqual(["Talk about apples.", "All about pears"]);
  await chat.openChat(/All about pears/);
  await expect(chat.questions).toHaveText([/Talk about pears/]);

  await chat.deleteChat("All about pears");
  await app.close();
  const again = await launch({ dataFolder: app.dataFolder });
  await expect.poll(() => new ChatWindow(again.window).chatTitles()).toEqual(["Talk about apples."]);
});

test("two windows' worth of chats: scrolled, switched by keyboard, found by their words", async ({ launch }) => {
  const dataFolder = await freshDataFolder();
  await seedChats(
    dataFolder,
    Array.from({ length: 60 }, (_, index) => ({
      title: `Subject ${index + 1}`,
      messages: [
        { role: "user" as const, text: `What about subject ${index + 1}?` },
        {
          role: "assistant" as const,
          text: index === 41 ? "Here the zeppelin appears." : `Subject ${index + 1} is fine.`,
        },
      ],
    })),
  );
  const app = await launch({ dataFolder });
  const chat = new ChatWindow(app.window);
  // Newest on top: the last one that was seeded.
  await chat.openChat("Subject 60");
  await expect(chat.questions).toHaveText([/subject 60\?/]);
  for (const expected of [59, 58, 57]) {
    await app.window.keyboard.press("Control+Tab");
    await expect(chat.questions).toHaveText([new RegExp(`subject ${expected}\\?`)]);
  }
  await app.window.keyboard.press("Control+Shift+Tab");
  await expect(chat.questions).toHaveText([/subject 58\?/]);

  await chat.chatEntry("Subject 58").hover();
  await app.window.mouse.wheel(0, 10_000);
  await expect(chat.chatEntry("Subject 1")).toBeVisible();
  await chat.openChat("Subject 1");
  await expect(chat.questions).toHaveText([/subject 1\?/]);

  await app.window.keyboard.press("Control+k");
  const search = app.window
    .getByRole("dialog")
    .getByRole("combobox")
    .or(app.window.getByRole("dialog").getByRole("searchbox"));
  await search.fill("zeppel");
  await expect(app.window.getByRole("dialog").getByRole("option")).toHaveCount(1);
  await expect(app.window.getByRole("dialog").getByRole("option")).toContainText("Subject 42");
  await search.press("Enter");
  await expect(chat.questions).toHaveText([/subject 42\?/]);
  // Search syntax typed by a user is just text.
  await app.window.keyboard.press("Control+k");
  await search.fill('" OR * NEAR( title:^');
  await expect(app.window.getByRole("dialog")).toBeVisible();
  await app.window.keyboard.press("Escape");
});
