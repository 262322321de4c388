// Which system libraries Electron lacks, and in which Debian packages they are.
import { describe, expect, it } from "vitest";
import { debianPackage, missingOf } from "./systemLibraries";

describe("debianPackage", () => {
  it.each([
    ["libasound.so.2", "libasound2"],
    ["libatk-1.0.so.0", "libatk1.0-0"],
    ["libatk-bridge-2.0.so.0", "libatk-bridge2.0-0"],
    ["libatspi.so.0", "libatspi2.0-0"],
    ["libcairo.so.2", "libcairo2"],
    ["libcups.so.2", "libcups2"],
    ["libdbus-1.so.3", "libdbus-1-3"],
    ["libdrm.so.2", "libdrm2"],
    ["libexpat.so.1", "libexpat1"],
    ["libgbm.so.1", "libgbm1"],
    ["libgdk-3.so.0", "libgtk-3-0"],
    ["libgdk_pixbuf-2.0.so.0", "libgdk-pixbuf-2.0-0"],
    ["libgio-2.0.so.0", "libglib2.0-0"],
    ["libglib-2.0.so.0", "libglib2.0-0"],
    ["libgtk-3.so.0", "libgtk-3-0"],
    ["libgtk-4.so.1", "libgtk-4-1"],
    ["libnspr4.so", "libnspr4"],
    ["libnss3.so", "libnss3"],
    ["libpango-1.0.so.0", "libpango-1.0-0"],
    ["libplc4.so", "libnspr4"],
    ["libplds4.so", "libnspr4"],
    ["libsmime3.so", "libnss3"],
    ["libudev.so.1", "libudev1"],
    ["libX11-xcb.so.1", "libx11-xcb1"],
    ["libX11.so.6", "libx11-6"],
    ["libxcb.so.1", "libxcb1"],
    ["libXcomposite.so.1", "libxcomposite1"],
    ["libxkbcommon.so.0", "libxkbcommon0"],
    ["libXrandr.so.2", "libxrandr2"],
  ])("%s is in %s", (library, name) => expect(debianPackage(library)).toBe(name));
});

describe("missingOf", () => {
  const LIBC = "\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)\n";
  const SYSTEM = "\tlibc.so.6 (libc6,x86-64) => /lib/x86_64-linux-gnu/libc.so.6\n";

  it("finds nothing where all is there", () => {
    expect(missingOf(`${LIBC}\tlibgtk-3.so.0 => /lib/libgtk-3.so.0 (0x0)\n`, SYSTEM)).toEqual([]);
  });

  it("names what ldd did not find", () => {
    const linked = `${LIBC}\tlibnss3.so => not found\n\tlibgtk-3.so.0 => not found\n`;
    expect(missingOf(linked, SYSTEM)).toEqual(["libnss3.so", "libgtk-3.so.0"]);
  });

  it("wants a GTK, of either kind, for an Electron that links to none", () => {
    expect(missingOf(LIBC, SYSTEM)).toEqual(["libgtk-3.so.0"]);
    expect(missingOf(LIBC, `${SYSTEM}\tlibgtk-4.so.1 (libc6,x86-64) => /lib/libgtk-4.so.1\n`)).toEqual([]);
    expect(missingOf(LIBC, `${SYSTEM}\tlibgtk-3.so.0 (libc6,x86-64) => /lib/libgtk-3.so.0\n`)).toEqual([]);
  });

  it("claims nothing of a GTK where the system has no list of its libraries", () => {
    expect(missingOf(LIBC, "")).toEqual([]);
  });
});
