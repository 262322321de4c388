// The readers of libraries for Windows and macOS, on files as small as the forms allow.
import { describe, expect, it } from "vitest";
import { exportedNames } from "./peExports";
import { readMacAddon } from "./machO";

/** One section at address 0x1000, with two exported names. */
function windowsLibrary(): Buffer {
  const file = Buffer.alloc(0x400);
  file.writeUInt32LE(0x80, 0x3c);
  file.write("PE\0\0", 0x80, "latin1");
  file.writeUInt16LE(1, 0x86); // sections
  file.writeUInt16LE(240, 0x94); // bytes of the optional header
  file.writeUInt16LE(0x20b, 0x98);
  file.writeUInt32LE(0x1000, 0x98 + 112); // the exports
  const section = 0x98 + 240;
  file.writeUInt32LE(0x1000, section + 12);
  file.writeUInt32LE(0x200, section + 16);
  file.writeUInt32LE(0x200, section + 20);
  file.writeUInt32LE(2, 0x200 + 24);
  file.writeUInt32LE(0x1040, 0x200 + 32);
  for (const [index, name] of ["ggml_init", "?later@@YAXXZ"].entries()) {
    file.writeUInt32LE(0x1080 + 0x20 * index, 0x240 + 4 * index);
    file.write(`${name}\0`, 0x280 + 0x20 * index, "latin1");
  }
  return file;
}

/** Symbols: one of its own, one of the first library, one that is looked up. */
function macLibrary(isSigned: boolean): Buffer {
  const file = Buffer.alloc(0x200);
  file.writeUInt32LE(0xfeedfacf, 0);
  file.writeUInt32LE(isSigned ? 2 : 1, 16);
  file.writeUInt32LE(0x2, 32);
  file.writeUInt32LE(24, 36);
  file.writeUInt32LE(0x80, 40);
  file.writeUInt32LE(3, 44);
  file.writeUInt32LE(0x100, 48);
  file.writeUInt32LE(0x1d, 56);
  file.writeUInt32LE(16, 60);
  const symbols = [
    { name: "_own", type: 0x0f, description: 0 },
    { name: "_llama_version", type: 0x01, description: 0x0100 },
    { name: "_napi_throw", type: 0x01, description: 0xfe00 },
  ];
  for (const [index, { name, type, description }] of symbols.entries()) {
    file.writeUInt32LE(1 + 0x20 * index, 0x80 + 16 * index);
    file.writeUInt8(type, 0x84 + 16 * index);
    file.writeUInt16LE(description, 0x86 + 16 * index);
    file.write(`${name}\0`, 0x101 + 0x20 * index, "latin1");
  }
  return file;
}

describe("a library for Windows", () => {
  it("lists what it exports", () => {
    expect(exportedNames(windowsLibrary())).toEqual(["ggml_init", "?later@@YAXXZ"]);
  });

  it("is nothing else", () => {
    expect(() => exportedNames(macLibrary(true))).toThrow();
    const cut = windowsLibrary();
    cut.writeUInt32LE(0x9000, 0x98 + 112);
    expect(() => exportedNames(cut)).toThrow(/outside the file/);
  });
});

describe("an addon for macOS", () => {
  it("says what it looks up when it is loaded, and whether it is signed", () => {
    expect(readMacAddon(macLibrary(true))).toEqual({ lookedUp: ["napi_throw"], isSigned: true });
    expect(readMacAddon(macLibrary(false)).isSigned).toBe(false);
  });

  it("is nothing else", () => {
    expect(() => readMacAddon(windowsLibrary())).toThrow(/macOS/);
  });
});
