// A Vulkan device that every computer can have: Mesa's lavapipe, which computes on the processor.
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

export interface VulkanDevice {
  /** For this process, whose engines inherit it: no other driver is seen. */
  readonly env: Readonly<Record<string, string>>;
}

const MANIFEST_FOLDERS = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
const LIBRARY_FOLDERS = ["/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib"];

/**
 * A driver that VK_ICD_FILENAMES names already, or lavapipe where it is installed (Debian: mesa-vulkan-drivers and libvulkan1). null where
 * there is none, or no program of llama.cpp's for it.
 */
export function vulkanDevice(): VulkanDevice | null {
  const { VK_ICD_FILENAMES: given, LD_LIBRARY_PATH: libraries = "" } = process.env;
  const loaderIn = [...libraries.split(":").filter(Boolean), ...LIBRARY_FOLDERS];
  const hasLoader = loaderIn.some((folder) => existsSync(path.join(folder, "libvulkan.so.1")));
  const hasBackend = existsSync(path.resolve("node_modules/@node-llama-cpp/linux-x64-vulkan"));
  const manifest =
    given ?? MANIFEST_FOLDERS.flatMap(manifestsIn).find((file) => path.basename(file).startsWith("lvp_icd"));
  return hasLoader && hasBackend && manifest !== undefined ? { env: { VK_ICD_FILENAMES: manifest } } : null;
}

function manifestsIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
}
