// Whether a name is one of a table's own: tables keyed by a type of the contract stand for its schema here.

export function hasKey<Key extends string>(
  table: Readonly<Record<Key, unknown>>,
  name: string | null | undefined,
): name is Key {
  return typeof name === "string" && Object.hasOwn(table, name);
}
