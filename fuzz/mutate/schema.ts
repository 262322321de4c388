// Inputs for a zod schema: ones that fit, whatever is written in it. What a schema of a new kind needs is a case here.
import type { z } from "zod";
import type { Random } from "../../scripts/texts/Random";
import { NASTY_TEXTS } from "./text";

const IDENTIFIERS = ["a", "model", "1".repeat(32), "00000000-0000-4000-8000-000000000000"];
const TEXTS = [
  ...IDENTIFIERS,
  "Hello",
  "maker/Model-GGUF",
  "0123456789abcdef0123456789abcdef01234567",
  "ab".repeat(32),
  "https://huggingface.co/api/models?cursor=x",
  "http://127.0.0.1:9",
  "Q4_K_M",
  ...NASTY_TEXTS,
];
const NUMBERS = [0, 1, 2, 3, 0.5, 1.5, -1, 16, 512, 4096, 131_072, 1e9, 2 ** 31, 2 ** 53 - 1];
const MOST_TRIES = 20;

/** The parts of zod's own description that are looked at. */
interface Definition {
  type: string;
  shape?: Record<string, z.ZodType>;
  element?: z.ZodType;
  innerType?: z.ZodType;
  options?: readonly z.ZodType[];
  items?: readonly z.ZodType[];
  in?: z.ZodType;
  valueType?: z.ZodType;
  keyType?: z.ZodType;
  entries?: Record<string, string | number>;
  values?: readonly unknown[];
  getter?: () => z.ZodType;
}

/** Texts that mean something to who is asked, by the field that they are in. */
export type KnownTexts = (field: string) => readonly string[];

export function valueFor(schema: z.ZodType, random: Random, known: KnownTexts, field = ""): unknown {
  const definition = schema.def as unknown as Definition;
  const inner = (one: z.ZodType | undefined, of = field): unknown =>
    one === undefined ? null : valueFor(one, random, known, of);
  switch (definition.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(definition.shape ?? {}).flatMap(([key, one]) => {
          const value = inner(one, key);
          return value === undefined ? [] : [[key, value]];
        }),
      );
    case "array":
      return Array.from({ length: random.of([0, 1, 1, 2, 3]) }, () => inner(definition.element));
    case "tuple":
      return (definition.items ?? []).map((one) => inner(one));
    case "record":
      return Object.fromEntries(
        Array.from({ length: random.below(3) }, () => [String(inner(definition.keyType)), inner(definition.valueType)]),
      );
    case "optional":
    case "default":
    case "prefault":
      return random.below(2) === 0 ? undefined : inner(definition.innerType);
    case "nullable":
      return random.below(2) === 0 ? null : inner(definition.innerType);
    case "catch":
    case "readonly":
    case "nonoptional":
      return inner(definition.innerType);
    case "union":
      return inner(random.of(definition.options ?? []));
    case "pipe":
      return inner(definition.in);
    case "lazy":
      return inner(definition.getter?.());
    case "enum":
      return random.of(Object.values(definition.entries ?? {}));
    case "literal":
      return random.of(definition.values ?? []);
    case "boolean":
      return random.below(2) === 0;
    case "null":
      return null;
    case "undefined":
    case "void":
      return undefined;
    case "number":
      return fitting(schema, random, NUMBERS);
    case "string":
      return fitting(schema, random, random.below(5) > 0 && known(field).length > 0 ? known(field) : TEXTS);
    default:
      return random.of<unknown>([null, 1, "x", [], {}]);
  }
}

/** One of them that the schema takes, where there is one. */
function fitting<Value>(schema: z.ZodType, random: Random, values: readonly Value[]): Value {
  for (let left = MOST_TRIES; left > 0; left--) {
    const value = random.of(values);
    if (schema.safeParse(value).success) return value;
  }
  const fits = values.filter((value) => schema.safeParse(value).success);
  return random.of(fits.length === 0 ? values : fits);
}
