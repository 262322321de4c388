// One addon that cannot be built does not take the other with it.
import { expect, it } from "vitest";
import { ADDONS, buildEach } from "./buildNative";
import { StepError } from "./step";

it("builds the others, and says what failed and what is off without it", async () => {
  const { built, failures } = await buildEach(ADDONS, async ({ name }) => {
    if (name === "facet") throw new StepError("C++ could not be built");
  });
  expect(built).toEqual(["facet-kernels"]);
  expect(failures).toEqual(["facet, so quantizing is off or as it was before: C++ could not be built"]);
});

it("hides no fault of its own", async () => {
  await expect(buildEach(ADDONS, async () => Promise.reject(new TypeError("a bug")))).rejects.toThrow("a bug");
});
