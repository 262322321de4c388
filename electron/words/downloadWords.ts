// Where a download stands, in words and one fraction.
import type { Download } from "../contract/downloads";
import { failureParagraph } from "./failureText";
import { formatByteSpeed, formatBytes, formatBytesOf, formatPercent, formatTimeLeft, formatWhen } from "./quantities";
import { t } from "./language";

/** 0…1 of what the bar shows: fetched bytes, then bytes that were read again. */
export function downloadFraction({ state, sizeBytes, receivedBytes, verifiedBytes }: Download): number {
  if (state.kind === "ready") return 1;
  return sizeBytes === 0 ? 0 : Math.min(1, (state.kind === "verifying" ? verifiedBytes : receivedBytes) / sizeBytes);
}

/** Each piece stands on its own: "1.2 of 5.0 GB", "24 MB/s", "2 min 40 s left". */
export function downloadFacts(download: Download, { withPercent = true } = {}): string[] {
  const { state, sizeBytes, receivedBytes } = download;
  const amount = formatBytesOf(receivedBytes, sizeBytes);
  switch (state.kind) {
    case "queued":
      return [receivedBytes === 0 ? formatBytes(sizeBytes) : amount, t("waiting for its turn")];
    case "downloading":
      return [
        amount,
        ...(withPercent ? [formatPercent(downloadFraction(download))] : []),
        ...(state.bytesPerSecond === null ? [] : [formatByteSpeed(state.bytesPerSecond)]),
        ...(state.secondsLeft === null ? [] : [formatTimeLeft(state.secondsLeft)]),
      ];
    case "waiting":
      return [amount, waitingWords(state.for, state.untilMs)];
    case "paused":
      return [amount, ...(state.failure === null ? [t("paused")] : [])];
    case "verifying":
      return [
        formatBytes(sizeBytes),
        withPercent ? t("checking {percent}", { percent: formatPercent(downloadFraction(download)) }) : t("checking"),
      ];
    case "ready":
      return [formatBytes(sizeBytes), t("checked and installed")];
    case "failed":
      return [amount];
  }
}

/** What went wrong and what to do, when something did. */
export function downloadProblem({ state }: Download): string | null {
  const failure = state.kind === "paused" || state.kind === "failed" ? state.failure : null;
  if (failure === null) return null;
  return failureParagraph(failure);
}

/** `untilMs`: when it goes on, where that is known. */
export function waitingWords(reason: "network" | "hub" | "rate-limit", untilMs?: number): string {
  switch (reason) {
    case "network":
      return t("waiting for the network");
    case "hub":
      return t("Hugging Face isn’t answering, trying again");
    case "rate-limit":
      return untilMs === undefined
        ? t("Hugging Face asks to wait, continuing soon")
        : t("Hugging Face asks to wait, continuing at {time}", { time: formatWhen(untilMs, untilMs) });
  }
}
