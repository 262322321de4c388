import { expect, it } from "vitest";
import { collectGarbage } from "./collectGarbage";

it("frees what nobody holds any more, at once", async () => {
  const held = new WeakRef({});
  // A WeakRef keeps its target until the turn in which it was made is over.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(held.deref()).toBeUndefined();
});
