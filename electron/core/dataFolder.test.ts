// The data folder's place on each system.
import { describe, expect, it } from "vitest";
import { dataFolder } from "./dataFolder";

describe("dataFolder", () => {
  const home = "/home/ada";

  it("is the system's standard place", () => {
    expect(dataFolder({ env: {}, platform: "linux", home })).toBe("/home/ada/.local/share/facet");
    expect(dataFolder({ env: { XDG_DATA_HOME: "/data" }, platform: "linux", home })).toBe("/data/facet");
    expect(dataFolder({ env: {}, platform: "darwin", home: "/Users/ada" })).toBe(
      "/Users/ada/Library/Application Support/Facet",
    );
    expect(dataFolder({ env: { LOCALAPPDATA: "D:\\Local" }, platform: "win32", home: "C:\\Users\\ada" })).toBe(
      "D:\\Local\\Facet",
    );
    expect(dataFolder({ env: {}, platform: "win32", home: "C:\\Users\\ada" })).toBe(
      "C:\\Users\\ada\\AppData\\Local\\Facet",
    );
  });

  it("is FACET_DATA_DIR when that is set, made absolute", () => {
    expect(dataFolder({ env: { FACET_DATA_DIR: "/tmp/x/", XDG_DATA_HOME: "/data" }, platform: "linux", home })).toBe(
      "/tmp/x",
    );
    expect(dataFolder({ env: { FACET_DATA_DIR: "x" }, platform: "linux", home })).toBe(`${process.cwd()}/x`);
    expect(dataFolder({ env: { FACET_DATA_DIR: "" }, platform: "linux", home })).toBe("/home/ada/.local/share/facet");
  });

  it("ignores a relative XDG_DATA_HOME, as the specification asks", () => {
    expect(dataFolder({ env: { XDG_DATA_HOME: "share" }, platform: "linux", home })).toBe(
      "/home/ada/.local/share/facet",
    );
  });
});
