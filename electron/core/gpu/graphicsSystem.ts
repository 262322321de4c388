// What of this computer decides whether a GPU's program starts: cards and drivers. Another answer than last time is a reason to try again.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { release } from "node:os";
import path from "node:path";

export interface SystemLook {
  platform: NodeJS.Platform;
  release: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Names in a folder; none where it cannot be read. */
  names: (folder: string) => readonly string[];
  /** "" where it cannot be read. */
  text: (file: string) => string;
  /** Size and time of a file; "" where there is none. */
  stamp: (file: string) => string;
}

/** What the loaders of drivers and libraries read. */
const VARIABLES = [
  "VK_DRIVER_FILES",
  "VK_ICD_FILENAMES",
  "VK_ADD_DRIVER_FILES",
  "CUDA_VISIBLE_DEVICES",
  "LD_LIBRARY_PATH",
];
const VULKAN_MANIFESTS = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
/** AMD's, Intel's and NVIDIA's display drivers in Windows' store; the folder's name changes with the version. */
const WINDOWS_DRIVER = /^(?:nv|u0\d|c0\d|amd|iigd|igdlh|qcdx)/iu;

/** A short text that stays the same while cards, drivers and the system are the same. */
export function graphicsSystem(look: SystemLook = thisSystem()): string {
  const facts = [
    look.platform,
    look.release,
    ...VARIABLES.map((name) => look.env[name] ?? ""),
    ...cardsAndDrivers(look),
  ];
  return createHash("sha256").update(facts.join("\n")).digest("hex").slice(0, 32);
}

function cardsAndDrivers({ platform, env, names, text, stamp }: SystemLook): string[] {
  if (platform === "linux") {
    const cards = names("/sys/class/drm").filter((name) => /^card\d+$/u.test(name));
    const ids = cards.flatMap((card) =>
      ["vendor", "device", "subsystem_device"].map((name) => text(`/sys/class/drm/${card}/device/${name}`).trim()),
    );
    const manifests = VULKAN_MANIFESTS.flatMap((folder) =>
      names(folder).map((name) => `${folder}/${name} ${stamp(`${folder}/${name}`)}`),
    );
    return [...ids, text("/sys/module/nvidia/version"), text("/sys/module/amdgpu/version"), ...manifests];
  }
  if (platform === "win32") {
    const system = path.win32.join(env["SystemRoot"] ?? "C:\\Windows", "System32");
    const store = path.win32.join(system, "DriverStore", "FileRepository");
    return [
      ...["vulkan-1.dll", "nvcuda.dll"].map((name) => stamp(path.win32.join(system, name))),
      ...names(store).filter((name) => WINDOWS_DRIVER.test(name)),
    ];
  }
  // macOS brings its drivers along.
  return [];
}

function thisSystem(): SystemLook {
  const orElse =
    <Value>(read: (file: string) => Value, otherwise: Value) =>
    (file: string): Value => {
      try {
        return read(file);
      } catch {
        return otherwise;
      }
    };
  return {
    platform: process.platform,
    release: release(),
    env: process.env,
    names: orElse((folder) => readdirSync(folder).sort(), []),
    text: orElse((file) => readFileSync(file, "utf8"), ""),
    stamp: orElse((file) => {
      const { size, mtimeMs } = statSync(file);
      return `${size} ${mtimeMs}`;
    }, ""),
  };
}
