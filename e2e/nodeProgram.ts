// Another program of the user's on a data folder: the built application in plain Node.
import { spawn, type ChildProcess } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "@playwright/test";

const APPLICATION = pathToFileURL(path.resolve(".vite/build/application.mjs")).href;

/** A program in plain Node that runs this text, in which `application` is the built entry and `folder` the data folder. */
export function program(dataFolder: string, text: string): { child: ChildProcess; output: () => string } {
  const script = `const application = await import(${JSON.stringify(APPLICATION)}); const folder = ${JSON.stringify(dataFolder)}; ${text}`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let written = "";
  child.stdout?.on("data", (part: Buffer) => {
    written += part.toString();
  });
  return { child, output: () => written.trim() };
}

/** Holds the folder until it is killed. */
export async function holdDataFolder(dataFolder: string): Promise<ChildProcess> {
  const { child, output } = program(
    dataFolder,
    `const { value } = await application.openApplication(folder);
     const { value: chat } = await value.call("chats.create", undefined);
     await value.call("chats.rename", { chatId: chat.id, title: "Boats" });
     console.log("held"); setInterval(() => undefined, 1000);`,
  );
  await expect.poll(output).toBe("held");
  return child;
}
