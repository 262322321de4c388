// Which paths of a list are requested from the hub: all but those that lead elsewhere.
import { expect, it } from "vitest";
import { isFileAddress } from "./fileAddress";

it.each([
  "model.gguf",
  "Q4_K_M/Model-Q4_K_M-00001-of-00002.gguf",
  "a b (c) [d], 100%.gguf",
  "größer/你好 😀.gguf",
  ".hidden.gguf",
  "-dash.gguf",
  "C:model.gguf",
  "con.gguf",
  "a?b#c&d=e%2e%2e.gguf",
  "...gguf",
  "model\u202egguf.exe",
])("is asked for: %j", (path) => expect(isFileAddress(path)).toBe(true));

it.each([
  "../model.gguf",
  "a/../../model.gguf",
  "/etc/model.gguf",
  "a//model.gguf",
  "./a.gguf",
  "a/.",
  "a\\..\\model.gguf",
  "C:\\model.gguf",
  "a\u0000.gguf",
  "a\n.gguf",
  "a\u0085b.gguf",
  "\ud800.gguf",
  "",
  ".",
  "..",
  "a/",
  `${"a".repeat(1001)}.gguf`,
])("is refused: %j", (path) => expect(isFileAddress(path)).toBe(false));
