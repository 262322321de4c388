// Electron Forge: what `npm start` opens, and the unpacked app of `npm run package`. The app is built by scripts/build.ts before Forge runs.
import path from "node:path";
import type { ForgeConfig } from "@electron-forge/shared-types";
import { burnFuses } from "./scripts/fuses";
import { belongsInPackage, packageTarget, PLAIN_FILES, UNPACKED } from "./scripts/packagedFiles";
import { signing } from "./scripts/signing";

/** Set by scripts/package.ts where Electron's own zip cannot be downloaded: a folder with a zip of the fallback runtime, and its version. */
const { FACET_ELECTRON_ZIPS: electronZips, FACET_ELECTRON_VERSION: electronVersion } = process.env;
/** Set by scripts/package.ts: the Node that the package carries for the command line. */
const { FACET_PACKAGED_NODE: node } = process.env;

const target = packageTarget();

/** What macOS knows a GGUF file by. The format is not Facet's: it is imported, not exported. */
const GGUF_TYPE = "org.ggml.gguf";

const config: ForgeConfig = {
  packagerConfig: {
    ...(electronZips ? { electronZipDir: electronZips } : {}),
    executableName: "facet",
    appBundleId: "app.facet",
    icon: path.resolve("resources/icon"),
    appCopyright: "Copyright © 2026 the Facet authors",
    appCategoryType: "public.app-category.productivity",
    win32metadata: {
      CompanyName: "Facet",
      ProductName: "Facet",
      FileDescription: "Facet",
      OriginalFilename: "facet.exe",
    },
    extendInfo: {
      // That of node-llama-cpp's libraries.
      LSMinimumSystemVersion: "14.0",
      CFBundleDocumentTypes: [
        {
          CFBundleTypeName: "Language model",
          CFBundleTypeRole: "Viewer",
          LSHandlerRank: "Alternate",
          LSItemContentTypes: [GGUF_TYPE],
        },
      ],
      UTImportedTypeDeclarations: [
        {
          UTTypeIdentifier: GGUF_TYPE,
          UTTypeDescription: "Language model",
          UTTypeConformsTo: ["public.data"],
          UTTypeTagSpecification: { "public.filename-extension": ["gguf"] },
        },
      ],
    },
    ...signing(process.env),
    asar: { unpack: UNPACKED },
    extraResource: [...PLAIN_FILES, ...(node ? [node] : [])],
    ignore: (file) => !belongsInPackage(file, target),
  },
  // All native modules are Node-API prebuilds, the same for Node and Electron: nothing to rebuild.
  rebuildConfig: { onlyModules: [] },
  hooks: {
    // Forge reads Electron's version here; package.json asks for the current one.
    readPackageJson: async (_config, about) => {
      if (electronVersion) about["devDependencies"] = { ...about["devDependencies"], electron: electronVersion };
      return about;
    },
    // Before the packager signs.
    packageAfterCopy: async (_config, appFolder, _version, platform) => {
      const name =
        platform === "darwin" ? "../../MacOS/Electron" : platform === "win32" ? "../../electron.exe" : "../../electron";
      await burnFuses(path.resolve(appFolder, name), "release");
    },
  },
};

export default config;
