// The end of a command's help: how it is typed, and what for.
import stringWidth from "string-width";
import { t } from "../../words/language";

/** A command line, and what it is for where it does not say so itself. */
export type Example = readonly [command: string, comment?: string];

export function examples(...lines: readonly Example[]): string {
  const width = Math.max(...lines.map(([command, comment]) => (comment === undefined ? 0 : stringWidth(command))));
  const written = lines.map(([command, comment]) =>
    comment === undefined ? `  ${command}` : `  ${command}${" ".repeat(width - stringWidth(command))}   ${comment}`,
  );
  return ["", t("Examples:"), ...written].join("\n");
}
