// Burns files that have nothing of Electron but the fuse wire.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { burnFuses, checkFuses } from "./fuses";

/** What Electron's wire stands behind. */
const SENTINEL = "dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX";
/** In the order of Electron's own list: 1 is on. */
const RELEASE_WIRE = "010011001";
const E2E_WIRE = "010111001";

let folder: string;
let binary: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "facet-fuses-"));
  binary = path.join(folder, "electron");
});
afterEach(() => rm(folder, { recursive: true }));

function writeBinary(states: string, version = 1): Promise<void> {
  const before = Buffer.alloc(5000, "code");
  return writeFile(binary, [before, SENTINEL, Buffer.from([version, states.length]), states, before]);
}

async function wire(): Promise<string> {
  const bytes = await readFile(binary);
  const at = bytes.indexOf(SENTINEL) + SENTINEL.length;
  return bytes.toString("latin1", at + 2, at + 2 + bytes.readUInt8(at + 1));
}

describe("burnFuses", () => {
  it.each([
    ["Electron 33 with 8 fuses", "10100011", RELEASE_WIRE.slice(0, 8), E2E_WIRE.slice(0, 8)],
    ["Electron 45 with 9 fuses", "101000111", RELEASE_WIRE, E2E_WIRE],
    ["an Electron whose last fuse is off", "101000110", RELEASE_WIRE, E2E_WIRE],
  ])("burns %s", async (_name, before, release, e2e) => {
    await writeBinary(before);
    const { length } = await readFile(binary);
    await burnFuses(binary, "release");
    expect(await wire()).toBe(release);
    await burnFuses(binary, "e2e");
    expect(await wire()).toBe(e2e);
    expect((await readFile(binary)).length).toBe(length);
  });

  it("burns nothing where a fuse is unknown", async () => {
    await writeBinary("1010001111");
    await expect(burnFuses(binary, "release")).rejects.toThrow("has 10 fuses of wire version 1, and Facet knows 9");
    expect(await wire()).toBe("1010001111");
  });

  it("burns nothing on a wire of another version", async () => {
    await writeBinary("101000111", 2);
    await expect(burnFuses(binary, "release")).rejects.toThrow("of wire version 2");
    expect(await wire()).toBe("101000111");
  });
});

describe("checkFuses", () => {
  it.each([
    [RELEASE_WIRE, "release"],
    [RELEASE_WIRE.slice(0, 8), "release"],
    [E2E_WIRE, "e2e"],
  ] as const)("accepts %s as %s", async (states, flavour) => {
    await writeBinary(states);
    await expect(checkFuses(binary, flavour)).resolves.toBeUndefined();
  });

  it.each([
    ["110011001", "RunAsNode"],
    ["010111001", "EnableNodeCliInspectArguments"],
    ["010011000", "WasmTrapHandlers"],
    ["01001100r", "WasmTrapHandlers"],
  ])("names what is wrong with %s", async (states, fuse) => {
    await writeBinary(states);
    await expect(checkFuses(binary, "release")).rejects.toThrow(`needs them: ${fuse}`);
  });

  it("refuses an unknown fuse", async () => {
    await writeBinary(`${RELEASE_WIRE}1`);
    await expect(checkFuses(binary, "release")).rejects.toThrow("has 10 fuses");
  });
});
