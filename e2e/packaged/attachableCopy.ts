// The packaged app with one fuse burnt otherwise: the one by which Playwright attaches. Never shipped.
import { cp, rm } from "node:fs/promises";
import path from "node:path";
import { burnFuses } from "../../scripts/fuses";
import { packagedApp } from "../../scripts/package";

export interface AttachableCopy {
  readonly binary: string;
  remove(): Promise<void>;
}

export async function attachableCopy(): Promise<AttachableCopy> {
  const release = packagedApp();
  const folder = `${release.folder}-e2e`;
  await rm(folder, { recursive: true, force: true });
  await cp(release.folder, folder, { recursive: true, verbatimSymlinks: true });
  const binary = path.join(folder, path.relative(release.folder, release.binary));
  await burnFuses(binary, "e2e");
  return { binary, remove: () => rm(folder, { recursive: true, force: true }) };
}
