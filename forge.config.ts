// Electron Forge: what `npm start` opens and `npm run package` makes. The app is built by scripts/build.ts before Forge runs.
import path from "node:path";
import { MakerDeb, type MakerDebConfig } from "@electron-forge/maker-deb";
import type { ForgeConfig } from "@electron-forge/shared-types";
import { burnFuses } from "./scripts/fuses";
import { belongsInPackage, packageTarget, PLAIN_FILES, UNPACKED } from "./scripts/packagedFiles";

/** Set by scripts/package.ts where Electron's own zip cannot be downloaded: a folder with a zip of the fallback runtime, and its version. */
const { FACET_ELECTRON_ZIPS: electronZips, FACET_ELECTRON_VERSION: electronVersion } = process.env;
/** Set by scripts/package.ts: the Node that the package carries for the command line. */
const { FACET_PACKAGED_NODE: node } = process.env;

const target = packageTarget();

const debOptions: NonNullable<MakerDebConfig["options"]> & { compression: string } = {
  name: "facet",
  // The command, which opens the window when it is alone.
  bin: "resources/facet",
  productName: "Facet",
  genericName: "Local language models",
  maintainer: "Facet",
  homepage: "https://facet.invalid",
  icon: path.resolve("resources/icon.png"),
  categories: ["Utility"],
  // A third larger than xz and many times faster, to make and to install; Debian 12 and Ubuntu 20.04 read it.
  compression: "zstd",
};

const config: ForgeConfig = {
  packagerConfig: {
    ...(electronZips ? { electronZipDir: electronZips } : {}),
    executableName: "facet",
    appBundleId: "app.facet",
    icon: path.resolve("resources/icon"),
    asar: { unpack: UNPACKED },
    extraResource: [...PLAIN_FILES, ...(node ? [node] : [])],
    ignore: (file) => !belongsInPackage(file, target),
  },
  // All native modules are Node-API prebuilds, the same for Node and Electron: nothing to rebuild.
  rebuildConfig: { onlyModules: [] },
  makers: [new MakerDeb({ options: debOptions })],
  hooks: {
    // Forge reads Electron's version here; package.json asks for the current one.
    readPackageJson: async (_config, about) => {
      if (electronVersion) about["devDependencies"] = { ...about["devDependencies"], electron: electronVersion };
      return about;
    },
    packageAfterCopy: async (_config, appFolder, _version, platform) => {
      const name =
        platform === "darwin" ? "../../MacOS/Electron" : platform === "win32" ? "../../electron.exe" : "../../electron";
      await burnFuses(path.resolve(appFolder, name), "release");
    },
  },
};

export default config;
