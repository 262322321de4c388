// Messages with their values, in English and in another language.
import { afterEach, expect, expectTypeOf, it } from "vitest";
import { ENGLISH, languageCode, setLanguage, t } from "./language";
import type { MessageValues } from "./messageValues";

afterEach(() => setLanguage(ENGLISH));

it("says English as it stands", () => {
  expect(t("Delete")).toBe("Delete");
  expect(t("Delete {name}?", { name: "Pirate" })).toBe("Delete Pirate?");
  expect(t("It's 5 < 6")).toBe("It's 5 < 6");
  expect(t("Open@@verb")).toBe("Open");
});

it("chooses the plural by the language's own rules", () => {
  const files = (count: number) => t("{count, plural, one {# file} other {# files}}", { count });
  expect([files(0), files(1), files(1234)]).toEqual(["0 files", "1 file", "1,234 files"]);
  setLanguage({
    code: "fr",
    texts: { "{count, plural, one {# file} other {# files}}": "{count, plural, one {# fichier} other {# fichiers}}" },
  });
  expect([files(0), files(1), files(2)]).toEqual(["0 fichier", "1 fichier", "2 fichiers"]);
  expect(languageCode()).toBe("fr");
});

it("says what is not translated in English", () => {
  setLanguage({ code: "de", texts: { Delete: "Löschen" } });
  expect([t("Delete"), t("Keep"), t("toString")]).toEqual(["Löschen", "Keep", "toString"]);
});

it("leaves values as they are", () => {
  const name = "C:\\models\\x86\\u0041 {count} <b>'";
  expect(t("Delete {name}?", { name })).toBe(`Delete ${name}?`);
});

it("knows the values of a message while it is compiled", () => {
  expectTypeOf<MessageValues<"Delete">>().toEqualTypeOf<{}>();
  expectTypeOf<MessageValues<"Delete {name} of {size}?">>().toEqualTypeOf<{
    name: string;
    size: string;
  }>();
  expectTypeOf<
    MessageValues<"{count, plural, one {a file in {folder}} other {# files}} by {who, select, me {me} other {{name}}}">
  >().toEqualTypeOf<{ count: number; folder: string; who: string; name: string }>();
});
