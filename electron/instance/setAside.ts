// What has a name that the holder of a data folder needs, and is not Facet's, gets another one beside it.
import { randomUUID } from "node:crypto";
import { renameSync } from "node:fs";
import path from "node:path";

export function setAside(file: string): void {
  const { dir, name, ext } = path.parse(file);
  renameSync(file, path.join(dir, `${name}-${randomUUID().slice(0, 8)}${ext}`));
}
