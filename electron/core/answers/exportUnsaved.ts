// Writes answers that could not be saved to a file of the user's choice, with what they answer.
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { fail, succeed, type Outcome } from "../../contract/failure";
import type { MessagePart } from "../../contract/parts";
import type { UnsavedAnswer } from "../chats/ChatStore";
import type { UnfinishedFiles } from "../UnfinishedFiles";
import { writeExport, type ExportPlace } from "../writeExport";
import type { AnswerRunner } from "./AnswerRunner";

export async function exportUnsaved(
  answers: AnswerRunner,
  { target, replaces }: Pick<ExportPlace, "target" | "replaces">,
  unfinished: UnfinishedFiles,
): Promise<Outcome<undefined>> {
  await answers.stopUnsaved();
  const unsaved = answers.saveNow().answers;
  if (unsaved.length === 0) return fail("not-found");
  const text = path.extname(target).toLowerCase() === ".txt" ? asPlainText(unsaved) : asMarkdown(unsaved);
  return writeExport({ target, replaces, sizeBytes: null, unfinished }, async (part) => {
    await writeFile(part, text, { flush: true });
    return succeed(undefined);
  });
}

export function asMarkdown(answers: readonly UnsavedAnswer[]): string {
  return write(answers, {
    title: (text) => `# ${text.replaceAll(/([\\`*_[\]<>#])/gu, "\\$1")}`,
    speaker: (name) => `**${name}:**`,
    aside: (text) => text.replaceAll(/^/gmu, "> "),
    code: (text) => text.replaceAll(/^/gmu, "    "),
  });
}

export function asPlainText(answers: readonly UnsavedAnswer[]): string {
  return write(answers, {
    title: (text) => text,
    speaker: (name) => `${name}:`,
    aside: (text) => text.replaceAll(/^/gmu, "    "),
    code: (text) => text.replaceAll(/^/gmu, "    "),
  });
}

interface Form {
  title(text: string): string;
  speaker(name: string): string;
  /** A thought. */
  aside(text: string): string;
  /** The arguments of a call, a tool's result. */
  code(text: string): string;
}

function write(answers: readonly UnsavedAnswer[], form: Form): string {
  const blocks = answers.flatMap(({ title, question, answer }) => {
    const by = [answer.facts?.modelName ?? "Answer", ...answer.stack.map(({ name }) => name)].join(" + ");
    return [
      form.title(title),
      ...(question === null ? [] : [form.speaker("You"), ...question.parts.map((part) => partText(part, form))]),
      form.speaker(by),
      ...answer.parts.map((part) => partText(part, form)),
    ];
  });
  return `${blocks.join("\n\n")}\n`;
}

function partText(part: MessagePart, form: Form): string {
  switch (part.kind) {
    case "text":
      return part.text;
    case "thought":
      return form.aside(part.text);
    case "tool-call":
      return `${part.name}\n\n${form.code(part.arguments)}`;
    case "tool-result":
      return `${part.name}\n\n${form.code(part.text)}`;
  }
}
