// The starter model's one fetch: progress, end, cancel, no second one beside it.
import { expect, it, vi } from "vitest";
import { fail, succeed, type Outcome } from "../contract/failure";
import type { StarterState } from "../contract/model";
import { StarterFetcher, type StarterFetcherOptions } from "./StarterFetcher";

function make(isPresent = false) {
  const states: StarterState[] = [];
  let end: (outcome: Outcome<string>) => void = () => {};
  const fetchModel = vi.fn<StarterFetcherOptions["fetchModel"]>((signal, onProgress) => {
    onProgress({ source: "Hugging Face", receivedBytes: 1, totalBytes: 2, bytesPerSecond: null, secondsLeft: null });
    return new Promise((resolve) => {
      end = resolve;
      signal.addEventListener("abort", () => resolve(fail("request-cancelled")));
    });
  });
  const fetcher = new StarterFetcher({ isPresent, fetchModel, onChanged: (state) => states.push(state) });
  return { fetcher, states, fetchModel, end: (outcome: Outcome<string>) => end(outcome) };
}

it("reports how it goes and where the file is", async () => {
  const { fetcher, states, end } = make();
  expect(fetcher.state).toEqual({ kind: "missing", failure: null });
  const got = fetcher.get();
  end(succeed("/models/starter.gguf"));
  expect(await got).toBe("/models/starter.gguf");
  expect(states.map(({ kind }) => kind)).toEqual(["downloading", "present"]);
});

it("says why it did not come, and can be tried again", async () => {
  const { fetcher, end, fetchModel } = make();
  const got = fetcher.get();
  end(fail("starter-offline"));
  expect(await got).toBeNull();
  expect(fetcher.state).toEqual({ kind: "missing", failure: { code: "starter-offline" } });
  void fetcher.get();
  void fetcher.get();
  expect(fetchModel).toHaveBeenCalledTimes(2);
});

it("is cancelled without a reproach", async () => {
  const { fetcher } = make();
  const got = fetcher.get();
  fetcher.cancel();
  expect(await got).toBeNull();
  expect(fetcher.state).toEqual({ kind: "missing", failure: null });
});

it("tells everybody who waits how the running fetch ended", async () => {
  const { fetcher, end } = make();
  expect(await fetcher.whenEnded()).toEqual({ kind: "missing", failure: null });
  void fetcher.get();
  const ended = fetcher.whenEnded();
  end(fail("starter-offline"));
  expect(await ended).toEqual({ kind: "missing", failure: { code: "starter-offline" } });
});
