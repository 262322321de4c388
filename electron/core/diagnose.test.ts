import { expect, test } from "vitest";
import { withoutUser } from "./diagnose";

test("a report has no name of the user's in its paths", () => {
  expect(withoutUser("/home/ada/.local/share/facet", "/home/ada")).toBe("~/.local/share/facet");
  expect(withoutUser("/home/ada", "/home/ada")).toBe("~");
  expect(withoutUser("/home/adamant/facet", "/home/ada")).toBe("…/facet");
  expect(withoutUser("/media/ada/disk/facet", "/root")).toBe("…/facet");
  expect(withoutUser("/data", "/home/ada")).toBe("/data");
  expect(withoutUser("C:\\Users\\Ada\\AppData\\Local\\Facet", "C:\\Users\\Ada")).toBe("~\\AppData\\Local\\Facet");
});
