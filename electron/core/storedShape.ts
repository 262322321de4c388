// How a stored file is read piece by piece: what cannot be understood (an older or newer version, a hand edit) costs only itself,
// is counted, and is written back as it was. Pure.
import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";

/** A piece of a file as it was read. */
export interface Understood<Value> {
  value: Value;
  /** How many entries in it could not be understood. */
  unreadable: number;
  /** JSON of a changed value, with those entries in it. */
  write: (value: Value) => unknown;
}

export interface Shape<Value> {
  /** `undefined` where the file has no such piece. null = nothing of it can be used. */
  read: (json: unknown) => Understood<Value> | null;
}

export type ValueOf<Stored> = Stored extends Shape<infer Value> ? Value : never;

/** Understood as a whole or not at all. */
export function entry<Schema extends z.ZodType>(schema: Schema): Shape<z.output<Schema>> {
  return {
    read(json) {
      const parsed = schema.safeParse(json);
      return parsed.success ? { value: parsed.data, unreadable: 0, write: (value) => value } : null;
    },
  };
}

/** A value of its own with one to begin with, which counts too where it is wrong; the wrong one stays in the file until another is set. */
export function setting<Schema extends z.ZodType>(schema: Schema, initial: z.output<Schema>): Shape<z.output<Schema>> {
  return {
    read(json) {
      const parsed = schema.safeParse(json === undefined ? initial : json);
      if (parsed.success) return { value: parsed.data, unreadable: 0, write: (value) => value };
      let isUnchanged = true;
      return {
        value: initial,
        unreadable: 1,
        write(value) {
          isUnchanged &&= isDeepStrictEqual(value, initial);
          return isUnchanged ? json : value;
        },
      };
    },
  };
}

/**
 * Rows in an order, each with a key of its own. One that cannot be understood keeps its place, and goes when a row with its key
 * is written.
 */
export function list<Row extends object>(row: Shape<Row>, key: keyof Row & string): Shape<Row[]> {
  return {
    read(json = []) {
      if (!Array.isArray(json)) return null;
      const value: Row[] = [];
      const kept: { index: number; json: unknown }[] = [];
      const understood = new Map<unknown, Understood<Row>>();
      for (const [index, one] of json.entries()) {
        const read = row.read(one);
        if (read === null) {
          kept.push({ index, json: one });
          continue;
        }
        value.push(read.value);
        understood.set(read.value[key], read);
      }
      return {
        value,
        unreadable: kept.length + countUnreadable(understood.values()),
        write(rows) {
          const written: unknown[] = rows.map((each) => understood.get(each[key])?.write(each) ?? each);
          const keys = new Set<unknown>(rows.map((each) => each[key]));
          for (const { index, json: one } of kept)
            if (!(isObject(one) && keys.has(one[key]))) written.splice(index, 0, one);
          return written;
        },
      };
    },
  };
}

/** Rows by key. One that cannot be understood goes when a row is written under its key. */
export function table<Row>(row: Shape<Row>): Shape<Record<string, Row>> {
  return {
    read(json = {}) {
      if (!isObject(json)) return null;
      const kept: [string, unknown][] = [];
      const understood = new Map<string, Understood<Row>>();
      for (const [key, one] of Object.entries(json)) {
        const read = row.read(one);
        if (read === null) kept.push([key, one]);
        else understood.set(key, read);
      }
      return {
        value: Object.fromEntries([...understood].map(([key, { value }]) => [key, value])),
        unreadable: kept.length + countUnreadable(understood.values()),
        write(rows) {
          const written = Object.entries(rows).map(([key, each]) => [key, understood.get(key)?.write(each) ?? each]);
          return Object.fromEntries([...kept, ...written]);
        },
      };
    },
  };
}

/** Fields of different shapes. Unknown ones stay in the file. */
export function fields<Value extends object>(shapes: { [Name in keyof Value]: Shape<Value[Name]> }): Shape<Value> {
  const names = Object.keys(shapes) as (keyof Value & string)[];
  return {
    read(json = {}) {
      if (!isObject(json)) return null;
      const understood: Partial<{ [Name in keyof Value]: Understood<Value[Name]> }> = {};
      const value: Partial<Value> = {};
      for (const name of names) {
        const read = shapes[name].read(json[name]);
        if (read === null) return null;
        understood[name] = read;
        value[name] = read.value;
      }
      return {
        value: value as Value,
        unreadable: names.reduce((sum, name) => sum + (understood[name]?.unreadable ?? 0), 0),
        write(changed) {
          const written = names.map((name) => [name, understood[name]?.write(changed[name])]);
          return { ...json, ...Object.fromEntries(written) };
        },
      };
    },
  };
}

function countUnreadable(pieces: Iterable<{ unreadable: number }>): number {
  let count = 0;
  for (const { unreadable } of pieces) count += unreadable;
  return count;
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}
