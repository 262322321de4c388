// @ts-check
// What package-lock.json lacks for this system: libraries of other systems that the registry did not have when the lock was made.
// npm before 11.6 does not look for them (npm/cli#4828). Plain JavaScript: scripts/run.mjs needs it before any package is installed.

/**
 * @typedef {{ version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean, optionalDependencies?: Readonly<Record<string, string>> }} LockEntry
 * @typedef {Readonly<Record<string, LockEntry>>} LockEntries as in package-lock.json's `packages`
 * @typedef {{ of: string, libraries: string[], wanted: string[] }} Lacking `libraries`: all for the system, by name. `wanted`: those that
 *   lack, as "name@version"; npm chooses those that fit
 */

/** How packages call the systems, as process.platform names them. */
const PLATFORM_NAMES = /** @type {Readonly<Record<string, readonly string[]>>} */ ({
  darwin: ["darwin", "mac", "macos"],
  win32: ["win32", "win", "windows"],
  linux: ["linux"],
});

/**
 * Per package with libraries for this system in packages of their own: those that the lock does not have.
 * @param {LockEntries} lock
 * @param {string} platform
 * @param {string} arch
 * @returns {Lacking[]}
 */
export function lackingPackages(lock, platform, arch) {
  return lackingOf(lock, (name) => isFor(name, platform, arch));
}

/**
 * The same for every system.
 * @param {LockEntries} lock
 * @returns {Lacking[]}
 */
export function allLackingPackages(lock) {
  return lackingOf(lock, () => true);
}

/**
 * @param {LockEntries} lock
 * @param {(name: string) => boolean} isWanted
 * @returns {Lacking[]}
 */
function lackingOf(lock, isWanted) {
  return Object.entries(lock)
    .map(([folder, { optionalDependencies = {} }]) => {
      const libraries = Object.entries(optionalDependencies).filter(([name]) => isWanted(name));
      return {
        of: folder.replace(/^.*node_modules\//, ""),
        libraries: libraries.map(([name]) => name),
        wanted: libraries
          .filter(([name]) => !placesOf(folder, name).some((place) => place in lock))
          .map(([name, version]) => `${name}@${version}`),
      };
    })
    .filter(({ wanted }) => wanted.length > 0);
}

/**
 * Where a package in `folder` finds another one: in its own node_modules, and in those above.
 * @param {string} folder
 * @param {string} name
 * @returns {string[]}
 */
function placesOf(folder, name) {
  const parts = folder.split("/node_modules/");
  const above = parts.map((_part, index) => `${parts.slice(0, index + 1).join("/node_modules/")}/node_modules/${name}`);
  return [`node_modules/${name}`, ...above];
}

/**
 * By its name: "@rollup/rollup-darwin-arm64" is for darwin and arm64.
 * @param {string} name
 * @param {string} platform
 * @param {string} arch
 */
function isFor(name, platform, arch) {
  const words = name.split(/[/-]/);
  return words.includes(arch) && (PLATFORM_NAMES[platform] ?? [platform]).some((word) => words.includes(word));
}
