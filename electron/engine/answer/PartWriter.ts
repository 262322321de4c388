// Writes an answer's parts as changes: without the blank lines around them that templates and models write. Engine process.
import {
  addChange,
  MAX_TOOL_CALLS,
  MAX_TOOL_NAME_CHARACTERS,
  type MessagePart,
  type PartChange,
} from "../../contract/parts";

type OpenPart = Exclude<MessagePart, { kind: "tool-result" }>;

export class PartWriter {
  #changes: PartChange[] = [];
  #part: OpenPart | undefined;
  /** Blanks that are written only if something follows them. */
  #blanks = "";
  #thoughtStartedMs = 0;
  #calls = 0;

  /** Those since the last time. */
  take(): PartChange[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  get openKind(): OpenPart["kind"] | undefined {
    return this.#part?.kind;
  }

  /** An answer has no more of them. */
  get hasAllCalls(): boolean {
    return this.#calls >= MAX_TOOL_CALLS;
  }

  /** Of the text that is open; "" where none is. */
  get openText(): string {
    return this.#part?.kind === "text" ? this.#part.text : "";
  }

  /** A thought begins: its time runs, though it may stay empty. */
  beginThought(atMs: number): void {
    this.end(atMs);
    this.#thoughtStartedMs = atMs;
  }

  /** More of the text or thought that is open, or the first of one. */
  write(kind: "text" | "thought", text: string): void {
    const all = this.#blanks + text;
    const said = all.trimEnd();
    if (said === "") {
      this.#blanks = all;
      return;
    }
    this.#blanks = all.slice(said.length);
    if (this.#part?.kind === kind) {
      this.#append(said);
      return;
    }
    const begun = withoutLead(said);
    this.#open(kind === "text" ? { kind, text: begun } : { kind, text: begun, durationMs: null });
  }

  /** What was written as the answer's text turns out to be a thought. */
  turnIntoThought(startedMs: number, atMs: number): void {
    if (this.#part?.kind === "text")
      this.#replace({ kind: "thought", text: this.#part.text, durationMs: atMs - startedMs });
    this.#close();
  }

  openCall(callId: string, name: string): void {
    this.#calls++;
    this.#open({ kind: "tool-call", callId, name: name.slice(0, MAX_TOOL_NAME_CHARACTERS), arguments: "" });
  }

  appendArguments(text: string): void {
    if (this.#part?.kind === "tool-call" && text !== "") this.#append(text);
  }

  completeCall(callId: string, name: string, written: string): void {
    if (this.#part?.kind === "tool-call")
      this.#replace({ kind: "tool-call", callId, name: name.slice(0, MAX_TOOL_NAME_CHARACTERS), arguments: written });
    this.#close();
  }

  /** The open part is complete; a thought gets its time. */
  end(atMs: number): void {
    if (this.#part?.kind === "thought") this.#replace({ ...this.#part, durationMs: atMs - this.#thoughtStartedMs });
    this.#close();
  }

  /** The answer is complete. Blanks at the end of its text were written, and the next prompt may begin with them. */
  finish(atMs: number): void {
    if (this.#part?.kind === "text" && this.#blanks !== "") this.#append(this.#blanks);
    this.end(atMs);
  }

  #open(part: OpenPart): void {
    this.#part = part;
    this.#changes.push({ kind: "open", part });
  }

  #append(text: string): void {
    if (this.#part === undefined) return;
    this.#part =
      this.#part.kind === "tool-call"
        ? { ...this.#part, arguments: this.#part.arguments + text }
        : { ...this.#part, text: this.#part.text + text };
    const last = this.#changes.at(-1);
    if (last?.kind === "open") last.part = this.#part;
    else addChange(this.#changes, { kind: "append", text });
  }

  #replace(part: OpenPart): void {
    this.#part = part;
    this.#changes.push({ kind: "replace", part });
  }

  #close(): void {
    this.#part = undefined;
    this.#blanks = "";
  }
}

/** Without blank lines, and without the one blank that tokenizers put before a first word. */
function withoutLead(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/u, "").replace(/^ (?=\S)/u, "");
}
