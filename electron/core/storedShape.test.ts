// An entry that cannot be understood costs no other one, and is written back.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { entry, fields, list, setting, table, type Shape } from "./storedShape";

const Row = z.strictObject({ id: z.string(), size: z.number() });
const Rows = list(entry(Row), "id");
const [a, b, c] = ["a", "b", "c"].map((id) => ({ id, size: 1 })) as [Row, Row, Row];
type Row = z.infer<typeof Row>;
const newer = { id: "n", size: 1, colour: "red" };

function read<Value>(shape: Shape<Value>, json: unknown) {
  const understood = shape.read(json);
  if (understood === null) throw new Error("nothing of it can be used");
  return understood;
}

describe("a list", () => {
  it("leaves out what it does not understand, counts it, and keeps each in its place", () => {
    const json = [newer, a, null, 7, b, { id: "c" }];
    const { value, unreadable, write } = read(Rows, json);
    expect(value).toEqual([a, b]);
    expect(unreadable).toBe(4);
    expect(write(value)).toEqual(json);
    expect(write([])).toEqual([newer, null, 7, { id: "c" }]);
    const d = { id: "d", size: 1 };
    expect(write([d, a, b])).toEqual([newer, d, null, 7, a, { id: "c" }, b]);
  });

  it("puts a row in the place of the one with its key", () => {
    const { write } = read(Rows, [{ id: "c", size: "large" }, a]);
    expect(write([a, c])).toEqual([a, c]);
    expect(write([a])).toEqual([{ id: "c", size: "large" }, a]);
  });

  it("repairs lists within its rows", () => {
    const Families = list(fields({ id: entry(z.string()), rows: Rows }), "id");
    const json = [
      { id: "one", rows: [a, newer], since: 1 },
      { id: "two", rows: "none" },
    ];
    const { value, unreadable, write } = read(Families, json);
    expect(value).toEqual([{ id: "one", rows: [a] }]);
    expect(unreadable).toBe(2);
    expect(write([{ id: "one", rows: [b] }])).toEqual([{ id: "one", rows: [b, newer], since: 1 }, json[1]]);
  });

  it.each([{}, "x", 7, null])("is nothing where there is %j", (json) => expect(Rows.read(json)).toBeNull());
  it("is empty where there is nothing", () => expect(read(Rows, undefined).value).toEqual([]));
});

describe("a table", () => {
  const Sizes = table(entry(z.number()));

  it("keeps what it does not understand under its key, until another value is set there", () => {
    const { value, unreadable, write } = read(Sizes, { a: 1, b: "large", c: null });
    expect(value).toEqual({ a: 1 });
    expect(unreadable).toBe(2);
    expect(write({})).toEqual({ b: "large", c: null });
    expect(write({ b: 2, d: 4 })).toEqual({ b: 2, c: null, d: 4 });
  });

  it("takes any key for what it is", () => {
    const json: unknown = JSON.parse('{"__proto__":1,"constructor":"x"}');
    const { value, write } = read(Sizes, json);
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(JSON.stringify(write(value))).toBe('{"constructor":"x","__proto__":1}');
  });

  it.each([[[]], ["x"], [null]])("is nothing where there is %j", (json) => expect(Sizes.read(json)).toBeNull());
});

describe("fields", () => {
  const Settings = fields({ theme: setting(z.enum(["light", "dark"]), "light"), rows: Rows });

  it("keeps those of a newer Facet", () => {
    const { value, unreadable, write } = read(Settings, { theme: "dark", rows: [a], future: [1] });
    expect(value).toEqual({ theme: "dark", rows: [a] });
    expect(unreadable).toBe(0);
    expect(write({ theme: "light", rows: [] })).toEqual({ theme: "light", rows: [], future: [1] });
  });

  it("is nothing where a list in it is none: the file is not ours", () => {
    expect(Settings.read({ theme: "dark", rows: 7 })).toBeNull();
  });
});

describe("a setting", () => {
  const Theme = setting(z.enum(["light", "dark"]), "light");

  it("starts over where it is wrong; the wrong one stays until another is set", () => {
    const { value, unreadable, write } = read(Theme, "pink");
    expect([value, unreadable]).toEqual(["light", 1]);
    expect(["light", "light", "dark", "light"].map((theme) => write(theme as "light"))).toEqual([
      "pink",
      "pink",
      "dark",
      "light",
    ]);
  });

  it("takes its first value where there is none", () =>
    expect(read(Theme, undefined)).toMatchObject({ value: "light", unreadable: 0 }));
});
