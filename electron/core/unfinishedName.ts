// The names of what Facet has not finished. A random UUID in them distinguishes them from other programs' files, which no start removes. Pure.

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u;

/** Whether a name is a UUID between the two. */
export function isUnfinishedName(
  name: string,
  { before = "", after = "" }: { before?: string; after?: string },
): boolean {
  return (
    name.startsWith(before) && name.endsWith(after) && UUID.test(name.slice(before.length, name.length - after.length))
  );
}
