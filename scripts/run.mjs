// First thing that every npm command runs, in plain Node before any package is there:
// checks Node, installs the npm packages when package-lock.json asks for others than are installed,
// then runs the TypeScript file that is named: node scripts/run.mjs scripts/start.ts [arguments]
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const MINIMUM_NODE = [20, 19]; // Vite 7's floor

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor < MINIMUM_NODE[1])) {
  console.error(
    `Facet needs Node ${MINIMUM_NODE.join(".")} or newer; this is ${process.versions.node}. See https://nodejs.org`,
  );
  process.exit(1);
}

process.chdir(root);
if (!packagesAreInstalled()) {
  const startedMs = Date.now();
  console.log("· Node packages: installing what package-lock.json names");
  const npm = process.env["npm_execpath"] ? [process.execPath, process.env["npm_execpath"]] : ["npm"];
  // Not `npm ci`: it refuses a lock file without the libraries of other systems, which not every registry has.
  const { status } = spawnSync(
    npm[0],
    [...npm.slice(1), "install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"],
    {
      stdio: "inherit",
      shell: npm.length === 1 && process.platform === "win32",
    },
  );
  if (status !== 0) {
    console.error(
      "✗ Node packages: npm could not install them (its message is above). Check the connection and run the same command again; nothing else was changed.",
    );
    process.exit(1);
  }
  console.log(`✓ Node packages: installed in ${((Date.now() - startedMs) / 1000).toFixed(1)} s`);
}

const { register } = await import(pathToFileURL(path.join(root, "node_modules/tsx/dist/esm/api/index.mjs")).href);
register();
const script = path.resolve(root, process.argv[2]);
process.argv.splice(1, 2, script);
await import(pathToFileURL(script).href);

/** npm writes what it installed into node_modules/.package-lock.json; packages for other systems are not in it. */
function packagesAreInstalled() {
  const installedFile = path.join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedFile)) return false;
  const wanted = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")).packages;
  const installed = JSON.parse(readFileSync(installedFile, "utf8")).packages;
  return Object.entries(wanted).every(([name, { version, optional, devOptional, peer }]) => {
    const there = installed[name];
    return name === "" || (there ? there.version === version : Boolean(optional || devOptional || peer));
  });
}
