// Numbers with their units, as words: by the platform's rules for the language.
import { languageCode, t } from "./language";

/** 98362432 → "98 MB". Decimal units, as on Hugging Face and on disks. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return t("{count} B", { count: formatDecimal(bytes, 0) });
  if (bytes < 999_500) return withUnit("kilobyte 0").format(bytes / 1000);
  if (bytes < 999_500_000) return withUnit("megabyte 0").format(bytes / 1_000_000);
  const gigabytes = bytes / 1_000_000_000;
  return withUnit(gigabytes < 9.995 ? "gigabyte 2" : "gigabyte 1").format(gigabytes);
}

/** 5.83e9 → "5.8 GB", 412e6 → "412 MB": where a second digit says nothing. Never 0. */
export function formatRoughBytes(bytes: number): string {
  return bytes < 999_500_000
    ? withUnit("megabyte 0").format(Math.max(1, bytes / 1_000_000))
    : withUnit("gigabyte 1").format(bytes / 1_000_000_000);
}

/** "500 MB of 2.00 GB". */
export function formatBytesOf(bytes: number, totalBytes: number): string {
  return t("{bytes} of {total}@@bytes", { bytes: formatBytes(bytes), total: formatBytes(totalBytes) });
}

/** "24 MB/s". */
export function formatByteSpeed(bytesPerSecond: number): string {
  return t("{bytes}/s", { bytes: formatBytes(bytesPerSecond) });
}

/** 8192 → "8,192". */
export function formatCount(count: number): string {
  return decimals(0).format(count);
}

/** With exactly so many digits after the point: 20.104, 2 → "20.10". */
export function formatDecimal(value: number, fractionDigits: number): string {
  return decimals(fractionDigits).format(value);
}

/** 61.3 → "61 tokens/s"; slow speeds keep a digit that matters. */
export function formatSpeed(tokensPerSecond: number): string {
  return t("{speed} tokens/s", { speed: formatDecimal(tokensPerSecond, tokensPerSecond < 9.95 ? 1 : 0) });
}

/** 0.314 → "31%". Never 100 before it is done, never 0 once begun is left to the caller. */
export function formatPercent(fraction: number, fractionDigits = 0): string {
  return percents(fractionDigits).format(Math.min(1, Math.max(0, fraction)));
}

/** Against something else, as a fraction of it: −0.611 → "−61.1%", 0.014 → "+1.4%", 3 → "+300%". */
export function formatChange(fraction: number): string {
  const size = Math.abs(fraction);
  return `${fraction < 0 ? "−" : "+"}${changes(size < 0.995 ? 1 : 0).format(size)}`;
}

/** How many times as much: 1.7 → "1.70×". */
export function formatFactor(factor: number): string {
  return `${formatDecimal(factor, 2)}×`;
}

/** With so many digits that count, without separators, so that figures are compared digit by digit: 0.02214, 3 → "0.0221". */
export function formatSignificant(value: number, maximum: number, minimum = maximum): string {
  return significants(`${maximum} ${minimum}`).format(value);
}

/** 4.2, 1 → "4.2 s". */
export function formatSeconds(seconds: number, fractionDigits: number): string {
  return t("{seconds} s", { seconds: formatDecimal(seconds, fractionDigits) });
}

/** 1234 → "1,234 ms". */
export function formatMilliseconds(milliseconds: number, fractionDigits = 0): string {
  return t("{milliseconds} ms", { milliseconds: formatDecimal(milliseconds, fractionDigits) });
}

/** 12 → "12 s", 245 → "4 min 5 s". Whole seconds. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return formatSeconds(seconds, 0);
  const minutes = Math.floor(seconds / 60);
  return seconds < 3600
    ? t("{minutes} min {seconds} s", { minutes: formatCount(minutes), seconds: formatCount(seconds % 60) })
    : t("{hours} h {minutes} min", {
        hours: formatCount(Math.floor(minutes / 60)),
        minutes: formatCount(minutes % 60),
      });
}

/** 245 → "4 min 5 s left". */
export function formatTimeLeft(seconds: number): string {
  return t("{duration} left", { duration: formatDuration(Math.max(1, Math.round(seconds))) });
}

/** "14:05" today, "12 Mar" this year, "12 Mar 2025" before. */
export function formatWhen(atMs: number, nowMs: number): string {
  const at = new Date(atMs);
  const now = new Date(nowMs);
  if (at.toDateString() === now.toDateString()) return dates("time").format(at);
  return dates(at.getFullYear() === now.getFullYear() ? "day" : "date").format(at);
}

const DAY_MS = 24 * 3600 * 1000;

/** "today", "10 days ago", "8 months ago"; null for dates that make no sense. */
export function formatAgo(atMs: number, nowMs: number): string | null {
  if (!Number.isFinite(atMs)) return null;
  const days = Math.max(0, Math.floor((nowMs - atMs) / DAY_MS));
  const ago = relativeTimes(null);
  if (days < 14) return ago.format(-days, "day");
  if (days < 60) return ago.format(-Math.floor(days / 7), "week");
  if (days < 730) return ago.format(-Math.floor(days / 30.4), "month");
  return ago.format(-Math.floor(days / 365), "year");
}

/** As it is typed into a field: "0.7", "8192"; all its decimals, and nothing between thousands. */
export function formatNumber(value: number): string {
  return String(value).replace(".", decimalMarks(null));
}

/** A factor: "0.8", "1", "1.25". */
export function formatScale(scale: number): string {
  return factors(null).format(scale);
}

/** 16384 → "16k", 18700 → "18k": rounded down, so that what is promised is there. Models count in 1,024s. */
export function formatContext(tokens: number): string {
  if (tokens < 1024) return String(tokens);
  if (tokens >= 1_048_576 && tokens % 1_048_576 === 0) return `${tokens / 1_048_576}M`;
  return `${Math.floor(tokens / 1024)}k`;
}

/** 8_190_000_000 → "8.2B", 135_000_000 → "135M": as models are named in every language. */
export function formatParameters(count: number): string {
  if (count < 999_500_000) return `${Math.round(count / 1_000_000)}M`;
  const billions = count / 1_000_000_000;
  return `${billions < 9.95 ? billions.toFixed(1).replace(/\.0$/u, "") : Math.round(billions)}B`;
}

/** 412345 → "412k": for popularity, where three digits say all. */
export function formatRoughCount(count: number): string {
  // A small k, as in "16k" of a context.
  return roughCounts(null).format(count).replace(/K$/u, "k");
}

/** "A, B and C", "A, B or C". */
export function formatList(items: readonly string[], kind: "and" | "or" = "and"): string {
  return lists(kind).format(items);
}

const withUnit = perLanguage((language, unitAndDigits: `${"kilobyte" | "megabyte" | "gigabyte"} ${0 | 1 | 2}`) => {
  const [unit, digits] = unitAndDigits.split(" ");
  return new Intl.NumberFormat(language, { style: "unit", unit, ...exactly(Number(digits)) });
});

const decimals = perLanguage((language, digits: number) => new Intl.NumberFormat(language, exactly(digits)));

const percents = perLanguage(
  (language, digits: number) =>
    new Intl.NumberFormat(language, { style: "percent", roundingMode: "floor", ...exactly(digits) }),
);

/** In the digits that fields take, whatever the language writes otherwise. */
const decimalMarks = perLanguage(
  (language) =>
    new Intl.NumberFormat(language, { numberingSystem: "latn" })
      .formatToParts(0.5)
      .find(({ type }) => type === "decimal")?.value ?? ".",
);

const changes = perLanguage(
  (language, digits: number) => new Intl.NumberFormat(language, { style: "percent", ...exactly(digits) }),
);

const significants = perLanguage((language, digits: `${number} ${number}`) => {
  const [maximumSignificantDigits, minimumSignificantDigits] = digits.split(" ").map(Number);
  return new Intl.NumberFormat(language, { maximumSignificantDigits, minimumSignificantDigits, useGrouping: false });
});

const factors = perLanguage((language) => new Intl.NumberFormat(language, { maximumFractionDigits: 2 }));

/** Not of Britain, where a million is "1m". */
const roughCounts = perLanguage(() => new Intl.NumberFormat(languageCode(), { notation: "compact" }));

const dates = perLanguage(
  (language, what: "time" | "day" | "date") =>
    new Intl.DateTimeFormat(
      language,
      what === "time"
        ? { hour: "2-digit", minute: "2-digit" }
        : { day: "numeric", month: "short", ...(what === "date" ? { year: "numeric" } : {}) },
    ),
);

const relativeTimes = perLanguage((language) => new Intl.RelativeTimeFormat(language, { numeric: "auto" }));

const lists = perLanguage(
  (language, kind: "and" | "or") =>
    new Intl.ListFormat(language, { type: kind === "and" ? "conjunction" : "disjunction" }),
);

function exactly(digits: number): Intl.NumberFormatOptions {
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}

/** The platform's formats are slow to make: each is made once for a language. English has its dates in the order "12 Mar". */
function perLanguage<Choice extends string | number | null, Format>(
  make: (language: string, choice: Choice) => Format,
): (choice: Choice) => Format {
  let madeFor = "";
  const made = new Map<Choice, Format>();
  return (choice) => {
    const language = languageCode();
    if (language !== madeFor) made.clear();
    madeFor = language;
    let format = made.get(choice);
    if (format === undefined) made.set(choice, (format = make(language === "en" ? "en-GB" : language, choice)));
    return format;
  };
}
