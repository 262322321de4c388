// Files that the user names: no room, no file.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it } from "vitest";
import { UnfinishedFiles } from "./UnfinishedFiles";
import { writeExport } from "./writeExport";

it("writes nothing where there is no room", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "facet-export-"));
  try {
    const place = {
      target: path.join(folder, "a.gguf"),
      replaces: false,
      sizeBytes: 1e18,
      unfinished: UnfinishedFiles.withoutFile(),
    };
    expect(await writeExport(place, () => Promise.reject(new Error("not to be called")))).toMatchObject({
      ok: false,
      failure: { code: "disk-full" },
    });
    expect(readdirSync(folder)).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
