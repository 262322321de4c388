// A few at a time, in order, and nothing that nobody wants any more.
import { expect, test } from "vitest";
import { AskQueue } from "./AskQueue";

function setUp(limit: number) {
  const queue = new AskQueue(limit);
  const asked: string[] = [];
  const answer = new Map<string, () => void>();
  const want = (key: string) =>
    queue.want(key, () => {
      asked.push(key);
      return new Promise((resolve) => answer.set(key, resolve));
    });
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  return { asked, answer, want, settle };
}

test("asks no more than the limit at once, in the order of the requests", async () => {
  const { asked, answer, want, settle } = setUp(2);
  for (const key of ["a", "b", "c", "d"]) want(key);
  await settle();
  expect(asked).toEqual(["a", "b"]);
  answer.get("a")?.();
  await settle();
  expect(asked).toEqual(["a", "b", "c"]);
});

test("does not ask what was taken back, unless somebody else still wants it", async () => {
  const { asked, answer, want, settle } = setUp(1);
  want("a");
  const takeBackB = want("b");
  const takeBackC = want("c");
  want("c");
  await settle();
  takeBackB();
  takeBackB();
  takeBackC();
  takeBackC();
  answer.get("a")?.();
  await settle();
  expect(asked).toEqual(["a", "c"]);
});

test("goes on after an answer that failed", async () => {
  const queue = new AskQueue(1);
  const asked: string[] = [];
  queue.want("a", () => Promise.reject(new Error("no")).catch(() => undefined));
  queue.want("b", () => (asked.push("b"), Promise.resolve()));
  await new Promise((resolve) => setTimeout(resolve, 0));
  expect(asked).toEqual(["b"]);
});

test("asks the same again once it was answered", async () => {
  const { asked, answer, want, settle } = setUp(1);
  want("a");
  await settle();
  answer.get("a")?.();
  await settle();
  want("a");
  await settle();
  expect(asked).toEqual(["a", "a"]);
});

test("ends what nobody wants any more, and asks it again when somebody does", async () => {
  const queue = new AskQueue(1);
  const said: string[] = [];
  let answer = (): void => undefined;
  const want = () =>
    queue.want(
      "a",
      () => {
        said.push("asked");
        return new Promise((resolve) => (answer = resolve));
      },
      () => said.push("ended"),
    );
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  const [first, second] = [want(), want()];
  await settle();
  first();
  expect(said).toEqual(["asked"]);
  second();
  second();
  expect(said).toEqual(["asked", "ended"]);
  want();
  await settle();
  expect(said).toEqual(["asked", "ended"]);
  answer();
  await settle();
  expect(said).toEqual(["asked", "ended", "asked"]);
});
