import { expect, test } from "vitest";
import { Output } from "./Output";

function output({ isTTY = false, isJson = false, columns = 80 } = {}) {
  const written = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof written) => ({
    write: (text: string) => (written[name] += text),
    isTTY,
    columns,
  });
  return { written, output: new Output({ stdout: stream("stdout"), stderr: stream("stderr"), isJson }) };
}

const HOSTILE = "\u001B]0;owned\u0007a\u001B[2J\u009B31m\rb\u007F\b\u202Ec";

test("nothing that a name holds steers the terminal, wherever it is written", () => {
  for (const isTTY of [false, true]) {
    const { output: out, written } = output({ isTTY });
    out.line(HOSTILE);
    out.text(HOSTILE);
    out.table([{ head: "NAME" }, { head: HOSTILE }], [[HOSTILE, "two\nlines"]]);
    out.remark(HOSTILE);
    const progress = out.progress(HOSTILE);
    progress.update(0.5, HOSTILE);
    // oxlint-disable-next-line no-control-regex -- the styles that Output gives
    const unstyled = written.stdout.replaceAll(/\u001B\[(?:1|2|22|0)m/gu, "");
    // What draws a bar is the only control that is left.
    const undrawn = written.stderr.replaceAll("\r\u001B[2K", "");
    expect(unstyled).toContain("]0;owneda[2J31mbc");
    for (const text of [unstyled, undrawn]) expect(text.replaceAll("\n", "")).not.toMatch(/\p{Cc}|\u202E/u);
    expect(unstyled).toContain("two lines");
  }
});

test("lines and tabs of a text stay", () => {
  const { output: out, written } = output();
  out.text("one\n\ttwo");
  expect(written.stdout).toBe("one\n\ttwo");
});

test("bold and dim stay on a terminal, and end with the line", () => {
  const { output: out, written } = output({ isTTY: true });
  out.line(`${out.bold("Name")}: \u001B[1mhostile`);
  expect(written.stdout).toBe("\u001B[1mName\u001B[22m: \u001B[1mhostile\u001B[0m\n");
});

test("JSON keeps every character, escaped", () => {
  const { output: out, written } = output({ isTTY: true, isJson: true });
  out.data({ name: HOSTILE });
  expect(JSON.parse(written.stdout)).toEqual({ name: HOSTILE });
  expect(written.stdout.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
});
