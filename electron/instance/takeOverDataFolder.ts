// For a program that stays, the window: holds the data folder as soon as it can, and asks whoever holds it meanwhile to let go of it.
import type { Outcome } from "../contract/failure";
import { holdDataFolder, type HeldApplication, type HoldOptions } from "./holdDataFolder";
import { readInstanceAddress } from "./instanceAddress";
import { RemoteApplication } from "./RemoteApplication";

const RETRY_MS = 250;
const ASK_EVERY_MS = 2_000;
/** A command that waits for its user, or has just ended, lets go of the folder sooner. */
const BUSY_AFTER_MS = 1_500;

/** Failures: those of opening. `onBusy`: once, when it will take longer than a moment. */
export async function takeOverDataFolder(options: HoldOptions, onBusy: () => void): Promise<Outcome<HeldApplication>> {
  const beganAtMs = performance.now();
  let askedAtMs = -ASK_EVERY_MS;
  let isToldBusy = false;
  for (;;) {
    const held = await holdDataFolder(options);
    if (held !== null) return held;
    if (performance.now() - askedAtMs >= ASK_EVERY_MS) {
      askedAtMs = performance.now();
      await askForRelease(options.folder);
    }
    if (!isToldBusy && performance.now() - beganAtMs >= BUSY_AFTER_MS) {
      isToldBusy = true;
      onBusy();
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function askForRelease(folder: string): Promise<void> {
  const address = readInstanceAddress(folder);
  const remote = address === null ? "gone" : await RemoteApplication.connect(address);
  if (typeof remote === "string") return;
  await remote.askForRelease();
  await remote.close();
}
