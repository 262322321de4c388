// Only plain web and mail addresses leave the app.
import { expect, test } from "vitest";
import { openableLink } from "./links";

test.each(["https://example.com/a?b#c", "http://localhost:8080/", "mailto:someone@example.com"])(
  "%s may be opened",
  (address) => {
    expect(openableLink(address)).toBe(address);
  },
);

test("a name in another script is shown in its encoded form", () => {
  expect(openableLink("https://еxample.com/")).toMatch(/^https:\/\/xn--/u);
});

test.each([
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\nscript:alert(1)",
  "data:text/html,<script>",
  "vbscript:x",
  "file:///etc/passwd",
  "smb://host/share",
  "ms-msdt:/id",
  "ssh://host",
  "app://facet/index.html",
  "//example.com",
  "example.com",
  "",
  " https://example.com",
  "https://user:secret@example.com/",
  "https://bank.example@evil.example/",
  "https://example.com/\u202egnp.exe",
  `https://example.com/${"a".repeat(2048)}`,
])("%j stays closed", (address) => {
  expect(openableLink(address)).toBeNull();
});
