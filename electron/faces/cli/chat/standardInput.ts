// The text that is piped into a command.
import { text } from "node:stream/consumers";
import type { ReadStream } from "node:tty";
import { t } from "../../../words/language";
import type { Output } from "../Output";

/** A program that has left its pipe open would keep the command waiting without a word. */
const SAY_AFTER_MS = 2000;

/** "" where nothing is piped. */
export async function standardInput(input: ReadStream, output: Output, signal: AbortSignal): Promise<string> {
  if (input.isTTY) return "";
  const timer = setTimeout(() => output.remark(t("Reading standard input until it ends …")), SAY_AFTER_MS);
  const cancel = () => input.destroy(signal.reason as Error);
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await text(input);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
  }
}
