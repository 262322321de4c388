// While an input method composes, its keys reach no handler; and no handler has rules of its own about that.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test, vi, type Mock } from "vitest";
import { keepComposingKeys } from "./composition";

function pressed(key: string, rest: { isComposing?: boolean; keyCode?: number }): Event & { key: string } {
  return Object.assign(new Event("keydown", { cancelable: true }), { key, isComposing: false, keyCode: 0, ...rest });
}

function listening(): { root: EventTarget; heard: Mock<() => void> } {
  const root = new EventTarget();
  const heard = vi.fn<() => void>();
  keepComposingKeys(root);
  root.addEventListener("keydown", heard);
  return { root, heard };
}

test.each([
  ["composing", { isComposing: true, keyCode: 13 }],
  ["taken by the input method", { isComposing: true, keyCode: 229 }],
  ["after the composition has ended, as in Safari", { isComposing: false, keyCode: 229 }],
])("a key is kept from all handlers: %s", (_when, rest) => {
  const { root, heard } = listening();
  for (const key of ["Enter", "Escape", "ArrowDown", "Tab", "/", "n"]) root.dispatchEvent(pressed(key, rest));
  expect(heard).not.toHaveBeenCalled();
});

test("Escape closes no dialog and Tab moves no focus meanwhile; other keys keep what the browser does with them", () => {
  const { root } = listening();
  const presses = ["Escape", "Tab", "a"].map((key) => pressed(key, { isComposing: true }));
  for (const press of presses) root.dispatchEvent(press);
  expect(presses.map(({ defaultPrevented }) => defaultPrevented)).toEqual([true, true, false]);
});

test("every other key is heard", () => {
  const { root, heard } = listening();
  for (const key of ["Enter", "Escape", "a"]) root.dispatchEvent(pressed(key, { keyCode: 65 }));
  expect(heard).toHaveBeenCalledTimes(3);
});

test("no handler of keys decides about compositions by itself", () => {
  const renderer = path.join(import.meta.dirname, "..");
  const files = readdirSync(renderer, { recursive: true, encoding: "utf8" }).filter((name) =>
    /(?<!\.test)\.tsx?$/.test(name),
  );
  expect(files.length).toBeGreaterThan(100);
  const deciding = files.filter((name) => /isComposing|keyCode/.test(readFileSync(path.join(renderer, name), "utf8")));
  expect(deciding).toEqual([path.join("app", "composition.ts")]);
});
