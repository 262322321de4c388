// docs/data-folder.md as a test reads it: every name in the data folder, and the mode it has.
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const DOCUMENT = fileURLToPath(new URL("../../docs/data-folder.md", import.meta.url));
const ROW = /^\| `(?<name>[^`]+)` \|.*\| (?<mode>\d{3}|any) \|$/u;

interface DocumentedName {
  name: string;
  pattern: RegExp;
  /** Octal; null = any. */
  mode: number | null;
}

export function documentedNames(): DocumentedName[] {
  return readFileSync(DOCUMENT, "utf8")
    .split("\n")
    .flatMap((line) => {
      const { name, mode } = ROW.exec(line)?.groups ?? {};
      if (name === undefined) return [];
      return [{ name, pattern: patternOf(name), mode: mode === "any" ? null : Number.parseInt(mode ?? "", 8) }];
    });
}

function patternOf(name: string): RegExp {
  const parts = name.split(/(<[^>]+>|\*\*)/u).map((part) => {
    if (part === "**") return ".+";
    if (part === "<uuid>") return String.raw`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.whole)?`;
    if (part === "<key>" || part === "<id>") return "[0-9a-f]{32}";
    if (part === "<number>") return String.raw`\d+`;
    if (/^<.*>$/u.test(part)) return "[^/]+";
    return part.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join("")}$`, "u");
}

/** All names below the folder, those of folders with "/" at their end; links are not followed. */
export function namesIn(folder: string, below = ""): string[] {
  const names: string[] = [];
  let entries;
  try {
    entries = readdirSync(path.join(folder, below), { withFileTypes: true });
  } catch {
    // Gone meanwhile.
    return names;
  }
  for (const entry of entries) {
    const name = below + entry.name;
    if (!entry.isDirectory()) names.push(name);
    else names.push(`${name}/`, ...namesIn(folder, `${name}/`));
  }
  return names;
}

/** What the document does not have, and what has another mode than it says there. */
export function undocumented(folder: string, names = namesIn(folder)): string[] {
  const documented = documentedNames();
  return names.flatMap((name) => {
    const rows = documented.filter(({ pattern }) => pattern.test(name));
    if (rows.length === 0) return [name];
    const facts = lstatSync(path.join(folder, name), { throwIfNoEntry: false });
    if (facts === undefined || process.platform === "win32" || facts.isSymbolicLink()) return [];
    const mode = facts.mode & 0o777;
    const isRight = rows.some((row) => row.mode === null || row.mode === mode);
    return isRight ? [] : [`${name} has mode ${mode.toString(8)}`];
  });
}
