// A download outlives SIGKILL at any point. A few seeds here; e2e/hub/killDownloads.ts runs as many as you like.
import { describe, expect, it } from "vitest";
import { CHUNK_BYTES } from "./PartFile";
import { KILL_CHUNK_BYTES, KILL_CONNECTIONS, killAfterPause, killRun } from "../../../e2e/hub/killRun";

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

it.each([2, 9, 15])(
  "a download that was paused after %i MB is there after a kill, but for chunks that were not whole",
  async (megabytes) => {
    const { received, kept } = await killAfterPause(megabytes, megabytes * 1_000_000);
    expect(received).toBeGreaterThanOrEqual(megabytes * 1_000_000);
    expect(received - kept).toBeLessThan(KILL_CONNECTIONS * CHUNK_BYTES);
  },
);
