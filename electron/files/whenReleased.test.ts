// A file that another program holds on Windows is waited for, for a while. The refusals are those that Node gives there.
import { expect, it } from "vitest";
import { HeldFileError, whenReleased, whenReleasedNow } from "./whenReleased";

/** Refuses so many times; counts how often it was asked. */
function held(times: number, code = "EPERM") {
  const file = {
    asked: 0,
    now() {
      if (file.asked++ < times)
        throw Object.assign(new Error(`${code}: operation not permitted, rename`), { code, syscall: "rename" });
      return "done";
    },
    work: () => new Promise<string>((resolve) => resolve(file.now())),
  };
  return file;
}

it.each(["EPERM", "EBUSY", "EACCES"])("asks again on Windows after %s", async (code) => {
  const file = held(2, code);
  expect(await whenReleased(file.work, { platform: "win32" })).toBe("done");
  expect(file.asked).toBe(3);
  const atTheEnd = held(2, code);
  expect(whenReleasedNow(atTheEnd.now, "win32")).toBe("done");
  expect(atTheEnd.asked).toBe(3);
});

it("says that another program holds the file when it is not let go of", async () => {
  const file = held(Infinity);
  const error: unknown = await whenReleased(file.work, { platform: "win32", patienceMs: 50 }).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(HeldFileError);
  expect(error).toMatchObject({ code: "EBUSY", syscall: "rename", cause: { code: "EPERM" } });
  expect(file.asked).toBe(3);
});

it("stops waiting when its signal says so", async () => {
  const stop = new AbortController();
  const waiting = whenReleased(held(Infinity).work, { platform: "win32", signal: stop.signal });
  stop.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
});

it.each<[NodeJS.Platform, string]>([
  ["win32", "ENOENT"],
  ["win32", "ENOSPC"],
  ["linux", "EPERM"],
  ["darwin", "EACCES"],
])("on %s %s is told at once", async (platform, code) => {
  const file = held(Infinity, code);
  await expect(whenReleased(file.work, { platform })).rejects.toMatchObject({ code });
  expect(() => whenReleasedNow(file.now, platform)).toThrow(code);
  expect(file.asked).toBe(2);
});
