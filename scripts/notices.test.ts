// The notices of a package: everything that is in it has its licence text, and nothing else is named.
import { expect, it } from "vitest";
import { noticesText, packageParts } from "./notices";

it("names what is shipped and bundled, in the versions of the lock, each with its licence text", async () => {
  const parts = await packageParts({ platform: "linux", arch: "x64" });
  const names = parts.map(({ name }) => name);
  expect(names).toEqual(
    expect.arrayContaining([
      "node-llama-cpp",
      "@node-llama-cpp/linux-x64",
      "@photostructure/sqlite",
      "react",
      "@radix-ui/react-dialog",
      "shiki",
      "zod",
      "@fontsource-variable/inter",
      "@fontsource-variable/jetbrains-mono",
    ]),
  );
  for (const other of ["electron", "vite", "vitest", "fast-check", "typescript", "@node-llama-cpp/linux-x64-cuda"])
    expect(names).not.toContain(other);
  expect(parts.filter(({ text }) => !/copyright|public domain|permission/i.test(text))).toEqual([]);
});

it("writes a text once for all packages that share it", () => {
  const part = (name: string, text: string) => ({ name, version: "1.0.0", licence: "MIT", text });
  const text = noticesText([part("one", "Copyright A"), part("two", "Copyright B"), part("three", "Copyright A")]);
  expect(text.split("-".repeat(80)).map((section) => section.trim())).toEqual([
    expect.stringContaining("Facet contains"),
    "one 1.0.0 (MIT)\nthree 1.0.0 (MIT)\n\nCopyright A",
    "two 1.0.0 (MIT)\n\nCopyright B",
  ]);
});
