// A download outlives SIGKILL at any point. A few seeds here; e2e/hub/killDownloads.ts runs as many as you like.
import { describe, expect, it } from "vitest";
import { KILL_CHUNK_BYTES, KILL_CONNECTIONS, killRun } from "../../../e2e/hub/killRun";

describe("a killed download", () => {
  it.each([101, 102, 103, 104])(
    "goes on and is whole, with at most one chunk per connection fetched twice (seed %i)",
    async (seed) => {
      const run = await killRun(seed);
      expect(run).toMatchObject({ rightHash: true, partialSeen: false, leftBehind: [] });
      expect(run.fetchedTwicePerKill).toBeLessThanOrEqual(KILL_CONNECTIONS * KILL_CHUNK_BYTES);
    },
    60_000,
  );
});
