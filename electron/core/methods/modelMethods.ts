// The methods "models.…" and "engine.…" of the application.
import { fail, succeed } from "../../contract/failure";
import { isUnusable } from "../estimator/Estimator";
import { fitModelOfFile } from "../estimator/fitModelOfPaths";
import { getStarter } from "../getStarter";
import type { Parts } from "../Parts";
import type { CoreHandlers } from "./CoreHandlers";

export function modelMethods(parts: Parts) {
  const { models, starter, session, estimator } = parts;
  return {
    "models.load": ({ modelId, ...how }) => models.load(modelId, how),
    async "models.format"({ modelId }) {
      const found = await models.find(modelId);
      if (found === null) return fail("not-found");
      const model = await fitModelOfFile(found);
      if (!model.ok) return model;
      const format = await estimator.describeFormat(model.value);
      if (!format.ok && isUnusable(format.failure)) void models.judged(modelId, format.failure);
      return format;
    },
    "models.openFile": ({ path, load }) => (load ? models.openFile(path) : models.addFile(path)),
    async "models.path"({ modelId }) {
      const found = await models.find(modelId);
      return found === null ? fail("not-found") : succeed(found.path);
    },
    "models.forget": ({ modelId }) => models.forget(modelId),
    "models.getStarter"() {
      // It takes minutes; "starter-changed" carries the progress.
      void getStarter(parts);
      return succeed(undefined);
    },
    async "models.fetchStarter"() {
      await getStarter(parts);
      const ended = await starter.whenEnded();
      if (ended.kind === "missing" && ended.failure !== null) return { ok: false, failure: ended.failure };
      if (ended.kind !== "present") return fail("request-cancelled");
      const found = (await models.list()).find(({ origin }) => origin === "starter");
      return found === undefined ? fail("not-found") : succeed(found);
    },
    "models.cancelStarter"() {
      starter.cancel();
      return succeed(undefined);
    },
    "engine.restart"() {
      session.restart();
      return succeed(undefined);
    },
    "engine.countTokens": async ({ text }) => succeed(await session.countTokens(text)),
  } satisfies Partial<CoreHandlers>;
}
