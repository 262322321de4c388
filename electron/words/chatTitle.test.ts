import { afterEach, expect, it } from "vitest";
import { UNTITLED } from "../contract/untitled";
import { shownTitle } from "./chatTitle";
import { ENGLISH, setLanguage } from "./language";

afterEach(() => setLanguage(ENGLISH));

it("shows a chat without a title in the user's language, and every title as it is", () => {
  setLanguage({ code: "de", texts: { "New chat": "Neuer Chat" } });
  expect(shownTitle(UNTITLED)).toBe("Neuer Chat");
  expect(shownTitle("Boats")).toBe("Boats");
});
