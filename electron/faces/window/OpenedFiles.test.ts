// Files that are opened before the application is there are not lost, and each is opened once.
import { EventEmitter } from "node:events";
import { beforeEach, expect, it } from "vitest";
import { OpenedFiles } from "./OpenedFiles";

let app: EventEmitter;
let files: OpenedFiles;
let prevented: number;
let opened: string[];
const drop = (file: string) => app.emit("open-file", { preventDefault: () => prevented++ }, file);
const open = (file: string) => {
  opened.push(file);
  return Promise.resolve();
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  app = new EventEmitter();
  files = new OpenedFiles();
  files.listenTo(app);
  prevented = 0;
  opened = [];
});

it("keeps what is dropped on the Dock until there is an application", async () => {
  drop("/a.gguf");
  drop("/b.gguf");
  expect(prevented).toBe(2);
  expect(files.take()).toBe("/a.gguf");
  files.openWith(open);
  await settled();
  expect(opened).toEqual(["/b.gguf"]);
  drop("/c.gguf");
  await settled();
  expect(opened).toEqual(["/b.gguf", "/c.gguf"]);
});

it("takes the file of a second start, and nothing from one without", async () => {
  app.emit("second-instance", {}, [], "/", { openedFile: "/a.gguf" });
  for (const nothing of [{ openedFile: null }, {}, null, "x", { openedFile: 3 }])
    app.emit("second-instance", {}, [], "/", nothing);
  files.openWith(open);
  await settled();
  expect(opened).toEqual(["/a.gguf"]);
});

it("opens one after the other, also when one cannot be opened", async () => {
  let finish = () => {};
  files.openWith((file) => {
    opened.push(file);
    return file === "/a.gguf" ? new Promise<void>((resolve) => (finish = resolve)) : Promise.reject(new Error(file));
  });
  for (const file of ["/a.gguf", "/b.gguf", "/c.gguf"]) drop(file);
  await settled();
  expect(opened).toEqual(["/a.gguf"]);
  finish();
  await settled();
  expect(opened).toEqual(["/a.gguf", "/b.gguf", "/c.gguf"]);
});

it("has none to give where none was opened", () => {
  expect(files.take()).toBeNull();
});
