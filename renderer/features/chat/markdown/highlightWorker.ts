// Colours code in a worker of the window: a slow or hostile line of code costs the window nothing, and can be given up.
import {
  createHighlighterCore,
  type GrammarState,
  type HighlighterCore,
  type LanguageRegistration,
  type ThemeRegistration,
} from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import {
  codeKinds,
  plainScopes,
  scopesOfKind,
  type HighlightedLine,
  type HighlightRequest,
  type HighlightResponse,
} from "./codeKinds";

/** Blocks whose state is kept so that more lines can follow; the oldest is forgotten, its next lines start again. */
const MAX_BLOCKS = 100;

/** Colours that stand for kinds: the real ones are CSS and follow the theme. */
const colourOfKind = codeKinds.map((_kind, index) => `#0000${index.toString(16).padStart(2, "0")}`);
const kindOfColour = new Map(colourOfKind.map((colour, kind) => [colour, kind]));
const plain = colourOfKind[0] ?? "#000000";

const theme: ThemeRegistration = {
  name: "kinds",
  type: "light",
  fg: plain,
  bg: "#ffffff",
  settings: [
    { settings: { foreground: plain, background: "#ffffff" } },
    ...codeKinds.flatMap((kind, index) =>
      kind === "plain"
        ? []
        : [{ scope: [...scopesOfKind[kind]], settings: { foreground: colourOfKind[index] ?? plain } }],
    ),
    { scope: [...plainScopes], settings: { foreground: plain } },
  ],
};

// The JavaScript engine needs neither WebAssembly nor eval; forgiving skips the few patterns that it cannot express.
const ready: Promise<HighlighterCore> = createHighlighterCore({
  themes: [theme],
  langs: [],
  engine: createJavaScriptRegexEngine({ forgiving: true }),
});

const states = new Map<number, GrammarState>();

async function highlight(request: HighlightRequest): Promise<HighlightResponse> {
  const highlighter = await ready;
  if (request.grammars !== null) {
    // The window sends what it imported from shiki's own grammars.
    await highlighter.loadLanguage(...(JSON.parse(request.grammars) as LanguageRegistration[]));
  }
  const code = request.lines.join("\n");
  const before = states.get(request.blockId);
  const lines = highlighter.codeToTokensBase(code, {
    lang: request.language,
    theme: "kinds",
    // Chosen by the window, which leaves longer lines out.
    tokenizeMaxLineLength: 0,
    // Compiling a grammar's expressions takes longer than shiki's own limit, and the line would be cut. The window has a limit.
    tokenizeTimeLimit: 0,
    ...(before === undefined ? {} : { grammarState: before }),
  });
  const after = highlighter.getLastGrammarState(lines);
  states.delete(request.blockId);
  if (after !== undefined) states.set(request.blockId, after);
  const oldest = states.keys().next();
  if (states.size > MAX_BLOCKS && oldest.done !== true) states.delete(oldest.value);
  return {
    blockId: request.blockId,
    lines: lines.map((line): HighlightedLine =>
      line.map((token) => [token.content, kindOfColour.get(token.color?.toLowerCase() ?? plain) ?? 0]),
    ),
  };
}

/** A grammar that the engine cannot run costs the block its colours, and the next blocks nothing. */
function uncoloured({ blockId, lines }: HighlightRequest): HighlightResponse {
  return { blockId, lines: lines.map(() => []) };
}

let previous: Promise<unknown> = Promise.resolve();
self.onmessage = (event: MessageEvent<HighlightRequest>) => {
  previous = previous.then(async () => {
    self.postMessage(await highlight(event.data).catch(() => uncoloured(event.data)));
  });
};
