// Messages over the socket of a data folder: to the application that holds it, and from one to a command. Main.
import { mkdirSync, readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import path from "node:path";
import type { z } from "zod";
import { INSTANCE_PROTOCOL, InstanceAddress } from "../../electron/contract/instanceProtocol";
import { methods, type MethodName } from "../../electron/contract/methods";
import { events } from "../../electron/contract/events";
import { InstanceServer } from "../../electron/instance/InstanceServer";
import { RemoteApplication } from "../../electron/instance/RemoteApplication";
import type { Random } from "../../scripts/texts/Random";
import { inputPart, MEGABYTE, type FuzzKind, type Verdict } from "../FuzzKind";
import { accepted, judgeFailure, wrongAnswer } from "../judge";
import { mutateBytes } from "../mutate/bytes";
import { changedValue, mutateJson } from "../mutate/json";
import { valueFor } from "../mutate/schema";
import { openedApplication } from "./openedApplication";

/** In place of the holder's token, which is another one each time. */
const TOKEN = "@TOKEN@";
const ANSWER_MS = 4_000;

export const instance: FuzzKind = {
  name: "instance",
  count: 8_000,
  readBy: "main",
  memoryLimitBytes: 500 * MEGABYTE,
  async open(folder) {
    const { application } = await openedApplication(folder);
    const socketFolder = path.join(folder, "socket");
    mkdirSync(socketFolder);
    const server = new InstanceServer({
      application,
      folder: socketFolder,
      holder: "fuzz",
      onReleaseWanted: () => undefined,
      log: () => undefined,
    });
    await server.open();
    const address = InstanceAddress.parse(JSON.parse(readFileSync(path.join(socketFolder, "instance.json"), "utf8")));
    const witness = await RemoteApplication.connect(address);
    if (typeof witness === "string") throw new Error(witness);
    const hostile = path.join(folder, "hostile.sock");
    let answer: Uint8Array = new Uint8Array();
    createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end(answer));
    }).listen(hostile);
    return {
      make: (random) => ({ to: Buffer.from(random.below(3) > 0 ? "holder" : "command"), bytes: linesOf(random) }),
      async run(input): Promise<Verdict> {
        const bytes = Buffer.from(
          inputPart(input, "bytes").toString() === "" ? "" : Buffer.from(inputPart(input, "bytes")),
        );
        const sent = Buffer.from(bytes.toString("latin1").replaceAll(TOKEN, address.token), "latin1");
        if (Buffer.from(inputPart(input, "to")).toString() === "command") {
          answer = sent;
          const remote = await RemoteApplication.connect({ ...address, address: hostile });
          if (typeof remote === "string") return { kind: "refused", code: remote };
          const outcome = await remote.call("jobs.list", undefined);
          await remote.close();
          return outcome.ok ? accepted : judgeFailure(outcome.failure);
        }
        await say(connect(address.address), sent);
        // The others are served as before.
        const outcome = await Promise.race([witness.call("jobs.list", undefined), late()]);
        return outcome?.ok === true ? accepted : wrongAnswer("the holder does not answer its other programs");
      },
      async close() {
        await server.close();
        await application.close();
      },
    };
  },
};

async function say(socket: Socket, bytes: Uint8Array): Promise<void> {
  socket.on("error", () => undefined).resume();
  await new Promise<void>((resolve) => {
    socket.once("close", () => resolve());
    socket.end(bytes);
  });
}

function late(): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), ANSWER_MS).unref());
}

function linesOf(random: Random): Buffer {
  const hello = { kind: "hello", protocol: INSTANCE_PROTOCOL, token: TOKEN };
  const first = random.below(5) === 0 ? changedValue(hello, random) : hello;
  const lines = Array.from({ length: random.between(1, 5) }, () => messageOf(random));
  const text = [first, ...lines]
    .map((line) => (Buffer.isBuffer(line) ? line.toString("latin1") : JSON.stringify(line)))
    .join("\n");
  const bytes = Buffer.from(`${text}\n`);
  return random.below(6) === 0 ? mutateBytes(bytes, random) : bytes;
}

function messageOf(random: Random): unknown {
  const method = random.of(Object.keys(methods) as MethodName[]);
  const message = random.of<() => unknown>([
    () => ({
      kind: "call",
      id: random.below(100),
      method,
      input: valueFor(methods[method].input as z.ZodType, random, () => []),
    }),
    () => ({
      kind: "call",
      id: -1,
      method: random.of(["deltas.inspectFile", "models.path", "__proto__", "app.diagnose"]),
      input: { path: "/proc/self/mem" },
    }),
    () => ({ kind: "subscribe", event: random.of([...Object.keys(events), "__proto__", "constructor"]) }),
    () => ({ kind: "unsubscribe", event: random.of(Object.keys(events)) }),
    () => ({ kind: "read-tokens", isOn: random.below(2) === 0 }),
    () => ({ kind: "work", isOn: random.below(2) === 0 }),
    () => ({ kind: "release" }),
    () => ({ kind: "welcome" }),
    () => ({
      kind: "outcome",
      id: 1,
      outcome: random.of([{ ok: true, value: [] }, { ok: false }, null, { ok: false, failure: { code: "x" } }]),
    }),
    () => ({ kind: "event", event: random.of(Object.keys(events)), value: null }),
    () => ({ kind: "tokens", message: { kind: "nothing" } }),
  ])();
  return random.below(3) === 0 ? mutateJson(message, random) : message;
}
