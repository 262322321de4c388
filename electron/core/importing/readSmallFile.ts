// Reads a text file of another program, up to a limit: it should be small, and might not be. Plain Node.
import { open } from "node:fs/promises";

/** null when it is not there, cannot be read, is no plain file, or is larger. */
export async function readSmallFile(file: string, maxBytes: number): Promise<string | null> {
  const handle = await open(file, "r").catch(() => null);
  if (handle === null) return null;
  try {
    const facts = await handle.stat();
    if (!facts.isFile() || facts.size > maxBytes) return null;
    // It may have grown since: never more than was asked for.
    const buffer = Buffer.alloc(facts.size);
    const { bytesRead } = await handle.read(buffer, 0, facts.size, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } catch {
    return null;
  } finally {
    await handle.close();
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
