// Which names are names of GGUF files, whole or not. The kind of GGUF is never read from a name. Pure.

const PIECE = /^(?<whole>.+\.gguf)[.\-_][^/]+$/iu;

export function isGgufName(name: string): boolean {
  return /\.gguf$/iu.test(name);
}

/** "model.gguf" for a piece or packed form of it: "model.gguf.part1of2", "model.gguf-split-a", "model.gguf.zst". null for other names, and for the file itself. */
export function wholeNameOf(name: string): string | null {
  return isGgufName(name) ? null : (PIECE.exec(name)?.groups?.["whole"] ?? null);
}
