// Word of jobs that end: told to somebody who looks elsewhere, and only once.
import { beforeEach, expect, test } from "vitest";
import { Job } from "../../../electron/contract/jobQueue";
import { layoutStore } from "../../app/layout";
import { noticeStore } from "../../app/notices";
import { showTab } from "../models/modelsRoute";
import { applyJobs } from "./jobs";

const start = {
  kind: "quantize",
  source: { kind: "installed", modelId: "model-1" },
  recipe: { type: "Q4_0", steps: [] },
  measureQuality: false,
  keepSource: false,
};
const job = (id: string, state: unknown) => Job.parse({ id, start, modelName: "Tiny", state });
const running = { kind: "running", phase: null };
const done = { kind: "done", modelId: "made-1", deltaId: null, tookMs: 1200, qualityFailure: null };
const failed = { kind: "failed", failure: { code: "job-crashed" } };
const texts = () =>
  noticeStore.getState().notices.map((notice) => (notice.kind === "offer" ? notice.text : notice.kind));

beforeEach(() => {
  layoutStore.setState({ page: "chat" });
  applyJobs([]);
  noticeStore.setState({ notices: [] });
});

test("a job that ends while the user chats is announced once, with the way to it", () => {
  applyJobs([job("a", running), job("b", { kind: "queued", position: 1 })]);
  expect(texts()).toEqual([]);
  applyJobs([job("a", done), job("b", running)]);
  applyJobs([job("a", done), job("b", failed)]);
  applyJobs([job("a", done), job("b", failed)]);
  expect(texts()).toEqual(["Tiny is ready as Q4_0.", "Tiny: This job stopped unexpectedly."]);
  const [notice] = noticeStore.getState().notices;
  if (notice?.kind !== "offer") throw new Error("no way to the job was offered");
  notice.action.run();
  expect(layoutStore.getState().page).toBe("models");
});

test("what ended before, and what ends under the user's eyes, is not told", () => {
  applyJobs([job("a", done), job("b", failed)]);
  applyJobs([job("c", running)]);
  layoutStore.setState({ page: "models" });
  showTab("downloads");
  applyJobs([job("c", done)]);
  expect(texts()).toEqual([]);
});
