// Text that a model could be talked into: each payload is in the database as an answer, is rendered, runs nothing and sends nothing.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ChatWindow } from "./ChatWindow";
import { freshDataFolder } from "./FacetApp";
import { hostilePayloads } from "./hostilePayloads";
import { seedChats } from "./seedChats";
import { expect, test } from "./test";
import { watchOutside } from "./watchOutside";

test("no payload runs or sends anything", async ({ launch }) => {
  let reached: string[] = [];
  const server = createServer((request, answer) => {
    reached.push(request.url ?? "");
    answer.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const list = hostilePayloads(here);
  const dataFolder = await freshDataFolder();
  await seedChats(
    dataFolder,
    list.map((text, index) => ({
      title: `Payload ${index + 1}`,
      messages: [
        { role: "user" as const, text: `Show payload ${index + 1}` },
        { role: "assistant" as const, text },
      ],
    })),
  );

  const app = await launch({ dataFolder });
  const chat = new ChatWindow(app.window);
  const outside = await watchOutside(app);
  const startUrl = app.window.url();
  for (let index = list.length; index >= 1; index--) {
    await chat.openChat(`Payload ${index}`);
    await expect(chat.questions).toHaveText([new RegExp(`Show payload ${index}(\\D|$)`)]);
    await expect(chat.answers).toHaveCount(1);
    // Every link in it is clicked, as a careless person would.
    for (const link of await chat.lastAnswer.locator("a, [role=link]").all()) await link.click({ timeout: 2_000 });
  }
  expect(await app.window.evaluate(() => Reflect.get(window, "hostile"))).toBeUndefined();
  expect(app.window.url()).toBe(startUrl);
  const inPage = await app.window.evaluate(
    () =>
      document.querySelectorAll("iframe, object, embed, video, audio, form, base, main script, img[src^='http']")
        .length,
  );
  expect(inPage).toBe(0);
  const seen = await outside();
  expect(seen.requests).toEqual([]);
  expect(seen.opened).toEqual([]);
  expect(seen.asked.filter((question) => /javascript:|data:|vbscript:|file:|ms-settings:/i.test(question))).toEqual([]);
  expect(reached).toEqual([]);
  reached = [];
  server.close();
});

test("a web link asks first and shows its address, and opens only after yes", async ({ launch }) => {
  const dataFolder = await freshDataFolder();
  await seedChats(dataFolder, [
    {
      title: "Links",
      messages: [
        { role: "user", text: "A link please" },
        { role: "assistant", text: "See [the documentation](https://example.com/docs?q=1)." },
      ],
    },
  ]);
  const app = await launch({ dataFolder });
  const chat = new ChatWindow(app.window);
  await chat.openChat("Links");
  for (const [answer, opened] of [
    [1, 0],
    [0, 1],
  ] as const) {
    const result = app.electron.evaluate(
      ({ dialog, shell }, response) =>
        new Promise<{ asked: string; opened: string[] }>((resolve) => {
          const urls: string[] = [];
          Reflect.set(shell, "openExternal", (url: string) => {
            urls.push(url);
            return Promise.resolve();
          });
          Reflect.set(dialog, "showMessageBox", (...args: unknown[]) => {
            const options = args.at(-1) as { buttons: string[]; cancelId?: number };
            const cancel = options.cancelId ?? options.buttons.length - 1;
            const yes = options.buttons.findIndex((_button, index) => index !== cancel);
            setTimeout(() => resolve({ asked: JSON.stringify(options), opened: urls }), 200);
            return Promise.resolve({ response: response === 1 ? cancel : yes, checkboxChecked: false });
          });
        }),
      answer,
    );
    await chat.lastAnswer.getByText("the documentation").click();
    const { asked, opened: urls } = await result;
    expect(asked).toContain("https://example.com/docs?q=1");
    expect(urls).toEqual(opened === 1 ? ["https://example.com/docs?q=1"] : []);
  }
});
