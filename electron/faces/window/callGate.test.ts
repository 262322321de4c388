// The gate: who may call, from where, what. Hostile inputs are made from the contract, so each new method gets its own.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { succeed, type Outcome } from "../../contract/failure";
import { methods, type MethodName } from "../../contract/methods";
import type { Log } from "../../core/LogFile";
import { createCallGate, type CallEvent, type CallGate, type PageHandlers } from "./callGate";

const ourWindow = {};
const fromPage: CallEvent = { sender: ourWindow, senderFrame: { url: "app://facet/index.html", parent: null } };
const names = Object.keys(methods).filter((name): name is MethodName => name in methods);
const handle = vi.fn<(input: unknown) => Outcome<undefined>>();
const log = vi.fn<Log>();
let now = 0;
let gate: CallGate;

/** Every handler is the same one, which only counts. */
function handlers(): PageHandlers {
  return Object.fromEntries(names.map((name) => [name, handle])) as unknown as PageHandlers;
}

/** A valid input, made from the schema. */
function sample(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodObject) {
    return Object.fromEntries(Object.entries(schema.shape).map(([name, field]) => [name, sample(field as z.ZodType)]));
  }
  // Ids, "owner/name", and hashes of each length.
  if (schema instanceof z.ZodString)
    return ["a", "a/b", "a".repeat(32), "a".repeat(36), "a".repeat(40), "a".repeat(64)].find(
      (text) => schema.safeParse(text).success,
    );
  if (schema instanceof z.ZodNumber) return [1, 4096].find((number) => schema.safeParse(number).success);
  if (schema instanceof z.ZodArray) {
    const one = sample(schema.element as z.ZodType);
    // The last for lists of lists that may not repeat themselves.
    return [[one], [one, one], [[], one]].find((list) => schema.safeParse(list).success);
  }
  if (schema instanceof z.ZodDiscriminatedUnion) return sample(schema.options[0] as z.ZodType);
  if (schema instanceof z.ZodLiteral) return schema.value;
  if (schema instanceof z.ZodBoolean) return true;
  if (schema instanceof z.ZodEnum) return schema.options[0];
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return sample(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodUndefined) return undefined;
  throw new Error(`No sample for ${schema.constructor.name}`);
}

function refused(why?: string) {
  return { ok: false, failure: { code: "request-invalid", ...(why === undefined ? {} : { cause: why }) } };
}

beforeEach(() => {
  handle.mockReset().mockReturnValue(succeed(undefined));
  log.mockReset();
  now = 0;
  gate = createCallGate({ handlers, isOurWindow: (sender) => sender === ourWindow, log, now: () => now });
});

describe("who calls", () => {
  it.each<[string, CallEvent]>([
    ["an unknown window", { ...fromPage, sender: {} }],
    ["a frame that is gone", { sender: ourWindow, senderFrame: null }],
    ["a frame inside the page", { sender: ourWindow, senderFrame: { url: "app://facet/index.html", parent: {} } }],
    ...[
      "https://facet/index.html",
      "file:///index.html",
      "app://evil/index.html",
      "app://facet.evil/index.html",
      "app://facet@evil/",
      "data:text/html,x",
      "about:blank",
      "",
      "app:facet",
      "not a url",
      "app://user@facet/index.html",
    ].map((url): [string, CallEvent] => [url, { sender: ourWindow, senderFrame: { url, parent: null } }]),
  ])("%j is refused and logged", async (_who, event) => {
    expect(await gate(event, "chats.create", undefined)).toMatchObject(refused());
    expect(handle).not.toHaveBeenCalled();
    expect(log).toHaveBeenCalledOnce();
  });
});

describe("what is called", () => {
  it.each([
    undefined,
    null,
    7,
    {},
    "",
    "chats",
    "toString",
    "__proto__",
    "constructor",
    "hasOwnProperty",
    "chats.create ",
    ["chats.create"],
  ])("%j is no method", async (name) => {
    expect(await gate(fromPage, name, undefined)).toMatchObject(refused("unknown method"));
  });
});

describe.each(names)("%s", (name) => {
  const { input } = methods[name];

  it("takes what the contract says", async () => {
    expect(await gate(fromPage, name, sample(input))).toEqual(succeed(undefined));
  });

  it("refuses everything else", async () => {
    const good = sample(input);
    const bad: unknown[] = [null, 0, "x", [], () => {}, Symbol("x"), 10n];
    if (input instanceof z.ZodUndefined) bad.push({}, { extra: 1 });
    if (input instanceof z.ZodObject) {
      const fields = Object.entries(input.shape);
      bad.push({ ...Object(good), extra: 1 }, { ...Object(good), constructor: 1 });
      for (const [field, schema] of fields) {
        for (const wrong of [null, 1.5, -1, {}, [], "\0", " ", "../../etc/passwd", "x".repeat(2_000_000), "", "a b"]) {
          if (!(schema as z.ZodType).safeParse(wrong).success) bad.push({ ...Object(good), [field]: wrong });
        }
        if (!(schema as z.ZodType).safeParse(undefined).success) {
          const { [field]: _left, ...rest } = Object(good);
          bad.push(rest);
        }
      }
    }
    for (const wrong of bad) {
      now += 1_000;
      expect(await gate(fromPage, name, wrong)).toMatchObject(refused());
    }
    expect(handle).not.toHaveBeenCalled();
  });
});

it("hands on nothing that the schema does not name, however it is smuggled", async () => {
  await gate(fromPage, "settings.save", JSON.parse('{"theme":"dark","__proto__":{"polluted":true}}'));
  for (const [input] of handle.mock.calls) {
    expect(Object.keys(Object(input))).toEqual(["theme"]);
    expect(Object(input).polluted).toBeUndefined();
  }
  expect(Object({}).polluted).toBeUndefined();
});

it("never puts an input into the log", async () => {
  await gate(fromPage, "chats.send", { chatId: "my secret chat", text: 7, "my secret key": 1 });
  expect(JSON.stringify(log.mock.calls)).not.toContain("secret chat");
});

it("answers when a method fails, and says no more than the kind of error", async () => {
  handle.mockImplementationOnce(() => {
    throw new TypeError("with a secret in it");
  });
  expect(await gate(fromPage, "chats.create", undefined)).toEqual({
    ok: false,
    failure: { code: "internal", cause: "TypeError" },
  });
});

it("lets 300 calls through at once, then 100 a second", async () => {
  const letThrough = async (calls: number) => {
    const answers = await Promise.all(Array.from({ length: calls }, () => gate(fromPage, "chats.create", undefined)));
    return answers.filter(({ ok }) => ok).length;
  };
  expect(await letThrough(10_000)).toBe(300);
  now += 1_000;
  expect(await letThrough(10_000)).toBe(100);
});
