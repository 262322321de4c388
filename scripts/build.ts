// Builds the app with Vite into .vite/ when its sources changed since the last build. `npm run build`, and every command that runs the app.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { InlineConfig, PluginOption, Rollup } from "vite";
import { exitWith, step } from "./step";

const OUTPUT = ".vite";
const SOURCES = ["electron", "renderer", "CHANGELOG.md", "scripts/build.ts", "package.json", "package-lock.json"];
/** Loaded from node_modules at run time: they carry native libraries. */
const EXTERNAL = [
  "electron",
  "node-llama-cpp",
  /^@node-llama-cpp\//,
  "@photostructure/sqlite",
  /^node:/,
  ...builtinModules,
];

/** Returns what was done, in words. */
export async function buildApp(): Promise<string> {
  const hash = await sourcesHash();
  const hashFile = path.join(OUTPUT, "sources.sha256");
  if (existsSync(hashFile) && (await readFile(hashFile, "utf8")) === hash) return "up to date";

  // Imported here: an app that is up to date opens half a second sooner without them.
  const [{ build }, { default: react }] = await Promise.all([import("vite"), import("@vitejs/plugin-react")]);
  // Built aside and swapped in, so that a failed build leaves the last good one.
  const fresh = `${OUTPUT}-${process.pid}`;
  const old = `${fresh}-old`;
  try {
    await build(nodeTarget("electron/faces/window/main.ts", "cjs", "main.cjs", fresh));
    await build(await preloadTarget(fresh));
    await build(nodeTarget("electron/engine/engine.ts", "es", "engine.mjs", fresh));
    await build(nodeTarget("electron/engine/fit/fit.ts", "es", "fit.mjs", fresh));
    await build(nodeTarget("electron/engine/jobs/job.ts", "es", "job.mjs", fresh));
    await build(nodeTarget("electron/core/chats/searchWorker.ts", "cjs", "search.cjs", fresh));
    await build(nodeTarget("electron/core/worker/workerThread.ts", "es", "worker.mjs", fresh));
    await build(nodeTarget("electron/hosts/node/openApplication.ts", "es", "application.mjs", fresh));
    await build(nodeTarget("electron/faces/cli/main.ts", "es", "facet.mjs", fresh));
    await build(rendererTarget(fresh, react()));
    await writeFile(path.join(fresh, "sources.sha256"), hash);
    if (existsSync(OUTPUT)) await rename(OUTPUT, old);
    await rename(fresh, OUTPUT);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
  return "built";
}

function nodeTarget(entry: string, format: "cjs" | "es", fileName: string, output: string): InlineConfig {
  return {
    configFile: false,
    logLevel: "warn",
    ssr: { noExternal: true, external: [] },
    build: {
      ssr: true,
      // The fallback Electron's.
      target: "node20",
      outDir: path.join(output, "build"),
      emptyOutDir: false,
      minify: false,
      sourcemap: "hidden",
      rollupOptions: {
        input: entry,
        external: EXTERNAL,
        onwarn: allButAnnotations,
        output: {
          format,
          entryFileNames: fileName,
          inlineDynamicImports: true,
          // Run by its own name where a link leads to it.
          ...(fileName === "facet.mjs" ? { banner: "#!/usr/bin/env node" } : {}),
        },
      },
    },
  };
}

/** Preload gets the contract's names as plain text: importing the contract would bring zod along. */
async function preloadTarget(output: string): Promise<InlineConfig> {
  const [{ methods }, { events }, { PRELOAD_METHOD }] = await Promise.all([
    import("../electron/contract/methods"),
    import("../electron/contract/events"),
    import("../electron/contract/bridge"),
  ]);
  const methodNames = Object.keys(methods).filter((name) => name !== PRELOAD_METHOD);
  return {
    ...nodeTarget("electron/preload/preload.ts", "cjs", "preload.cjs", output),
    define: { METHOD_NAMES: JSON.stringify(methodNames), EVENT_NAMES: JSON.stringify(Object.keys(events)) },
  };
}

function rendererTarget(output: string, react: PluginOption): InlineConfig {
  return {
    configFile: false,
    logLevel: "warn",
    root: path.resolve("renderer"),
    base: "/",
    plugins: [react],
    // Workers load grammars as chunks of their own, which the older worker format cannot.
    worker: { format: "es" },
    build: {
      target: "chrome130",
      outDir: path.resolve(output, "renderer"),
      emptyOutDir: true,
      sourcemap: "hidden",
      // The content security policy allows fonts and scripts from the app only, not from data: URLs.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // Grammars of rarely used languages are large and loaded on demand, from disk.
      chunkSizeWarningLimit: 1500,
      rollupOptions: { onwarn: allButAnnotations },
    },
  };
}

/** A comment in a library that Rollup cannot use: nothing is lost but the hint. */
function allButAnnotations(warning: Rollup.RollupLog, warn: (warning: Rollup.RollupLog) => void): void {
  if (warning.code !== "INVALID_ANNOTATION") warn(warning);
}

async function sourcesHash(): Promise<string> {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    for (const file of await filesBelow(source))
      hash
        .update(file)
        .update("\0")
        .update(await readFile(file))
        .update("\0");
  }
  return hash.digest("hex");
}

async function filesBelow(source: string): Promise<string[]> {
  if (path.extname(source)) return [source];
  const entries = await readdir(source, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await step("Build", buildApp).catch(exitWith);
}
