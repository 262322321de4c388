// What packages are made of: icons, the heads of deb and rpm, signing, and the notes of a release.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { changesOf } from "./changelog";
import { icnsFile, icoFile, ICON_SIZES } from "./iconFiles";
import { debControl, rpmSpec } from "./linuxPackages";
import { signing } from "./signing";

const about = { version: "1.2.0-beta.1", description: "Local models", license: "MIT" };

/** Width of a PNG picture, from its head. */
function widthOf(png: Buffer): number {
  expect(png.toString("latin1", 1, 4)).toBe("PNG");
  return png.readUInt32BE(16);
}

describe("icons", () => {
  it("of Windows: each entry leads to a picture of its size", () => {
    const ico = readFileSync("resources/icon.ico");
    const sizes = Array.from({ length: ico.readUInt16LE(4) }, (_, index) => {
      const at = 6 + 16 * index;
      const [lengthBytes, offset] = [ico.readUInt32LE(at + 8), ico.readUInt32LE(at + 12)];
      const width = widthOf(ico.subarray(offset, offset + lengthBytes));
      expect(ico.readUInt8(at)).toBe(width % 256);
      return width;
    });
    expect(sizes).toEqual([16, 24, 32, 48, 64, 128, 256]);
  });

  it("of macOS: chunks of pictures up to 1,024 pixels, and nothing after them", () => {
    const icns = readFileSync("resources/icon.icns");
    expect(icns.toString("latin1", 0, 4)).toBe("icns");
    expect(icns.readUInt32BE(4)).toBe(icns.length);
    const widths: Record<string, number> = {};
    let at = 8;
    while (at < icns.length) {
      widths[icns.toString("latin1", at, at + 4)] = widthOf(icns.subarray(at + 8));
      at += icns.readUInt32BE(at + 4);
    }
    expect(at).toBe(icns.length);
    expect(widths).toMatchObject({ icp4: 16, ic07: 128, ic09: 512, ic10: 1024, ic14: 512 });
  });

  it("need every size", () => {
    const pictures = ICON_SIZES.slice(1).map((size) => ({ size, png: Buffer.alloc(1) }));
    expect(() => icoFile(pictures)).toThrow("no picture of 16 pixels");
    expect(() => icnsFile(pictures)).toThrow("no picture of 16 pixels");
  });
});

describe("Linux packages", () => {
  it("a deb names each library by its old and its new name", () => {
    const control = debControl(about, "arm64", 400, ["libnss3.so", "libsmime3.so", "libX11.so.6"]);
    expect(control).toContain("Architecture: arm64");
    expect(control).toContain("libnss3 | libnss3t64, libx11-6 | libx11-6t64, libgtk-3-0 | libgtk-3-0t64 | libgtk-4-1");
    expect(control).not.toMatch(/homepage|https?:/iu);
  });

  it("an rpm asks for libraries by what they are called everywhere, and its version sorts before the release", () => {
    const spec = rpmSpec(about, "/tree", ["libnss3.so"]);
    expect(spec).toContain("Requires: libnss3.so()(64bit)");
    expect(spec).toContain("libgtk-3.so.0()(64bit)");
    expect(spec).toContain("Version: 1.2.0~beta.1");
  });
});

describe("signing", () => {
  it("is off without an identity, also where a key for notarising is there", () => {
    expect(signing({ APPLE_API_KEY: "key.p8", APPLE_API_KEY_ID: "id", APPLE_API_ISSUER: "issuer" })).toEqual({});
    expect(signing({ MAC_IDENTITY: "", WIN_CSC_LINK: "" })).toEqual({});
  });

  it("uses the hardened runtime, and notarises what it signs", () => {
    const { osxSign, osxNotarize, windowsSign } = signing({
      MAC_IDENTITY: "Developer ID Application: Somebody",
      APPLE_API_KEY: "key.p8",
      APPLE_API_KEY_ID: "id",
      APPLE_API_ISSUER: "issuer",
    });
    if (osxSign === undefined || osxSign === true) throw new Error("not signed");
    expect(osxSign.optionsForFile?.("Facet.app")).toMatchObject({ hardenedRuntime: true });
    expect(osxNotarize).toEqual({ appleApiKey: "key.p8", appleApiKeyId: "id", appleApiIssuer: "issuer" });
    expect(windowsSign).toBeUndefined();
  });

  it("allows what V8 needs, and no more", () => {
    const allowed = readFileSync("resources/mac/entitlements.plist", "utf8").match(/<key>[^<]+<\/key>/gu);
    expect(allowed).toEqual(["<key>com.apple.security.cs.allow-jit</key>"]);
  });
});

it("the notes of a release are what stands below its heading", () => {
  const changelog = "# What’s new\n\n## 1.1.0\n\n- New\n\n## 1.0.0\n\n- First\n";
  expect(changesOf(changelog, "1.1.0")).toBe("- New");
  expect(changesOf(changelog, "1.0.0")).toBe("- First");
  expect(changesOf(changelog, "1.0")).toBeNull();
});
