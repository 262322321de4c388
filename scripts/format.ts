// `npm run format`: formats every source with oxfmt and clang-format. With --check nothing is written, and what is not
// formatted is a failure; lint runs it so.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";

const checkOnly = process.argv.includes("--check");

const cppFiles = readdirSync("native", { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(cpp|h)$/.test(entry.name))
  .map((entry) => path.join(entry.parentPath, entry.name))
  .filter((file) => !file.startsWith(path.join("native", "build")));

const results = [
  run("oxfmt/bin/oxfmt", checkOnly ? ["--check"] : []),
  run("@wasm-fmt/clang-format/clang-format-cli.cjs", [
    ...(checkOnly ? ["--dry-run", "--Werror"] : ["-i"]),
    ...cppFiles,
  ]),
];
process.exitCode = results.every((exitCode) => exitCode === 0) ? 0 : 1;
if (checkOnly && process.exitCode === 1) console.error("✗ Not formatted: run `npm run format`.");

function run(tool: string, args: string[]): number {
  return spawnSync(process.execPath, [path.join("node_modules", tool), ...args], { stdio: "inherit" }).status ?? 1;
}
