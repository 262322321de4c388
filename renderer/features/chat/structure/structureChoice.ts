// What of a chat's structure and tools is at work, and what is set aside: nothing that was typed is lost when it is switched off.
import type { AnswerStructure, ChatSettings } from "../../../../electron/contract/sampling";

type Kind = AnswerStructure["kind"];

export function structureOf(kind: Kind, text: string): AnswerStructure {
  return kind === "grammar" ? { kind, grammar: text } : { kind, schema: text };
}

export function structureText(structure: AnswerStructure): string {
  return structure.kind === "grammar" ? structure.grammar : structure.schema;
}

/** Of this kind, at work or set aside. */
export function structureOfKind({ structure, setAside }: ChatSettings, kind: Kind): AnswerStructure | undefined {
  return [structure, ...(setAside?.structures ?? [])].find((one) => one?.kind === kind);
}

/** The one that is at work, or would be if it were switched on. */
export function lastStructure({ structure, setAside }: ChatSettings): AnswerStructure | undefined {
  return structure ?? setAside?.structures?.[0];
}

/** As typed; undefined: none of this kind any more. */
export function writeStructure(
  settings: ChatSettings,
  kind: Kind,
  structure: AnswerStructure | undefined,
): ChatSettings {
  const others = structuresOf(settings).filter((one) => one.kind !== kind);
  return withStructures(settings, structure, others);
}

/** "none": what is at work is set aside. Where nothing of the kind was typed, likewise. */
export function chooseStructure(settings: ChatSettings, kind: Kind | "none"): ChatSettings {
  const all = structuresOf(settings);
  const chosen = all.find((one) => one.kind === kind);
  return withStructures(
    settings,
    chosen,
    all.filter((one) => one !== chosen),
  );
}

export function switchTools({ tools, setAside, ...settings }: ChatSettings, isOn: boolean): ChatSettings {
  const text = tools ?? setAside?.tools;
  const { tools: _tools, ...others } = setAside ?? {};
  if (text === undefined) return withAside(settings, others);
  return isOn ? withAside({ ...settings, tools: text }, others) : withAside(settings, { ...others, tools: text });
}

/** As typed; "" for none any more. */
export function writeTools({ tools: _before, setAside, ...settings }: ChatSettings, text: string): ChatSettings {
  const { tools: _aside, ...others } = setAside ?? {};
  return withAside(text.trim() === "" ? settings : { ...settings, tools: text }, others);
}

/** All of them, the one at work first. */
function structuresOf({ structure, setAside }: ChatSettings): AnswerStructure[] {
  return [...(structure === undefined ? [] : [structure]), ...(setAside?.structures ?? [])];
}

function withStructures(
  { structure: _before, setAside, ...settings }: ChatSettings,
  structure: AnswerStructure | undefined,
  aside: readonly AnswerStructure[],
): ChatSettings {
  const { structures: _structures, ...others } = setAside ?? {};
  return withAside(
    structure === undefined ? settings : { ...settings, structure },
    aside.length === 0 ? others : { ...others, structures: [...aside] },
  );
}

function withAside(settings: ChatSettings, setAside: NonNullable<ChatSettings["setAside"]>): ChatSettings {
  return Object.keys(setAside).length === 0 ? settings : { ...settings, setAside };
}
