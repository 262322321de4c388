import { expect, it } from "vitest";
import { devDependencies } from "../../package.json";
import { aboutThisComputer, newerElectron } from "./aboutThisComputer";

it("names the Electron that the app is made for where an older one runs it, as that of set-up", () => {
  expect(newerElectron("33.2.1", devDependencies.electron)).toBe(devDependencies.electron);
  expect(newerElectron(devDependencies.electron, devDependencies.electron)).toBeNull();
  expect(newerElectron("46.0.0", "45.4.1")).toBeNull();
  expect(newerElectron("45.0.0", "45.4.1")).toBeNull();
});

it("has nothing to say of Electron in plain Node", () => {
  expect(aboutThisComputer("1.0.0", "/data")).toMatchObject({ electronVersion: "", newerElectronVersion: null });
});
