// Reads the texts that a model is calibrated or measured with. Job process.
import path from "node:path";
import { UserFile } from "../../files/UserFile";
import { JobError } from "./JobError";

/** All files as one text, in order. Throws as readEachText. */
export async function readTexts(files: readonly string[]): Promise<string> {
  return (await readEachText(files)).join("\n\n");
}

/** Throws JobError "text-unreadable" for a file that is missing or no UTF-8. */
export async function readEachText(files: readonly string[]): Promise<string[]> {
  const texts: string[] = [];
  for (const file of files) {
    try {
      texts.push(new TextDecoder("utf-8", { fatal: true }).decode(await bytesOf(file)));
    } catch (error) {
      throw JobError.because("text-unreadable", { file: path.basename(file) }, error);
    }
  }
  return texts;
}

async function bytesOf(file: string): Promise<Buffer> {
  const opened = await UserFile.open(file);
  try {
    return await opened.readAll();
  } finally {
    await opened.close();
  }
}
