// Makes the names in a folder durable, as syncing a file makes its content.
import { open } from "node:fs/promises";

/** Windows cannot open folders; its rename is durable enough. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
