// What Electron runs when it is given an app's path: the fallback runtime comes without Electron's own default app.
// CommonJS, in Electron's main process: electron [-r module] [--flags] path-of-the-app [arguments]
const { app } = require("electron");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { pathToFileURL } = require("node:url");

const args = process.argv.slice(1);
const preloads = [];
let appPath = null;
for (let i = 0; i < args.length && appPath === null; i++) {
  if (args[i] === "--version" || args[i] === "-v") {
    console.log(`v${process.versions.electron}`);
    process.exit(0);
  } else if (args[i] === "-r" || args[i] === "--require") preloads.push(args[++i]); // Playwright's loader comes this way
  else if (!args[i].startsWith("-")) appPath = path.resolve(args[i]);
}
if (appPath === null) {
  console.error("Give the path of an app.");
  process.exit(1);
}

let entry = appPath;
if (fs.statSync(appPath).isDirectory()) {
  const about = JSON.parse(fs.readFileSync(path.join(appPath, "package.json"), "utf8"));
  entry = path.join(appPath, about.main || "index.js");
  if (about.productName || about.name) app.setName(about.productName || about.name);
  if (about.version) app.setVersion(about.version);
  app.setAppPath(appPath);
}
// Set by Electron's own default app too: shows an app that it is not packaged.
Object.defineProperty(process, "defaultApp", { value: true, enumerable: true });
for (const preload of preloads) Module._load(preload, Module);
if (entry.endsWith(".mjs")) void import(pathToFileURL(entry).href);
else Module._load(entry, Module, true);
