// `npm run facet -- [command]`: builds what is missing, then runs the command line. Without a command it opens the window.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { buildApp } from "./build";
import { buildNative } from "./buildNative";
import { exitWith, step } from "./step";

// Standard output belongs to the command.
console.log = console.error;
await step("C++ addon", buildNative).catch((error: unknown) => console.error(String(error)));
await step("Build", buildApp).catch(exitWith);
const { status } = spawnSync(process.execPath, [path.resolve(".vite/build/facet.mjs"), ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exit(status ?? 1);
