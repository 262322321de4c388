// Splits an answer into its parts while it is written, by the syntax of its model. Engine process.
//
// A few states, each of which looks for the markers that may come next, and holds back only what may be the beginning of one.
import type { PartChange } from "../../contract/parts";
import { StopText } from "../StopText";
import type { JsonValue } from "../template/JinjaTemplate";
import type { AnswerSyntax, ThoughtSyntax } from "./AnswerSyntax";
import { bodyBegins, isKnownCall, readBody } from "./callBegins";
import type { BodyReader } from "./callBody";
import type { CallSyntax } from "./callSyntax";
import { controlText, plainText } from "./controlText";
import { readHead } from "./heads";
import { newCallId } from "./newCallId";
import { PartWriter } from "./PartWriter";
import { Pattern, type Match } from "./Pattern";
import { PendingText } from "./PendingText";
import { knownThoughts } from "./spellings";
import { TextPlace } from "./TextPlace";
import { ToolSchemas } from "./ToolSchemas";

export interface AnswerToken {
  text: string;
  isControl: boolean;
  /** Ends an answer, unless the model's syntax has something else for it here. */
  isEnd: boolean;
}

export interface AnswerParserOptions {
  syntax: AnswerSyntax;
  /** Its end may have begun a thought, or closed one. */
  prompt: string;
  /** That the model was given. */
  tools?: readonly JsonValue[] | undefined;
  /** Texts that end the answer proper. */
  stopTexts?: readonly string[];
}

interface Thinking {
  kind: "thought";
  syntax: ThoughtSyntax;
  isEmpty: boolean;
}

interface Speaking {
  kind: "text";
  /** A marker began it, and another will end it. */
  isWrapped: boolean;
}

interface Calling {
  kind: "call";
  reader: BodyReader;
}

/** "between": at the start, and behind a thought, a call or a text that was closed. */
type State = { kind: "between" } | Thinking | Speaking | Calling | { kind: "call-end" } | { kind: "over" };

/** What was done with the beginning of the pending text. "wait": more of it is needed; "none": nothing, it is no marker. */
type Step = "done" | "wait" | "none";

const knownSyntax: readonly ThoughtSyntax[] = knownThoughts.map(([open, close]) => {
  return {
    open: new Pattern(open, { ignoreCase: true }),
    close: new Pattern(close, { ignoreCase: true }),
    toAnswer: `\n${close}\n\n`,
  };
});

export class AnswerParser {
  readonly #syntax: AnswerSyntax;
  /** Those of the syntax; where it has none, those that are known. */
  readonly #thoughts: readonly ThoughtSyntax[];
  /** That may end a thought which nobody opened. */
  readonly #loneCloses: readonly Pattern[];
  readonly #tools: ToolSchemas;
  readonly #stop: StopText;
  readonly #writer = new PartWriter();
  readonly #pending = new PendingText();
  #state: State = { kind: "between" };
  #place = new TextPlace();
  /** Nothing was written yet but thoughts. */
  #isStart = true;
  /** One was written, or the prompt had one. */
  #hasThought: boolean;
  #hasCall = false;
  #startedMs: number | undefined;
  #atMs = 0;

  constructor({ syntax, prompt, tools, stopTexts = [] }: AnswerParserOptions) {
    this.#syntax = syntax;
    this.#tools = new ToolSchemas(tools);
    this.#stop = new StopText(stopTexts);
    this.#thoughts = syntax.thoughts.length > 0 ? syntax.thoughts : knownSyntax;
    this.#loneCloses = (syntax.thoughts.length > 0 ? syntax.thoughts : knownSyntax.slice(0, 1)).map(
      ({ close }) => close,
    );
    const end = prompt.trimEnd();
    const endsWith = (pattern: Pattern | null) =>
      pattern !== null && pattern.source !== "" && end.endsWith(plainText(pattern.source));
    const begun = this.#thoughts.find(({ open }) => endsWith(open));
    const isInText = begun === undefined && endsWith(syntax.textOpen);
    if (begun !== undefined) this.#state = { kind: "thought", syntax: begun, isEmpty: true };
    if (isInText) this.#state = { kind: "text", isWrapped: true };
    this.#hasThought = begun !== undefined || isInText || this.#thoughts.some(({ close }) => endsWith(close));
  }

  /** How the thought that is being written is ended; null while none is. */
  get thought(): ThoughtSyntax | null {
    return this.#state.kind === "thought" ? this.#state.syntax : null;
  }

  /** What is written next is the answer proper, or may be. */
  get isInAnswer(): boolean {
    const { textOpen, turnHead } = this.#syntax;
    return (
      this.#state.kind === "text" ||
      (this.#state.kind === "between" && textOpen?.isStrong !== true && turnHead === null)
    );
  }

  /** It is not known yet what the answer begins with. */
  get isUndecided(): boolean {
    return this.#state.kind === "between" && this.#isStart;
  }

  /** Nothing that follows belongs to the answer. */
  get isOver(): boolean {
    return this.#state.kind === "over";
  }

  /** `text`: never half a character; may be empty. `atMs`: when the token was sampled. */
  push({ text, isControl, isEnd }: AnswerToken, atMs: number): PartChange[] {
    this.#atMs = atMs;
    if (this.#startedMs === undefined) {
      this.#startedMs = atMs;
      if (this.#state.kind === "thought") this.#writer.beginThought(atMs);
    }
    const marked = isControl ? controlText(text) : plainText(text);
    if (isEnd && !this.#goesOnWith(marked)) return this.finish(atMs);
    this.#pending.add(marked);
    this.#read();
    return this.#writer.take();
  }

  /** Nothing follows. What was held back was text. */
  finish(atMs: number): PartChange[] {
    this.#atMs = atMs;
    this.#pending.isFinal = true;
    this.#read();
    this.#end();
    return this.#writer.take();
  }

  #read(): void {
    const { isFinal } = this.#pending;
    while (this.#pending.text !== "" || (isFinal && this.#state.kind === "call")) if (this.#step() !== "done") return;
  }

  #step(): Step {
    switch (this.#state.kind) {
      case "between":
        return this.#readBetween();
      case "thought":
        return this.#readThought(this.#state);
      case "text":
        return this.#readText(this.#state);
      case "call":
        return this.#readCall(this.#state);
      case "call-end":
        return this.#readCallEnd();
      case "over":
        return "none";
    }
  }

  /** Blanks are nobody's here, nor what stands between two calls. */
  #readBetween(): Step {
    const blanks = (this.#hasCall ? /^[\s;,]*/u : /^\s*/u).exec(this.#pending.text)?.[0] ?? "";
    if (blanks.length === this.#pending.text.length) return "wait";
    this.#pending.take(blanks.length);
    const step = this.#readMarker();
    if (step === "done") return "done";
    this.#pending.text = blanks + this.#pending.text;
    if (step === "wait") return "wait";
    this.#openText(false);
    // Its first character is no marker, or it would have been one here.
    return this.#write("text", blanks.length + 1);
  }

  #readMarker(): Step {
    const { thoughts, turnHead, textCloses, calls } = this.#syntax;
    const passedOver = [
      turnHead,
      calls?.sectionClose ?? null,
      ...(this.#isStart ? [] : textCloses),
      ...this.#thoughts.map(({ close }) => close),
    ];
    const step = this.#firstOf(
      () => this.#passOver(passedOver),
      () => this.#readHead(),
      () => this.#openThought(this.#isStart ? [...thoughts, ...knownSyntax] : thoughts),
      () => this.#readTextOpen(),
      () => this.#openCall(),
    );
    return step === "none" && this.#isEndOfTurn() ? this.#end() : step;
  }

  /** Waits only where none of them is there already. */
  #firstOf(...steps: readonly (() => Step)[]): Step {
    let waits = false;
    for (const step of steps) {
      const outcome = step();
      if (outcome === "done") return "done";
      waits ||= outcome === "wait";
    }
    return waits ? "wait" : "none";
  }

  #passOver(patterns: readonly (Pattern | null)[]): Step {
    const match = this.#pending.match(patterns);
    if (match === null || match === "wait") return match ?? "none";
    this.#pending.take(match.end);
    return "done";
  }

  /** A control token that has no place here, or the beginning of somebody else's turn. */
  #isEndOfTurn(): boolean {
    return (
      this.#pending.beginsWithControl ||
      this.#syntax.turnStarts.some(({ source }) => this.#pending.text.startsWith(source))
    );
  }

  #readHead(): Step {
    const head = readHead(this.#pending.text, this.#syntax);
    if (head === null || head === "beginning") return head === null || this.#pending.isFinal ? "none" : "wait";
    const [thought] = this.#syntax.thoughts;
    if (head.kind === "call") return this.#beginCall({ end: head.end, slots: { name: head.name } });
    if (head.kind === "thought" && thought !== undefined) return this.#beginThought(thought, head.end);
    return this.#openText(true, head.end);
  }

  #readThought(state: Thinking): Step {
    const { open, close } = state.syntax;
    if (state.isEmpty) {
      // Some write the marker that the prompt ended with once more.
      const step = this.#passOver([open]);
      if (step === "wait") return "wait";
      state.isEmpty = false;
      if (step === "done") return "done";
    }
    const before = this.#pending.charactersBefore([close]);
    if (before > 0) return this.#write("thought", before);
    const end = this.#pending.match([close]);
    if (end === "wait") return "wait";
    if (end === null && !this.#pending.beginsWithControl) return this.#write("thought", 1);
    return this.#endSection(end?.end ?? 0);
  }

  #readText({ isWrapped }: Speaking): Step {
    const { turnStarts, thoughts, calls } = this.#syntax;
    const closes = this.#syntax.textCloses.filter((pattern) => isWrapped || pattern.isStrong);
    const before = this.#pending.charactersBefore([
      ...closes,
      ...turnStarts,
      ...this.#loneCloses,
      ...thoughts.map(({ open }) => open),
      ...(calls?.opens ?? []),
    ]);
    if (before > 0) return this.#write("text", before);
    const close = this.#pending.match(closes);
    if (close !== null) return close === "wait" ? "wait" : this.#endSection(close.end);
    const turn = this.#pending.match(turnStarts);
    if (turn !== null) return turn === "wait" ? "wait" : this.#endSection(0);
    const opens = thoughts.filter(
      ({ open }) => open?.isStrong === true || (this.#place.isLineStart && !this.#place.isCode),
    );
    const step = this.#firstOf(
      () => this.#closeLoneThought(),
      () => this.#openThought(opens),
      () => this.#openCall(),
    );
    if (step !== "none") return step;
    return this.#pending.beginsWithControl ? this.#end() : this.#write("text", 1);
  }

  /** The end of a thought whose beginning nobody wrote: the answer so far was one. */
  #closeLoneThought(): Step {
    const close = this.#pending.match(this.#loneCloses);
    if (close === null || close === "wait") return close ?? "none";
    const isControl = this.#pending.beginsWithControl;
    if (this.#hasThought || this.#hasCall) return isControl ? this.#passOver(this.#loneCloses) : "none";
    if (!isControl) {
      const next = this.#pending.text.slice(close.end);
      if (next === "" && !this.#pending.isFinal) return "wait";
      if (this.#place.isMention(next) || this.#speaksOfThoughts()) return "none";
    }
    this.#pending.take(close.end);
    this.#writer.write("text", this.#stop.finish());
    this.#writer.turnIntoThought(this.#startedMs ?? this.#atMs, this.#atMs);
    this.#hasThought = true;
    this.#isStart = true;
    this.#state = { kind: "between" };
    return "done";
  }

  /** The answer so far has the other marker in it: both are only spoken of. */
  #speaksOfThoughts(): boolean {
    return this.#thoughts.some(({ open }) => open !== null && this.#writer.openText.includes(open.source));
  }

  #openThought(thoughts: readonly ThoughtSyntax[]): Step {
    return this.#firstOf(
      ...thoughts.map((syntax) => () => {
        const open = this.#pending.match([syntax.open]);
        if (open === null || open === "wait") return open ?? "none";
        if (this.#state.kind === "text" && syntax.open?.isStrong !== true) {
          const next = this.#pending.text.slice(open.end);
          if (next === "" && !this.#pending.isFinal) return "wait";
          if (this.#place.isMention(next)) return "none";
        }
        return this.#beginThought(syntax, open.end);
      }),
    );
  }

  #beginThought(syntax: ThoughtSyntax, openLength: number): Step {
    this.#endSection(openLength);
    this.#hasThought = true;
    this.#writer.beginThought(this.#atMs);
    this.#state = { kind: "thought", syntax, isEmpty: false };
    return "done";
  }

  #readTextOpen(): Step {
    const open = this.#pending.match([this.#syntax.textOpen]);
    return open === null || open === "wait" ? (open ?? "none") : this.#openText(true, open.end);
  }

  #openText(isWrapped: boolean, openLength = 0): Step {
    this.#pending.take(openLength);
    this.#place = new TextPlace();
    this.#isStart = false;
    this.#state = { kind: "text", isWrapped };
    return "done";
  }

  #openCall(): Step {
    const { calls } = this.#syntax;
    if (calls === null) return "none";
    return this.#firstOf(
      ...calls.opens
        .filter((open) => this.#mayBegin(open, calls))
        .map((open) => () => {
          const head = open.match(this.#pending.text, 0);
          if (head === null || head === "beginning") return head === null || this.#pending.isFinal ? "none" : "wait";
          const begins =
            open.first === undefined
              ? isKnownCall(calls, this.#tools, this.#pending.text, head)
              : bodyBegins(calls, this.#pending.text, head.end);
          if (begins === true) return this.#beginCall(head);
          return begins === "beginning" && !this.#pending.isFinal ? "wait" : "none";
        }),
    );
  }

  /** In the middle of a sentence or in code, a tag is only spoken of. */
  #mayBegin(open: Pattern, { followsText }: CallSyntax): boolean {
    if (this.#state.kind === "between") return open.first !== undefined || this.#isStart || this.#hasCall;
    return (
      open.first !== undefined && (open.isStrong || (!this.#place.isCode && (followsText || this.#place.isLineStart)))
    );
  }

  #beginCall(head: Match): Step {
    const { calls } = this.#syntax;
    if (calls === null) return "none";
    if (this.#writer.hasAllCalls) return this.#end();
    this.#endSection(head.end);
    this.#hasCall = true;
    this.#isStart = false;
    this.#state = {
      kind: "call",
      reader: readBody(head, { syntax: calls, writer: this.#writer, tools: this.#tools, newCallId }),
    };
    return "done";
  }

  #readCall({ reader }: Calling): Step {
    const { consumed, isDone } = reader.advance(this.#pending.text, this.#pending.isFinal);
    this.#pending.take(consumed);
    if (!isDone) return "wait";
    this.#state = { kind: "call-end" };
    return "done";
  }

  /** What closes a call; some models leave it out. */
  #readCallEnd(): Step {
    const text = this.#pending.text;
    this.#pending.text = text.trimStart();
    const step =
      this.#pending.text === "" && !this.#pending.isFinal ? "wait" : this.#passOver(this.#syntax.calls?.closes ?? []);
    if (step === "wait") {
      this.#pending.text = text;
      return "wait";
    }
    this.#state = { kind: "between" };
    return "done";
  }

  #write(kind: "text" | "thought", characters: number): Step {
    const text = this.#pending.take(characters);
    if (kind === "thought") {
      this.#writer.write("thought", text);
      return "done";
    }
    this.#place.move(text);
    const { text: said, stopped } = this.#stop.push(text);
    this.#writer.write("text", said);
    return stopped ? this.#end() : "done";
  }

  /** Nothing more of the text or thought that was open. */
  #endSection(closeLength: number): Step {
    this.#pending.take(closeLength);
    if (this.#state.kind === "text") this.#writer.write("text", this.#stop.finish());
    this.#writer.end(this.#atMs);
    this.#state = { kind: "between" };
    return "done";
  }

  #end(): Step {
    if (this.#state.kind === "text") this.#writer.write("text", this.#stop.finish());
    this.#writer.finish(this.#atMs);
    this.#state = { kind: "over" };
    this.#pending.text = "";
    return "done";
  }

  /** Tokens that end most answers may stand between the sections of one, or begin a longer marker. */
  #goesOnWith(token: string): boolean {
    const { turnHead, textCloses, thoughts, heads, calls } = this.#syntax;
    const begins = (pattern: Pattern) => pattern.source.startsWith(token);
    if (this.#state.kind === "thought") return begins(this.#state.syntax.close);
    if ([...textCloses, ...(calls?.closes ?? [])].some((pattern) => begins(pattern) && pattern.source !== token))
      return true;
    if (this.#state.kind === "call" && calls?.body.kind === "tagged") return calls.body.valueClose.includes(token);
    if (turnHead !== null && thoughts.some(({ close }) => begins(close)))
      return heads !== null || this.#state.kind !== "text";
    return calls !== null && !this.#tools.isEmpty && calls.opens.some(begins);
  }
}
