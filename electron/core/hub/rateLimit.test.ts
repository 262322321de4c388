import { expect, test } from "vitest";
import { RateLimits, secondsToWait, secondsUntilRenewed } from "./rateLimit";

const NOW = Date.parse("2026-11-29T12:00:00Z");
const answer = (headers: Record<string, string>, status = 429) => ({
  status,
  header: (name: string) => headers[name] ?? null,
});

test.each<[string, Record<string, string>, number | null]>([
  ["the limit itself", { ratelimit: '"api";r=0;t=55', "retry-after": "3" }, 55],
  ["with other spaces and order", { ratelimit: '"api" ; t=55 ; r=0' }, 55],
  ["the longest of several", { ratelimit: '"api";r=0;t=5, "burst";r=0;t=90, "day";r=7;t=900' }, 90],
  ["Retry-After where none is used up", { ratelimit: '"api";r=9;t=55', "retry-after": "3" }, 3],
  ["a date", { "retry-after": "Sun, 29 Nov 2026 12:00:20 GMT" }, 20],
  ["a window, where nothing else is said", { "ratelimit-policy": '"fixed window";"api";q=500;w=300' }, 300],
  ["never more than an hour", { ratelimit: '"api";r=0;t=999999999' }, 3600],
  ["nonsense", { ratelimit: "api;r=zero;t=soon", "retry-after": "later" }, null],
  ["nothing", {}, null],
])("how long to wait: %s", (_, headers, seconds) => {
  expect(secondsToWait(answer(headers), NOW)).toBe(seconds);
});

test("an answer whose limit is not used up asks for nothing", () => {
  expect(secondsUntilRenewed(answer({ ratelimit: '"api";r=12;t=55' }, 200))).toBeNull();
});

test("a door is shut until its limit is over, and the others stay open", () => {
  let now = NOW;
  const limits = new RateLimits(() => now);
  const api = "https://hub.example/api/models?limit=30";
  const file = "https://hub.example/a/b/resolve/main/c.gguf";
  limits.answered(api, answer({ ratelimit: '"api";r=0;t=55' }));
  now += 20_000;
  expect(limits.refusal(api)?.failure).toMatchObject({
    code: "hub-rate-limited",
    details: { retryAfterSeconds: "35" },
  });
  expect(limits.refusal(file)).toBeNull();
  now += 35_000;
  expect(limits.refusal(api)).toBeNull();
  // The last one that was free: the next would be refused, and count.
  limits.answered(file, answer({ ratelimit: '"resolvers";r=0;t=9' }, 302));
  expect(limits.refusal(file)).not.toBeNull();
});
