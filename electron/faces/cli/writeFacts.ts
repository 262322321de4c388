// Facts of one thing, a line each: a name, and what it is.
import stringWidth from "string-width";
import type { Output } from "./Output";

export type Fact = readonly [name: string, value: string | null];

/** Those that are not known (null) are left out. */
export function writeFacts(output: Output, facts: readonly Fact[]): void {
  const known = facts.flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
  const width = Math.max(...known.map(({ name }) => stringWidth(name)));
  for (const { name, value } of known)
    output.line(`  ${output.dim(name + " ".repeat(width - stringWidth(name)))}  ${value.replaceAll("\n", " ")}`);
}

type Line = readonly [name: string, number: string];

/** Groups of numbers with a blank line between them; all end at one column. */
export function writeNumbers(output: Output, groups: readonly (readonly Line[])[]): void {
  const all = groups.flat();
  const names = Math.max(...all.map(([name]) => stringWidth(name)));
  const numbers = Math.max(...all.map(([, number]) => stringWidth(number)));
  for (const [index, group] of groups.entries()) {
    if (index > 0) output.line();
    for (const [name, number] of group)
      output.line(`  ${name}${" ".repeat(names - stringWidth(name) + 2 + numbers - stringWidth(number))}${number}`);
  }
}
