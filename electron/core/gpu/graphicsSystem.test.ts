import { describe, expect, it } from "vitest";
import { graphicsSystem, type SystemLook } from "./graphicsSystem";

const LINUX: SystemLook = {
  platform: "linux",
  release: "6.8.0",
  env: {},
  names: (folder) =>
    folder === "/sys/class/drm"
      ? ["card0", "card0-DP-1", "renderD128"]
      : folder === "/usr/share/vulkan/icd.d"
        ? ["nvidia_icd.json"]
        : [],
  text: (file) => (file === "/sys/class/drm/card0/device/device" ? "0x2504\n" : ""),
  stamp: () => "120 1700000000000",
};
const WINDOWS: SystemLook = {
  ...LINUX,
  platform: "win32",
  names: () => ["acpi.inf_amd64_1", "nv_dispi.inf_amd64_aa", "iigd_dch.inf_amd64_bb"],
};

describe.each<[string, SystemLook, Partial<SystemLook>]>([
  ["another kernel", LINUX, { release: "6.9.0" }],
  ["another card", LINUX, { text: (file) => (file === "/sys/class/drm/card0/device/device" ? "0x2684\n" : "") }],
  ["another driver", LINUX, { text: (file) => (file === "/sys/module/nvidia/version" ? "580.1\n" : LINUX.text(file)) }],
  ["another Vulkan driver", LINUX, { stamp: () => "121 1700000000001" }],
  ["a driver by a variable", LINUX, { env: { VK_DRIVER_FILES: "/opt/driver.json" } }],
  ["another driver in Windows", WINDOWS, { names: () => ["acpi.inf_amd64_1", "nv_dispi.inf_amd64_cc"] }],
])("%s", (_, look, change) => {
  it("is another system", () => {
    expect(graphicsSystem({ ...look, ...change })).not.toBe(graphicsSystem(look));
  });
});

it("is the same as long as nothing of it changes", () => {
  expect(graphicsSystem({ ...LINUX })).toBe(graphicsSystem(LINUX));
  const other = { ...WINDOWS, names: () => ["keyboard.inf_amd64_9", "nv_dispi.inf_amd64_aa", "iigd_dch.inf_amd64_bb"] };
  expect(graphicsSystem(other)).toBe(graphicsSystem(WINDOWS));
  expect(graphicsSystem()).toBe(graphicsSystem());
});
