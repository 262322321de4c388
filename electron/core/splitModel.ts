// How llama.cpp names the parts of a split model, and which files of a folder make one.

const FIRST_PART = /^(.*)-00001-of-(\d{5})\.gguf$/iu;
const OTHER_PART = /-(?!00001)\d{5}-of-\d{5}\.gguf$/iu;
/** More parts than any model has: a name that says so is taken for a single file. */
const MAX_PARTS = 512;

/** All parts of the model whose first part this is: model-00001-of-00003.gguf and so on; itself when it is not split. */
export function partsOf(file: string): string[] {
  const [, stem, total] = FIRST_PART.exec(file) ?? [];
  const count = Number(total);
  if (stem === undefined || total === undefined || count < 1 || count > MAX_PARTS) return [file];
  const extension = file.slice(-".gguf".length);
  return Array.from(
    { length: count },
    (_, index) => `${stem}-${String(index + 1).padStart(5, "0")}-of-${total}${extension}`,
  );
}

/** Of names in one folder those that stand for a model: further parts go with their first, when it is there. */
export function withoutFurtherParts(names: readonly string[]): string[] {
  const all = new Set(names);
  return names.filter((name) => !OTHER_PART.test(name) || !all.has(firstPartOf(name)));
}

/** The first part's name of any part's; the name itself when it is none. */
export function firstPartOf(name: string): string {
  return OTHER_PART.test(name) ? name.replace(/-\d{5}-of-(\d{5}\.gguf)$/iu, "-00001-of-$1") : name;
}
