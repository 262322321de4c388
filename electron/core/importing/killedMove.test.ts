// A move of the models folder outlives SIGKILL at any moment. A few seeds here; e2e/moves/killMoves.ts runs as many as you like.
import { expect, it } from "vitest";
import { killMove } from "../../../e2e/moves/killMove";

it.each([201, 202, 203])(
  "a killed move is finished or taken back, and no file is lost or doubled (seed %i)",
  async (seed) => {
    expect(await killMove(seed)).toMatchObject({ isWhole: true, leftBehind: [] });
  },
  60_000,
);
