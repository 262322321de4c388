// The starter model, from nothing to loaded. How it is fetched: StarterFetcher.
import type { Parts } from "./Parts";

/** Fetches the starter model; loads it when there is no other. "starter-changed" carries the progress. */
export async function getStarter({ models, starter, session, log }: Parts): Promise<void> {
  try {
    const file = await starter.get();
    if (file === null) return;
    await models.changed();
    if (session.refusal()?.code === "model-missing") await models.loadUsual();
  } catch (error) {
    log("error", "starter model not set up", { error: String(error) });
  }
}
