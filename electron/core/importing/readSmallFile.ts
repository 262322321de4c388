// Reads a text file of another program, up to a limit: it should be small, and might not be. Plain Node.
import { UserFile } from "../../files/UserFile";

/** Longer than a disk needs that was asleep. */
const MAX_MS = 10_000;

/** null when it is not there, cannot be read in ten seconds, is no plain file, or is larger. */
export async function readSmallFile(file: string, maxBytes: number): Promise<string | null> {
  const opened = await UserFile.open(file, AbortSignal.timeout(MAX_MS)).catch(() => null);
  if (opened === null) return null;
  try {
    if (opened.sizeBytes > maxBytes) return null;
    // It may have grown since: never more than was asked for.
    return Buffer.from(await opened.readAt(0, opened.sizeBytes)).toString("utf8");
  } catch {
    return null;
  } finally {
    await opened.close();
  }
}

export async function readSmallJson(file: string, maxBytes: number): Promise<unknown> {
  const text = await readSmallFile(file, maxBytes);
  if (text === null) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
