// Writes the calibration and the evaluation text from the hand-written passages in scripts/texts/ and from seeded generators.
// node scripts/run.mjs scripts/writeTexts.ts; the result is committed, so this runs only when the passages change. docs/calibration-text.md
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { generatedSections, type Templates } from "./texts/generator";
import { calibrationTemplates } from "./texts/calibrationTemplates";
import { evaluationTemplates } from "./texts/evaluationTemplates";
import { Random } from "./texts/Random";

/** Sections of the two texts are about this long, so that each chunk of 512 tokens holds one or two kinds. */
const SECTION_CHARACTERS = 1200;

const PLANS = [
  {
    set: "calibration",
    output: "resources/calibration/calibration.txt",
    seed: 20261122,
    templates: calibrationTemplates,
    generatedSections: 84,
  },
  {
    set: "evaluation",
    output: "resources/evaluation/evaluation.txt",
    seed: 77,
    templates: evaluationTemplates,
    generatedSections: 20,
  },
] as const satisfies readonly {
  set: string;
  output: string;
  seed: number;
  templates: Templates;
  generatedSections: number;
}[];

for (const plan of PLANS) {
  const random = new Random(plan.seed);
  const folder = path.join("scripts/texts", plan.set);
  const sections: string[] = [];
  for (const file of (await readdir(folder)).sort())
    sections.push(...cut(await readFile(path.join(folder, file), "utf8")));
  sections.push(...generatedSections(plan.templates, plan.generatedSections, SECTION_CHARACTERS, random));
  const text = `${random.shuffled(sections).join("\n\n")}\n`;
  await mkdir(path.dirname(plan.output), { recursive: true });
  await writeFile(plan.output, text);
  console.log(`${plan.output}: ${sections.length} sections, ${text.length} characters`);
}

/** At empty lines, into sections of about the same length; paragraphs stay whole and in order. */
function cut(text: string): string[] {
  const sections: string[] = [];
  let current = "";
  for (const paragraph of text.trim().split(/\n{2,}/u)) {
    if (current !== "" && current.length + paragraph.length > SECTION_CHARACTERS) {
      sections.push(current);
      current = "";
    }
    current += current === "" ? paragraph : `\n\n${paragraph}`;
  }
  return [...sections, current];
}
