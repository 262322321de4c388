// The application in plain Node, by its public entry alone: node plainNode.mjs APPLICATION DATA-FOLDER MODEL SMALL-MODEL ADAPTER
const [entry, dataFolder, modelFile, smallFile, adapterFile] = process.argv.slice(2);
const { openApplication } = await import(entry);
const { value: app, failure } = await openApplication(dataFolder);
if (failure) throw new Error(JSON.stringify(failure));
await app.start();
const call = async (name, input) => {
  const outcome = await app.call(name, input);
  if (!outcome.ok) throw new Error(`${name}: ${JSON.stringify(outcome.failure)}`);
  return outcome.value;
};
const until = (name, is) =>
  new Promise((resolve) => {
    const stop = app.events.on(name, (value) => is(value) && (stop(), resolve(value)));
  });

const loaded = until("engine-changed", ({ kind }) => kind === "ready");
await Promise.all([loaded, call("models.openFile", { path: modelFile, load: true })]);
const delta = await call("deltas.addPath", { path: adapterFile, baseId: null });
const { id: chatId } = await call("chats.create", undefined);
const settings = { systemPrompt: "", sampling: {}, seed: 1, maxTokens: 8 };
await call("chats.saveSettings", { chatId, settings });
const read = [];
const endReading = app.readTokens((message) => void read.push(message.kind));
const answers = [];
for (const stack of [[], [{ deltaId: delta.id, scale: 1 }], []]) {
  await call("chats.setStack", { chatId, stack });
  const written = until("message-changed", ({ role, state }) => role === "assistant" && state !== "writing");
  await call("chats.send", { chatId, text: "Name a colour." });
  const { parts, facts } = await written;
  answers.push({ text: parts.map(({ text }) => text).join(""), cached: facts.cachedTokens });
}
endReading();
const { id: modelId } = await call("models.openFile", { path: smallFile, load: false });
const made = until("jobs-changed", ([job]) => job?.state.kind === "done" || job?.state.kind === "failed");
const how = { recipe: { type: "Q8_0", steps: [] }, measureQuality: false, keepSource: true };
await call("jobs.start", { kind: "quantize", source: { kind: "installed", modelId }, ...how });
console.log(JSON.stringify({ answers, read, job: (await made)[0].state.kind }));
await app.close();
