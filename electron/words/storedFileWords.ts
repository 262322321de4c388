// What each file of the data folder holds, in words for sentences.

const CONTENTS: Readonly<Record<string, string>> = {
  "settings.json": "your settings",
  "models.json": "the list of your models",
  "deltas.json": "the list of your fine-tunes",
  "hub.json": "the settings for Hugging Face",
  "hashes.json": "the checksums of your models",
  "jobs.json": "the list of jobs",
  "quality.json": "the quality measurements",
  "making-speeds.json": "the speeds of making deltas",
  "load-settings.json": "the load settings of your models",
  "loads.json": "the memory measurements",
  "engine-ends.json": "the models that ended the engine",
};

/** "your settings" for "settings.json". */
export function storedContent(file: string | undefined): string {
  return (file === undefined ? undefined : CONTENTS[file]) ?? "what Facet remembers";
}
