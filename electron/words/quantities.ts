// Numbers with their units, as words.

/** 98362432 → "98 MB". Decimal units, as on Hugging Face and on disks. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  if (bytes < 999_500) return `${Math.round(bytes / 1000)} kB`;
  if (bytes < 999_500_000) return `${Math.round(bytes / 1_000_000)} MB`;
  const gigabytes = bytes / 1_000_000_000;
  return `${gigabytes.toFixed(gigabytes < 9.995 ? 2 : 1)} GB`;
}

/** 8192 → "8,192". */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** 61.3 → "61 tokens/s"; slow speeds keep a digit that matters. */
export function formatSpeed(tokensPerSecond: number): string {
  return `${tokensPerSecond < 9.95 ? tokensPerSecond.toFixed(1) : formatCount(tokensPerSecond)} tokens/s`;
}

/** 0.314 → "31 %". Never 100 before it is done, never 0 once begun is left to the caller. */
export function formatPercent(fraction: number): string {
  return `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)} %`;
}

/** 12 → "12 s", 245 → "4 min 5 s". Whole seconds. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** 245 → "4 min 5 s left". */
export function formatTimeLeft(seconds: number): string {
  return `${formatDuration(Math.max(1, Math.round(seconds)))} left`;
}

/** "14:05" today, "12 Mar" this year, "12 Mar 2025" before. */
export function formatWhen(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const now = new Date(nowMs);
  if (at.toDateString() === now.toDateString()) {
    return at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  }
  const sameYear = at.getFullYear() === now.getFullYear();
  return at.toLocaleDateString("en-GB", { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }) });
}

/** A factor: "0.8", "1", "1.25". */
export function formatScale(scale: number): string {
  return String(Math.round(scale * 100) / 100);
}

/** 16384 → "16k", 18700 → "18k": rounded down, so that what is promised is there. Models count in 1,024s. */
export function formatContext(tokens: number): string {
  if (tokens < 1024) return String(tokens);
  if (tokens >= 1_048_576 && tokens % 1_048_576 === 0) return `${tokens / 1_048_576}M`;
  return `${Math.floor(tokens / 1024)}k`;
}
