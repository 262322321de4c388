import { expect, it } from "vitest";
import { sourceWorker } from "../../testing/sourceWorker";

it("answers what it was asked when it is closed", async () => {
  const worker = sourceWorker();
  const asked = worker.ask<"count">({ kind: "count", files: [] });
  await worker.close();
  expect(await asked).toMatchObject({ ok: false, failure: { code: "internal" } });
});
