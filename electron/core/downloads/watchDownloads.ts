// What downloads ask of the computer: to stay awake while bytes come, and to say when a lost network is there again.
import { networkInterfaces } from "node:os";
import type { Download } from "../../contract/downloads";
import type { Host } from "../Host";

/** No system tells plain Node of it. Looking costs some 50 µs. */
const LOOK_MS = 2000;

interface WatchOptions {
  host: Pick<Host, "keepAwake" | "onWake">;
  /** Whoever waits tries now. */
  wake: () => void;
  addresses?: () => string;
}

/** Returns what is told the list whenever it changes. */
export function watchDownloads({
  host,
  wake,
  addresses = ownAddresses,
}: WatchOptions): (list: readonly Download[]) => void {
  let isAwake = false;
  let timer: NodeJS.Timeout | null = null;
  let seen = "";
  host.onWake(wake);
  const look = (): void => {
    const now = addresses();
    if (now === seen) return;
    seen = now;
    // Without any address there is nothing to try.
    if (now !== "") wake();
  };
  return (list) => {
    const isBusy = list.some(({ state }) => keepsAwake(state));
    if (isBusy !== isAwake) host.keepAwake("downloads", isBusy);
    isAwake = isBusy;
    const isLost = list.some(({ state }) => state.kind === "waiting" && state.for === "network");
    if (isLost && timer === null) {
      seen = addresses();
      timer = setInterval(look, LOOK_MS);
      timer.unref();
    } else if (!isLost && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  };
}

/** Not while the network is lost: that can last all night. */
function keepsAwake(state: Download["state"]): boolean {
  return (
    state.kind === "downloading" || state.kind === "verifying" || (state.kind === "waiting" && state.for !== "network")
  );
}

/** Of all connections to others, as one text. */
function ownAddresses(): string {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .toSorted()
    .join(" ");
}
