// Draws resources/icon.svg in every size and writes icon.png, icon.ico and icon.icns beside it: `node scripts/run.mjs scripts/makeIcons.ts`,
// after a change of the drawing. Chromium draws, in the Electron that runs the app.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { _electron } from "@playwright/test";
import { electronRuntime } from "./electronRuntime";
import { icnsFile, icoFile, ICON_SIZES, type Picture } from "./iconFiles";
import { exitWith, step } from "./step";
import { hasDisplay, startVirtualDisplay } from "./virtualDisplay";

const FOLDER = "resources";
/** What Linux's desktops show, and what Forge and electron-builder take there. */
const LINUX_SIZE = 512;
const EMPTY_WINDOW = `const { app, BrowserWindow } = require("electron");
app.whenReady().then(() => new BrowserWindow({ show: false }).loadURL("about:blank"));`;

async function makeIcons(say: (line: string) => void): Promise<string> {
  await electronRuntime(say);
  if (!hasDisplay()) await startVirtualDisplay();
  const svg = await readFile(path.join(FOLDER, "icon.svg"), "utf8");
  const pictures = await drawn(svg);
  const png = pictures.find(({ size }) => size === LINUX_SIZE)?.png;
  if (png === undefined) throw new Error("the picture for Linux was not drawn");
  await writeFile(path.join(FOLDER, "icon.png"), png);
  await writeFile(path.join(FOLDER, "icon.ico"), icoFile(pictures));
  await writeFile(path.join(FOLDER, "icon.icns"), icnsFile(pictures));
  return `${pictures.length} sizes`;
}

async function drawn(svg: string): Promise<Picture[]> {
  const isRoot = process.getuid?.() === 0;
  const app = await mkdtemp(path.join(os.tmpdir(), "facet-icons-"));
  await writeFile(path.join(app, "index.js"), EMPTY_WINDOW);
  await writeFile(path.join(app, "package.json"), "{}");
  const electron = await _electron.launch({ args: [app], chromiumSandbox: !isRoot });
  try {
    const window = await electron.firstWindow();
    const pictures: Picture[] = [];
    for (const size of ICON_SIZES) {
      const address = await window.evaluate(
        async ({ source, pixels }) => {
          const image = new Image();
          image.src = `data:image/svg+xml,${encodeURIComponent(source)}`;
          await image.decode();
          const canvas = document.createElement("canvas");
          canvas.width = canvas.height = pixels;
          canvas.getContext("2d")?.drawImage(image, 0, 0, pixels, pixels);
          return canvas.toDataURL("image/png");
        },
        { source: svg, pixels: size },
      );
      pictures.push({ size, png: Buffer.from(address.replace(/^data:image\/png;base64,/, ""), "base64") });
    }
    return pictures;
  } finally {
    await electron.close();
    await rm(app, { recursive: true });
  }
}

await step("Icons", makeIcons).catch(exitWith);
