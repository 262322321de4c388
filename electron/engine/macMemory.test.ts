// What a Mac has to give, by Node's own word or by vm_stat's, as macOS 15 writes it on Apple Silicon.
import { expect, it } from "vitest";
import { macAvailableBytes, type MacMemory } from "./macMemory";

const VM_STAT = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                              228615.
Pages active:                            796616.
Pages inactive:                          780841.
Pages speculative:                        16095.
Pages throttled:                              0.
Pages wired down:                        147052.
Pages purgeable:                          31837.
"Translation faults":                6147294951.
Pages copy-on-write:                  170224663.
Pages zero filled:                   4080667441.
Pages reactivated:                     20455395.
Pages purged:                           2095952.
File-backed pages:                       401759.
`;
const mac = (changed: Partial<MacMemory>): MacMemory => ({
  libuvVersion: "1.52.1",
  available: () => 4e9,
  vmStat: () => Promise.resolve(VM_STAT),
  free: () => 88e6,
  ...changed,
});

it("takes Node's word where that counts what the system gives back", async () => {
  expect(await macAvailableBytes(mac({}))).toBe(4e9);
  expect(await macAvailableBytes(mac({ libuvVersion: "2.0.0-dev" }))).toBe(4e9);
});

it.each(["1.51.0", "1.48.0"])(
  "asks vm_stat under libuv %s, whose word is the free pages alone",
  async (libuvVersion) => {
    const bytes = (228_615 + 16_095 + 780_841 + 31_837) * 16_384;
    expect(await macAvailableBytes(mac({ libuvVersion, available: () => 88e6 }))).toBe(bytes);
  },
);

it("asks vm_stat where Node does not know, and takes the free pages where that says nothing either", async () => {
  expect(await macAvailableBytes(mac({ available: () => 0 }))).toBeGreaterThan(17e9);
  const silent = mac({ available: () => 0, vmStat: () => Promise.reject(new Error("ENOENT")) });
  expect(await macAvailableBytes(silent)).toBe(88e6);
  expect(await macAvailableBytes(mac({ available: () => 0, vmStat: () => Promise.resolve("Usage:") }))).toBe(88e6);
});
