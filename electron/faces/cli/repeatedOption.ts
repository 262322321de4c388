/** An option that can be given several times: each value is added to those before it. */
export function repeatedOption(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}
