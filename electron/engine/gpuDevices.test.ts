import { describe, expect, it } from "vitest";
import type { GpuDevice } from "../contract/gpu";
import { devicesOfSums, devicesUsed } from "./gpuDevices";

const GB = 1e9;
const device = (name: string, kind: GpuDevice["kind"], totalBytes: number, index = 0): GpuDevice => ({
  backend: "vulkan",
  index,
  name,
  kind,
  totalBytes,
  freeBytes: totalBytes,
});
const RTX = device("NVIDIA GeForce RTX 3060 Laptop GPU", "discrete", 6 * GB);
const IRIS = device("Intel(R) Iris(R) Xe Graphics", "integrated", 24 * GB, 1);

describe("which devices a model goes to", () => {
  it("leaves out the integrated one beside a card", () => {
    expect(devicesUsed([IRIS, RTX])).toEqual([RTX]);
  });

  it("takes every card", () => {
    const second = device("NVIDIA GeForce RTX 3090", "discrete", 24 * GB, 1);
    expect(devicesUsed([RTX, second])).toEqual([RTX, second]);
  });

  it("takes what there is where there is no card", () => {
    expect(devicesUsed([IRIS])).toEqual([IRIS]);
    expect(devicesUsed([])).toEqual([]);
  });
});

describe("what sums say", () => {
  it("is exact for one card", () => {
    const sums = { names: [RTX.name], totalBytes: 6 * GB, freeBytes: 5 * GB, sharedBytes: 0 };
    expect(devicesOfSums(sums, "cuda")).toEqual([{ ...RTX, backend: "cuda", totalBytes: 6 * GB, freeBytes: 5 * GB }]);
  });

  it("never promises the integrated one's memory to the card beside it", () => {
    // 5 GB are free on the card, 20 GB of the shared 24.
    const sums = { names: [RTX.name, IRIS.name], totalBytes: 30 * GB, freeBytes: 25 * GB, sharedBytes: 24 * GB };
    const [card, ...others] = devicesOfSums(sums, "vulkan");
    expect(others).toEqual([]);
    expect(card).toMatchObject({ kind: "discrete", totalBytes: 6 * GB, freeBytes: 1 * GB });
  });

  it("knows Apple's, and an integrated one alone, as the computer's own memory", () => {
    const sums = { names: ["Apple M4"], totalBytes: 11 * GB, freeBytes: 10 * GB, sharedBytes: 11 * GB };
    expect(devicesOfSums(sums, "metal")).toMatchObject([{ kind: "integrated", freeBytes: 10 * GB }]);
  });

  it("is nothing without a device", () => {
    expect(devicesOfSums({ names: [], totalBytes: 0, freeBytes: 0, sharedBytes: 0 }, "vulkan")).toEqual([]);
  });
});
