// Which names are names of GGUF files, whole or not. The kind of GGUF is never read from a name. Pure.

const PIECE = /^(?<whole>.+\.gguf)[.\-_][^/]+$/iu;

export function isGgufName(name: string): boolean {
  return /\.gguf$/iu.test(name);
}

/** "model.gguf" for a piece or packed form of it: "model.gguf.part1of2", "model.gguf-split-a", "model.gguf.zst". null for other names, and for the file itself. */
export function wholeNameOf(name: string): string | null {
  return isGgufName(name) ? null : (PIECE.exec(name)?.groups?.["whole"] ?? null);
}

/** As llama.cpp's own download leaves them out (v0.5.0, common/download.cpp), and the folder in which publishers put them. */
const DRAFT = /^(?:mtp|eagle3|dflash|dspark)-/iu;
const DRAFT_FOLDER = /(?:^|\/)mtp\//iu;

/** "mtp-gemma-4-31B-it.gguf", "MTP/…": most likely guesses tokens ahead for a model; its header says whether. `path`: with `/`. */
export function isDraftName(path: string): boolean {
  return DRAFT.test(path.slice(path.lastIndexOf("/") + 1)) || DRAFT_FOLDER.test(path);
}
