// Electron's fuses in the packaged app: what is burnt in, and the check that it really is. Used by forge.config.ts and the package test.
import { flipFuses, FuseV1Options, FuseVersion, getCurrentFuseWire } from "@electron/fuses";

type Fuse = keyof typeof FuseV1Options;

const RELEASE = {
  RunAsNode: false, // Else the app is a general Node for whoever starts it.
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true, // No effect on Linux.
  OnlyLoadAppFromAsar: true, // Else a folder named app beside app.asar wins.
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false, // The app's pages come from app://.
} as const satisfies Partial<Record<Fuse, boolean>>;

/** "e2e" differs in one fuse: Playwright attaches through the inspector. It is never shipped. */
export type Flavour = "release" | "e2e";

function fusesOf(flavour: Flavour): Record<keyof typeof RELEASE, boolean> {
  return { ...RELEASE, EnableNodeCliInspectArguments: flavour === "e2e" };
}

export async function burnFuses(binary: string, flavour: Flavour): Promise<void> {
  const fuses = fusesOf(flavour);
  await flipFuses(binary, {
    version: FuseVersion.V1,
    // A changed Apple binary needs a new signature.
    resetAdHocDarwinSignature: process.platform === "darwin",
    strictlyRequireAllFuses: true,
    [FuseV1Options.RunAsNode]: fuses.RunAsNode,
    [FuseV1Options.EnableCookieEncryption]: fuses.EnableCookieEncryption,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: fuses.EnableNodeOptionsEnvironmentVariable,
    [FuseV1Options.EnableNodeCliInspectArguments]: fuses.EnableNodeCliInspectArguments,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: fuses.EnableEmbeddedAsarIntegrityValidation,
    [FuseV1Options.OnlyLoadAppFromAsar]: fuses.OnlyLoadAppFromAsar,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: fuses.LoadBrowserProcessSpecificV8Snapshot,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: fuses.GrantFileProtocolExtraPrivileges,
  });
  await checkFuses(binary, flavour);
}

/** Reads the fuses of a finished binary; throws with the names of those that are not as they must be. */
export async function checkFuses(binary: string, flavour: Flavour): Promise<void> {
  const wire = await getCurrentFuseWire(binary);
  const burnt = { on: "1".charCodeAt(0), off: "0".charCodeAt(0) };
  const wrong = Object.entries(fusesOf(flavour)).filter(([name, on]) => {
    const index = FuseV1Options[name as keyof typeof RELEASE]; // Keys of RELEASE, by construction.
    return Number(wire[index]) !== (on ? burnt.on : burnt.off);
  });
  if (wrong.length > 0)
    throw new Error(
      `${binary}: these fuses are not as the ${flavour} flavour needs them: ${wrong.map(([name]) => name).join(", ")}`,
    );
}
