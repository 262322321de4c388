// Electron's fuses in the packaged app: what is burnt in, and the check that it really is. Used by forge.config.ts and the package test.
import { flipFuses, FuseState, FuseV1Options, FuseVersion, getCurrentFuseWire } from "@electron/fuses";
import { StepError } from "./step";

type Fuse = keyof typeof FuseV1Options;

/** Every fuse that Facet knows. Electrons before 42 have no WasmTrapHandlers. */
const RELEASE: Readonly<Record<Fuse, boolean>> = {
  RunAsNode: false, // Else the app is a general Node for whoever starts it.
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true, // No effect on Linux.
  OnlyLoadAppFromAsar: true, // Else a folder named app beside app.asar wins.
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false, // The app's pages come from app://.
  WasmTrapHandlers: true, // As in browsers. Without them WebAssembly checks each access by itself, and is slower.
};

/** "e2e" differs in one fuse: Playwright attaches through the inspector. It is never shipped. */
export type Flavour = "release" | "e2e";

/** Burns every fuse that this Electron has, and reads them back. Throws a StepError when it has some that Facet does not know. */
export async function burnFuses(binary: string, flavour: Flavour): Promise<void> {
  const wanted = (await readFuses(binary)).map(({ name }) => [FuseV1Options[name], isOn(name, flavour)]);
  await flipFuses(binary, {
    version: FuseVersion.V1,
    // A changed Apple binary needs a new signature.
    resetAdHocDarwinSignature: process.platform === "darwin",
    ...(Object.fromEntries(wanted) as Partial<Record<FuseV1Options, boolean>>),
  });
  await checkFuses(binary, flavour);
}

/** Reads the fuses of a finished binary; throws with the names of those that are not as they must be, or that Facet does not know. */
export async function checkFuses(binary: string, flavour: Flavour): Promise<void> {
  const wrong = (await readFuses(binary)).filter(
    ({ name, state }) => state !== (isOn(name, flavour) ? FuseState.ENABLE : FuseState.DISABLE),
  );
  if (wrong.length > 0)
    throw new StepError(
      `${binary}: these fuses are not as the ${flavour} flavour needs them: ${wrong.map(({ name }) => name).join(", ")}`,
    );
}

function isOn(name: Fuse, flavour: Flavour): boolean {
  return name === "EnableNodeCliInspectArguments" ? flavour === "e2e" : RELEASE[name];
}

/** The fuses in the order of the wire, which newer Electrons made longer at its end. */
async function readFuses(binary: string): Promise<{ name: Fuse; state: FuseState | undefined }[]> {
  const wire = await getCurrentFuseWire(binary);
  const { length } = Object.keys(wire).filter((key) => key !== "version");
  const known = Object.keys(RELEASE).length;
  if (String(wire.version) !== FuseVersion.V1 || length > known)
    throw new StepError(
      `${binary}: this Electron has ${length} fuses of wire version ${wire.version}, and Facet knows ${known} of version ${FuseVersion.V1}. Decide on the new ones in scripts/fuses.ts; a newer @electron/fuses may name them.`,
    );
  return Array.from({ length }, (_, index) => ({
    name: FuseV1Options[index] as Fuse, // RELEASE has every name of the library's, and there are no more here.
    state: wire[index as FuseV1Options],
  }));
}
