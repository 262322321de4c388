import { describe, expect, it } from "vitest";
import { classifyExit, type EngineExit } from "./engineExit";

const MIB = 1024 * 1024;
const end: EngineExit = {
  why: null,
  code: 134,
  saidHello: true,
  residentBytes: 1e9,
  gpuFreeBytes: null,
  totalBytes: 16e9,
  wasKilledForMemory: false,
};
const code = (change: Partial<EngineExit>) => classifyExit({ ...end, ...change }).code;

describe("an engine that gives up", () => {
  it("ran out of the GPU's memory when there was next to none left", () => {
    expect(code({ gpuFreeBytes: 10 * MIB })).toBe("engine-out-of-gpu-memory");
    expect(code({ gpuFreeBytes: 10 * MIB, code: 6 })).toBe("engine-out-of-gpu-memory");
    expect(code({ gpuFreeBytes: 10 * MIB, code: 0xc000_0409 })).toBe("engine-out-of-gpu-memory");
  });

  it("crashed otherwise", () => {
    expect(code({ gpuFreeBytes: 4000 * MIB })).toBe("engine-crashed");
    expect(code({ gpuFreeBytes: null })).toBe("engine-crashed");
    // Wrong memory accesses are none of a full card's.
    expect(code({ gpuFreeBytes: 10 * MIB, code: 139 })).toBe("engine-crashed");
  });

  it("ran out of the computer's memory when it held most of it", () => {
    expect(code({ residentBytes: 12e9, gpuFreeBytes: 10 * MIB })).toBe("engine-out-of-memory");
  });
});
