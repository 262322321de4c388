// Why a model's file cannot be opened, as far as the file system says; and whether it begins as GGUF files do.
import { constants } from "node:fs";
import { access, open, stat } from "node:fs/promises";
import path from "node:path";
import { failure, type Failure } from "../contract/failure";
import { errnoOf } from "./fileFailure";

/** null = it can be read. `name`: what to call it, where its file's own name says nothing. */
export async function modelFileProblem(file: string, name: string = path.basename(file)): Promise<Failure | null> {
  const details = { file: name };
  try {
    const facts = await stat(file);
    if (!facts.isFile()) return failure("model-unreadable", { ...details, reason: "not-a-file" });
    await access(file, constants.R_OK);
    return null;
  } catch (error) {
    const code = errnoOf(error);
    if (code === null) throw error;
    if (code === "ENOENT" || code === "ENOTDIR") return failure("model-missing", details, error);
    return failure("model-unreadable", { ...details, reason: "no-permission-to-read" }, error);
  }
}

const MAGIC = Buffer.from("GGUF");

/** Of a file that can be read: null = it begins as GGUF files do. Only that is read of it. */
export async function ggufProblem(file: string, name: string = path.basename(file)): Promise<Failure | null> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return bytesRead === MAGIC.length && buffer.equals(MAGIC) ? null : failure("model-not-gguf", { file: name });
  } finally {
    await handle.close();
  }
}
