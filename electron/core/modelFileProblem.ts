// Why a model's file cannot be opened, as far as the file system says.
import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import path from "node:path";
import { failure, type Failure } from "../contract/failure";
import { errnoOf } from "./fileFailure";

/** null = it can be read. `name`: what to call it, where its file's own name says nothing. */
export async function modelFileProblem(file: string, name: string = path.basename(file)): Promise<Failure | null> {
  const details = { file: name };
  try {
    const facts = await stat(file);
    if (!facts.isFile()) return failure("model-unreadable", { ...details, reason: "it is not a file" });
    await access(file, constants.R_OK);
    return null;
  } catch (error) {
    const code = errnoOf(error);
    if (code === null) throw error;
    if (code === "ENOENT" || code === "ENOTDIR") return failure("model-missing", details, error);
    return failure("model-unreadable", { ...details, reason: "this account may not read it" }, error);
  }
}
