// `npm run words`: brings the files of resources/languages up to date with the messages in the sources. With --check nothing is written,
// and whatever is missing, unused, broken, unclear or outside the catalogue is a failure; lint runs it so. --pseudo FOLDER writes the
// pseudo-languages there, --todo LANGUAGE prints what is not translated yet, --figures how much is said, and how well.
import { unclearIn } from "./clarity";
import { wordFigures } from "./figures";
import { readSources } from "./messages";
import { writePseudoLanguages } from "./pseudo";
import { languageFiles, LANGUAGES_FOLDER, problemsOf, readTexts, updateTexts } from "./translations";

const [option, value] = process.argv.slice(2);
const { messages, problems } = readSources(process.cwd());

switch (option) {
  case undefined:
    for (const file of languageFiles(process.cwd())) {
      const missing = updateTexts(file, messages.keys());
      console.log(`${file}: ${messages.size} messages, ${missing} to translate`);
    }
    print(problems);
    break;
  case "--check": {
    const all = [
      ...problems,
      ...[...messages].flatMap(([message, { file, line }]) =>
        unclearIn(message).map((reason) => `${file}:${line} unclear: ${reason}`),
      ),
      ...languageFiles(process.cwd()).flatMap((file) => problemsOf(file, new Set(messages.keys()))),
    ];
    print(all);
    process.exitCode = all.length === 0 ? 0 : 1;
    break;
  }
  case "--pseudo":
    writePseudoLanguages(value ?? LANGUAGES_FOLDER, messages.keys());
    break;
  case "--todo": {
    const texts = readTexts(`${LANGUAGES_FOLDER}/${value}.json`);
    for (const [message, { file }] of messages) if (!texts[message]) console.log(JSON.stringify({ message, file }));
    break;
  }
  case "--figures":
    for (const [name, figure] of wordFigures(process.cwd(), { messages, problems })) console.log(`${name} ${figure}`);
    break;
  default:
    console.error("Options: --check, --pseudo FOLDER, --todo LANGUAGE, --figures");
    process.exitCode = 2;
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.error(line);
  if (lines.length > 0) console.error(`${lines.length} to mend`);
}
