// Unit tests of where a chip goes.
import { expect, it } from "vitest";
import { DeltaId } from "../../../../electron/contract/ids";
import { placeAt, placeBeside } from "./chipOrder";

const ids = ["a", "b", "c"].map((id) => DeltaId.parse(id));
const [a, b, c] = ids as [DeltaId, DeltaId, DeltaId];
/** 100 wide, one beside the other. */
const chips = ids.map((id, index) => ({ id, start: index * 100, end: index * 100 + 100 }));

it.each([
  ["a over its own first half", a, 10, null],
  ["a over the first half of b", a, 140, null],
  ["a over the second half of b", a, 160, { beforeId: c }],
  ["a behind all", a, 400, { beforeId: null }],
  ["c over the first half of a", c, 40, { beforeId: a }],
  ["c before all", c, -10, { beforeId: a }],
  ["c over the second half of b", c, 190, null],
  ["c behind all", c, 900, null],
  ["one that is not among them, over b", DeltaId.parse("x"), 120, { beforeId: b }],
])("a drop of %s", (_what, moved, x, place) => {
  expect(placeAt(chips, moved, x)).toEqual(place);
});

it.each([
  [a, -1, null],
  [a, 1, { beforeId: c }],
  [b, -1, { beforeId: a }],
  [b, 1, { beforeId: null }],
  [c, -1, { beforeId: b }],
  [c, 1, null],
] as const)("the keys move %s by %i", (moved, step, place) => {
  expect(placeBeside(ids, moved, step)).toEqual(place);
});
