// The window and other programs on one data folder: one of them holds it, the others ask that one or wait for it.
import { ChatWindow } from "./ChatWindow";
import { freshDataFolder } from "./FacetApp";
import { holdDataFolder, program } from "./nodeProgram";
import { placeStarterModel } from "./starterModelFile";
import { expect, test } from "./test";

test("a program asks the window that holds the folder, and what it does shows there", async ({ launch }) => {
  const app = await launch();
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
  const asking = program(
    app.dataFolder,
    `const refused = await application.openApplication(folder);
     const client = application.openClient(folder, "facet test", () => undefined);
     const { value } = await client.call("chats.create", undefined);
     await client.call("chats.rename", { chatId: value.id, title: "Made elsewhere" });
     const { value: snapshot } = await client.call("app.snapshot", undefined);
     console.log(JSON.stringify([refused.failure?.code, refused.failure?.details?.holder, client.isRemote, snapshot.engine.kind]));
     await client.close();`,
  );
  await expect.poll(asking.output).toBe('["data-folder-busy","window",true,"ready"]');
  await expect(app.window.getByText("Made elsewhere")).toBeVisible();
});

test("the window waits for a program that holds the folder, and opens when that was killed", async ({ launch }) => {
  const dataFolder = await freshDataFolder();
  await placeStarterModel(dataFolder);
  const holding = await holdDataFolder(dataFolder);
  const app = await launch({ dataFolder });
  await expect(app.window.getByRole("heading")).toHaveText(/“program” is using Facet’s data folder \(process \d+\)/);
  holding.kill("SIGKILL");
  const chat = new ChatWindow(app.window);
  await chat.waitUntilReady();
});

test("a command between two pieces of work gives the folder to the window, and goes on there", async ({ launch }) => {
  const dataFolder = await freshDataFolder();
  await placeStarterModel(dataFolder);
  const command = program(
    dataFolder,
    `const client = application.openClient(folder, "facet chat", () => undefined);
     await client.call("chats.create", undefined);
     console.log(client.isRemote ? "elsewhere" : "here");
     const timer = setInterval(async () => {
       if (client.isRemote === false) return;
       clearInterval(timer);
       await client.call("chats.create", undefined);
       console.log(client.isRemote ? "elsewhere" : "here");
       await client.close();
     }, 100);`,
  );
  await expect.poll(command.output).toBe("here");
  const app = await launch({ dataFolder });
  await expect.poll(command.output).toBe("here\nelsewhere");
  await new ChatWindow(app.window).waitUntilReady();
});
