// Developer check: prompts are the same tokens as from llama.cpp's own template and tokenizer code.
// node scripts/run.mjs bench/promptReference.ts [MODEL…], default SmolLM2 and Gemma 3; needs git and a C++ compiler.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { MessageId } from "../electron/contract/ids";
import type { Turn } from "../electron/contract/engineProtocol";
import type { ChatFormat } from "../electron/engine/template/ChatFormat";
import { startLlama } from "../electron/engine/startLlama";
import { gemmaModel } from "../e2e/gemmaModel";
import { starterModelPath } from "../e2e/starterModelFile";
import { promptWriterOf } from "./promptWriterOf";
import { referenceTools } from "./referenceTools";

interface Conversation {
  name: string;
  systemPrompt: string;
  /** Of the user and the model in turn, the user's first and last. */
  texts: readonly string[];
}

const conversations: readonly Conversation[] = [
  { name: "one turn", systemPrompt: "", texts: ["What is the capital of France?"] },
  { name: "three turns", systemPrompt: "", texts: ["What is the capital of France?", "Paris.", "And of Italy?"] },
  { name: "system prompt", systemPrompt: "Answer briefly.", texts: ["Hello"] },
  { name: "system prompt, three turns", systemPrompt: "Answer briefly.", texts: ["Hello", "Hi!", "Bye"] },
  { name: "lines and blanks", systemPrompt: "", texts: ["One\n\n  two\tthree\n", "Yes\n", "Four"] },
  { name: "many scripts", systemPrompt: "", texts: ["Grüße, 日本語, Ελληνικά, עברית, 🙂👩‍👩‍👧 and naïve"] },
  { name: "code", systemPrompt: "", texts: ["```python\nfor i in range(10):\n    print(i)\n```\nWhat does it print?"] },
  { name: "figures and signs", systemPrompt: "", texts: ["3.14159 + 2,718 = ? <b>bold</b> [INST] {x} \\n %s"] },
  {
    name: "long",
    systemPrompt: "Be kind. ".repeat(50),
    texts: ["The harbour is quiet tonight. ".repeat(60), "So it is. ".repeat(40), "Why?"],
  },
];

async function main(models: readonly string[]): Promise<void> {
  const tools = await referenceTools();
  const llama = await startLlama({ log: () => undefined, backend: "processor" });
  let different = 0;
  for (const file of models) {
    console.log(path.basename(file));
    const model = await llama.loadModel({ modelPath: file, vocabOnly: true });
    const writer = await promptWriterOf(model, file, 8192);
    const theirs = reference(tools, file, writer.format);
    for (const [index, { name, systemPrompt, texts }] of conversations.entries()) {
      const written = writer.write({ systemPrompt, turns: turns(texts), maxTokens: undefined });
      if (!written.ok) throw new Error(written.failure.code);
      const isSame = JSON.stringify(written.value.tokens) === JSON.stringify(theirs[index]);
      if (!isSame) different += 1;
      console.log(
        `${isSame ? "ok  " : "FAIL"} ${name}  ${written.value.tokens.length} tokens${isSame ? "" : `, llama.cpp makes ${theirs[index]?.length ?? 0}`}`,
      );
    }
    await model.dispose();
  }
  await llama.dispose();
  console.log(
    `prompts.equal_tokens: ${models.length * conversations.length - different} of ${models.length * conversations.length}`,
  );
  if (different > 0) process.exitCode = 1;
}

/** By the same template: the file's own, or the one that its vocabulary shows. Without a system role its prompt stands in the first message. */
function reference(tools: string, file: string, { template, shape }: ChatFormat): number[][] {
  const messages = conversations.map(({ systemPrompt, texts }) => {
    const isMerged = systemPrompt !== "" && !shape.hasSystemPrompt;
    return [
      ...(systemPrompt === "" || isMerged ? [] : [{ role: "system", content: systemPrompt }]),
      ...texts.map((text, index) => ({
        role: index % 2 === 0 ? "user" : "assistant",
        content: isMerged && index === 0 ? `${systemPrompt}\n\n${text}` : text,
      })),
    ];
  });
  const { stdout, stderr, status } = spawnSync(path.join(tools, "promptReference"), [file], {
    input: JSON.stringify({ template, conversations: messages }),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, LD_LIBRARY_PATH: tools },
  });
  if (status !== 0) throw new Error(`promptReference failed: ${stderr}`);
  return JSON.parse(stdout) as number[][];
}

function turns(texts: readonly string[]): Turn[] {
  return texts.map((text, index) => ({
    messageId: MessageId.parse(`m${index}`),
    role: index % 2 === 0 ? "user" : "assistant",
    parts: [{ kind: "text", text }],
  }));
}

const given = process.argv.slice(2);
await main(given.length > 0 ? given : [starterModelPath(), await gemmaModel()]);
