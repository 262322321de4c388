import { expect, test } from "vitest";
import { failure } from "../../contract/failure";
import { namedAsGiven } from "./namedAsGiven";
import { errorOf } from "./useOutcome";

const error = errorOf(failure("model-not-gguf", { file: "notes.gguf" }));

test("a file is called as it was typed, also behind the name of an option", () => {
  expect(error.message).toContain("notes.gguf");
  for (const words of [
    ["chat", "../x/notes.gguf"],
    ["quantize", "--calibrate=../x/notes.gguf"],
  ]) {
    const named = namedAsGiven(error, words);
    expect(named.message).toContain("../x/notes.gguf");
    expect(named.failure?.details).toEqual({ file: "../x/notes.gguf" });
  }
});

test("what was typed otherwise stays as it is", () => {
  for (const words of [
    ["chat", "notes.gguf"],
    ["chat", "/x/other.gguf"],
  ])
    expect(namedAsGiven(error, words)).toBe(error);
});
