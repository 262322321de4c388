// What a job costs on the disk, and the sentence for each reason of a proposal.
import { expect, test } from "vitest";
import { ProposalReason } from "../contract/quantize";
import { diskNeed, proposalSentence } from "./quantizeWords";

test.each([
  [
    98e6,
    null,
    12e9,
    { neededBytes: 98e6, words: "The new file takes 98 MB. 12.0 GB is free on the disk.", enough: true },
  ],
  [
    98e6,
    271e6,
    300e6,
    {
      neededBytes: 369e6,
      words: "The download takes 271 MB, and the new file 98 MB. Only 300 MB is free on the disk.",
      enough: false,
    },
  ],
  // A disk that does not tell must not stop anybody: main looks again before it writes.
  [98e6, null, null, { neededBytes: 98e6, words: "The new file takes 98 MB.", enough: true }],
])("%d new, %d to download, %d free", (newFile, download, free, need) => {
  expect(diskNeed(newFile, download, free)).toEqual(need);
});

test.each(ProposalReason.options)("%s is one sentence that names the type", (reason) => {
  expect(proposalSentence("Q4_K_M", reason)).toMatch(/^Q4_K_M is recommended.*\.$/);
});
