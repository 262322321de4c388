import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InstanceAddress, INSTANCE_PROTOCOL } from "../contract/instanceProtocol";
import { createApplication } from "../core/createApplication";
import { nodeHost } from "../hosts/node/nodeHost";
import { CommandClient } from "./CommandClient";
import { lockDataFolder } from "./dataFolderLock";
import { holdDataFolder, type HeldApplication } from "./holdDataFolder";
import { readInstanceAddress } from "./instanceAddress";
import { RemoteApplication } from "./RemoteApplication";
import { takeOverDataFolder } from "./takeOverDataFolder";

const noLog = () => undefined;
let folder: string;
const opened: { close(): Promise<unknown> }[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "facet-instance-"));
});
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await one.close();
  rmSync(folder, { recursive: true });
});

function holdOptions(onReleaseWanted: () => void = () => undefined, dataFolder = folder) {
  return {
    folder: dataFolder,
    holder: "facet test",
    open: () =>
      createApplication({
        host: nodeHost({ appFolder: process.cwd(), scriptFolder: folder, dataFolder, engineLog: noLog }),
        dataFolder,
        log: noLog,
        engineLog: noLog,
      }),
    onReleaseWanted,
    log: noLog,
  };
}

async function hold(onReleaseWanted?: () => void, dataFolder?: string): Promise<HeldApplication> {
  const held = await holdDataFolder(holdOptions(onReleaseWanted, dataFolder));
  if (!held?.ok) throw new Error("the folder is not held");
  opened.push(held.value);
  return held.value;
}

async function connected(dataFolder = folder): Promise<RemoteApplication> {
  const remote = await RemoteApplication.connect(readInstanceAddress(dataFolder)!);
  if (typeof remote === "string") throw new Error(remote);
  opened.push(remote);
  return remote;
}

function client(onWaiting: () => void = () => undefined): CommandClient {
  const one = new CommandClient({
    folder,
    hold: (onReleaseWanted) => holdDataFolder(holdOptions(onReleaseWanted)),
    onWaiting,
  });
  opened.push(one);
  return one;
}

async function newChat(application: Pick<RemoteApplication, "call">) {
  const created = await application.call("chats.create", undefined);
  if (!created.ok) throw new Error(created.failure.code);
  return created.value;
}

test("one holds the folder, until it lets go of it", () => {
  const lock = lockDataFolder(folder);
  expect(lock).not.toBeNull();
  expect(lockDataFolder(folder)).toBeNull();
  lock?.release();
  const next = lockDataFolder(folder);
  expect(next).not.toBeNull();
  next?.release();
});

test("a lock file that is something else is replaced", () => {
  writeFileSync(
    path.join(folder, "instance.lock"),
    "not a lock at all, but a text that is long enough to be read".repeat(50),
  );
  const lock = lockDataFolder(folder);
  expect(lock).not.toBeNull();
  lock?.release();
});

test("an address that a killed holder left is no obstacle", async () => {
  const left = {
    protocol: INSTANCE_PROTOCOL,
    pid: 1,
    address: path.join(folder, "instance.sock"),
    token: "0".repeat(64),
    holder: "window",
  };
  writeFileSync(path.join(folder, "instance.json"), JSON.stringify(InstanceAddress.parse(left)));
  writeFileSync(left.address, "");
  const one = client();
  await newChat(one);
  expect(one.isRemote).toBe(false);
  expect(readInstanceAddress(folder)?.pid).toBe(process.pid);
});

test("another program calls methods, hears of changes, and is refused what is not there", async () => {
  const held = await hold();
  const remote = await connected();
  const heard: string[] = [];
  const stop = remote.on("chat-changed", ({ title }) => heard.push(title));
  const chat = await newChat(remote);
  await remote.call("chats.rename", { chatId: chat.id, title: "Größe\n😀" });
  expect(heard.at(-1)).toBe("Größe\n😀");
  stop();
  const opening = await held.call("chats.open", { chatId: chat.id });
  expect(opening.ok && opening.value.chat.title).toBe("Größe\n😀");
  await remote.call("chats.rename", { chatId: chat.id, title: "Unheard" });
  expect(heard.at(-1)).toBe("Größe\n😀");
  expect(await remote.call("app.quit" as never, undefined as never)).toMatchObject({
    ok: false,
    failure: { code: "request-invalid" },
  });
});

test.skipIf(process.platform === "win32")("only this user can reach it, and only with the token", async () => {
  await hold();
  const address = readInstanceAddress(folder)!;
  expect(statSync(address.address).mode & 0o777).toBe(0o600);
  expect(statSync(path.join(folder, "instance.json")).mode & 0o777).toBe(0o600);
  expect(await RemoteApplication.connect({ ...address, token: "f".repeat(64) })).toBe("gone");
  expect(await RemoteApplication.connect({ ...address, protocol: 99 })).toBe("other-version");
});

test("what is no message ends the connection, and nothing else", async () => {
  await hold();
  const { address } = readInstanceAddress(folder)!;
  for (const text of ["nonsense\n", '{"kind":"call","id":1,"method":"chats.create"}\n', '{"kind":7}\n', "\0\0\n"]) {
    const socket = connect(address);
    await new Promise((resolve) => {
      socket.on("close", resolve).on("error", () => undefined);
      socket.write(text);
    });
  }
  expect((await newChat(await connected())).title).not.toBe("");
});

test.skipIf(process.platform === "win32")(
  "a folder with a path too long for a socket is served all the same",
  async () => {
    const deep = path.join(folder, "a".repeat(60), "b".repeat(60));
    mkdirSync(path.join(deep, "models"), { recursive: true });
    await hold(undefined, deep);
    expect(readInstanceAddress(deep)!.address.startsWith(deep)).toBe(false);
    await newChat(await connected(deep));
  },
);

test("a call that the holder does not live to answer fails, and the next one is answered by whoever comes next", async () => {
  const held = await hold();
  const one = client();
  const heard: string[] = [];
  one.on("chat-changed", ({ id }) => heard.push(id));
  await newChat(one);
  expect(one.isRemote).toBe(true);
  const pending = one.call("chats.search", { query: "x" });
  await held.close();
  expect(await pending).toMatchObject({ ok: false });
  const chat = await newChat(one);
  expect(one.isRemote).toBe(false);
  expect(heard.at(-1)).toBe(chat.id);
});

test("the window gets the folder from a command between two pieces of work, and the command goes on in the window", async () => {
  const command = client();
  await newChat(command);
  const ends: (() => void)[] = [];
  const work = command.during(() => new Promise<void>((resolve) => void ends.push(resolve)));
  await new Promise((resolve) => setTimeout(resolve, 50));
  let isBusy = false;
  const taking = takeOverDataFolder(holdOptions(), () => {
    isBusy = true;
  });
  await expect.poll(() => isBusy, { timeout: 5_000 }).toBe(true);
  ends[0]?.();
  await work;
  const taken = await taking;
  if (!taken.ok) throw new Error("not taken");
  opened.push(taken.value);
  await newChat(command);
  expect(command.isRemote).toBe(true);
});

test("a command that ends waits for another one that works with its application", async () => {
  let waits = 0;
  const first = client(() => void waits++);
  await newChat(first);
  const second = client();
  await second.connect();
  const ends: (() => void)[] = [];
  const work = second.during(() => new Promise<void>((resolve) => void ends.push(resolve)));
  await expect.poll(async () => (await first.call("app.snapshot", undefined)).ok).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  const closing = first.close();
  await expect.poll(() => waits).toBe(1);
  expect((await second.call("app.snapshot", undefined)).ok).toBe(true);
  ends[0]?.();
  await work;
  await closing;
  expect(() => readFileSync(path.join(folder, "instance.json"))).toThrow("ENOENT");
});

test.each(["__proto__", "constructor", "toString", "no.such"])("%j over the socket is no method", async (name) => {
  await hold();
  const remote = await connected();
  expect(await remote.call(name as never, undefined as never)).toMatchObject({ failure: { code: "request-invalid" } });
});
