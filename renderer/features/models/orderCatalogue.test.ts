// The catalogue that comes with the app, as a laptop and a workstation see it.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { Catalogue } from "../../../electron/contract/hub";
import { orderCatalogue, smallestBytes } from "./orderCatalogue";

const { models } = Catalogue.parse(
  JSON.parse(readFileSync(new URL("../../../resources/catalogue.json", import.meta.url), "utf8")),
);

test.each([1e9, 3e9, 12e9, 24e9, 96e9])(
  "with %d bytes free, the first one is the largest that is comfortable",
  (availableBytes) => {
    const ordered = orderCatalogue(models, availableBytes);
    expect(ordered).toHaveLength(models.length);
    const comfortable = models.filter((model) => smallestBytes(model) <= availableBytes * 0.6);
    const largest = Math.max(...comfortable.map(({ parametersBillions }) => parametersBillions));
    expect(ordered[0]?.parametersBillions).toBe(largest);
  },
);

test("with next to no memory, the smallest comes first", () => {
  const sizes = orderCatalogue(models, 1e6).map(({ parametersBillions }) => parametersBillions);
  expect(sizes).toEqual([...sizes].sort((one, other) => one - other));
});
