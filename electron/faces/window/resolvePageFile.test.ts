// No address reaches a file outside the built page.
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resolvePageFile } from "./resolvePageFile";

const ROOT = path.resolve("/opt/facet/renderer");

test("the page's own files are found, with their type", () => {
  expect(resolvePageFile(ROOT, "app://facet/index.html")).toEqual({
    relativePath: "index.html",
    mimeType: "text/html; charset=utf-8",
  });
  expect(resolvePageFile(ROOT, "app://facet/assets/index-1a.js?x=1#y")?.relativePath).toBe(
    path.join("assets", "index-1a.js"),
  );
  // The URL parser takes the dots away before we see them.
  expect(resolvePageFile(ROOT, "app://facet/assets/../index.html")?.relativePath).toBe("index.html");
});

describe("hostile addresses", () => {
  test.each([
    ["another host", "app://evil/index.html"],
    ["another scheme", "file:///opt/facet/renderer/index.html"],
    ["a user name", "app://user@facet/index.html"],
    ["no address", "index.html"],
    ["the root itself", "app://facet/"],
    ["encoded dots and slashes", "app://facet/..%2f..%2fetc%2fhosts.html"],
    ["encoded backslash", "app://facet/..%5c..%5cindex.html"],
    ["backslashes", "app://facet/assets\\..\\..\\..\\secret.js\\..%5c"],
    ["twice encoded", "app://facet/%252e%252e/index.html"],
    ["NUL", "app://facet/index.html%00.js"],
    ["a drive", "app://facet/C:/index.html"],
    ["a broken escape", "app://facet/%zz.html"],
    ["an unknown kind", "app://facet/chats.db"],
    ["no kind", "app://facet/passwd"],
    ["a neighbour with the same beginning", "app://facet/..%2frenderer-evil/index.html"],
  ])("%s is refused", (_what, address) => {
    expect(resolvePageFile(ROOT, address)).toBeNull();
  });

  test("whatever the path, the file is below the root", () => {
    const segment = fc.oneof(
      fc.constantFrom("..", ".", "%2e%2e", "%2f", "%5c", "a.js", "index.html", "..%2f"),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 8 }), (segments) => {
        const file = resolvePageFile(ROOT, `app://facet/${segments.join("/")}`);
        if (file === null) return;
        expect(path.resolve(ROOT, file.relativePath).startsWith(ROOT + path.sep)).toBe(true);
      }),
    );
  });
});
