// What has a name that the holder of a data folder needs, and is not Facet's, gets another one beside it.
import { randomUUID } from "node:crypto";
import path from "node:path";
import { replaceFileNow } from "../files/placeFile";

export function setAside(file: string): void {
  const { dir, name, ext } = path.parse(file);
  replaceFileNow(file, path.join(dir, `${name}-${randomUUID().slice(0, 8)}${ext}`));
}
