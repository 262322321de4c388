// Objects and lists that are written as elements inside an argument, each behind a control token: MiniMax M3. Engine process.
import type { JsonValue } from "../template/JinjaTemplate";
import { findControl } from "./controlText";
import { readLoose } from "./looseJson";

interface Open {
  name: string;
  text: string;
  children: { name: string; value: JsonValue }[];
}

/** null: the value is none of these. */
export function readNested(written: string): JsonValue | null {
  if (findControl(written) === null) return null;
  const open: Open[] = [{ name: "", text: "", children: [] }];
  for (let at = 0; ;) {
    const control = findControl(written, at);
    const piece = written.slice(at, control?.index);
    const tag = at === 0 ? null : /^<(\/?)([^<>]+)>/u.exec(piece);
    const current = open.at(-1);
    if (current === undefined) return null;
    if (tag?.[1] === "/") {
      open.pop();
      if (tag[2] !== current.name) return null;
      open.at(-1)?.children.push({ name: current.name, value: valueOf(current) });
    } else if (tag !== null) {
      open.push({ name: tag[2] ?? "", text: piece.slice(tag[0].length), children: [] });
    } else if (piece.trim() !== "") return null;
    if (control === null) break;
    at = control.end;
  }
  const [all, ...unclosed] = open;
  return all === undefined || unclosed.length > 0 || all.children.length === 0 ? null : valueOf(all);
}

function valueOf({ text, children }: Open): JsonValue {
  if (children.length === 0) return text === "" ? null : scalar(text);
  if (children.every(({ name }) => name === "item")) return children.map(({ value }) => value);
  return Object.fromEntries(children.map(({ name, value }) => [name, value]));
}

function scalar(text: string): JsonValue {
  const read = readLoose(text);
  return read?.end === text.length && typeof read.value !== "object" ? read.value : text;
}
