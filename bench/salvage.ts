// What damage costs: of the messages that sqlite3's own .recover still reads in a damaged chats.db, how many the app keeps. 300 wrong bits
// and 150 zeroed pages, each alone, in 300 chats with 6,000 messages. FACET_DAMAGES=0.1 takes a tenth of them. Without sqlite3 on the PATH
// it is the share of all messages, and says so.
import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { succeed } from "../electron/contract/failure";
import { connectDatabase } from "../electron/core/chats/database";
import { UnfinishedFiles } from "../electron/core/UnfinishedFiles";
import { openChats } from "../electron/core/chats/openChats";
import { salvageDatabase } from "../electron/core/chats/salvage/salvageDatabase";
import { countKept, writeManyChats } from "../electron/testing/manyChats";
import { seededRandom } from "../electron/testing/seededRandom";
import type { Figures } from "./figures";

const CHATS = 300;
const MESSAGES_PER_CHAT = 20;
const WRONG_BITS = 300;
const ZEROED_PAGES = 150;
const PAGE_BYTES = 4096;

interface Damage {
  name: string;
  apply: (bytes: Buffer) => void;
}

export async function salvage(): Promise<Figures> {
  const folder = await mkdtemp(path.join(tmpdir(), "facet-salvage-"));
  try {
    return await measure(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string): Promise<Figures> {
  const file = path.join(folder, "chats.db");
  const texts = writeManyChats(file, CHATS, MESSAGES_PER_CHAT);
  const sound = await readFile(file);
  // Some sqlite3 are built without what .recover needs.
  const hasReference = (await countRecovered(file, texts)) === texts.size;
  if (!hasReference) console.log("  There is no sqlite3 with .recover on the PATH: compared with all messages");
  const share = Number(process.env["FACET_DAMAGES"] ?? 1);
  const damages = [...wrongBits(sound.length, WRONG_BITS * share), ...zeroedPages(sound.length, ZEROED_PAGES * share)];
  console.log(`  ${damages.length} damages of ${(sound.length / 1e6).toFixed(1)} MB with ${texts.size} messages`);

  let kept = 0;
  let readable = 0;
  let worst = { ratio: 1, name: "none" };
  for (const { name, apply } of damages) {
    for (const other of await readdir(folder)) await rm(path.join(folder, other), { force: true });
    const bytes = Buffer.from(sound);
    apply(bytes);
    await writeFile(file, bytes);
    const byReference = hasReference ? await countRecovered(file, texts) : texts.size;
    const opened = await openChats({
      file,
      now: Date.now,
      unfinished: UnfinishedFiles.withoutFile(),
      salvage: async (damaged, target) => succeed(salvageDatabase(damaged, target)),
    });
    let here = 0;
    if (opened.ok) {
      opened.value.chats.close();
      here = countKept(file, texts);
    } else console.log(`  ${name}: ${opened.failure.code}`);
    kept += here;
    readable += byReference;
    const ratio = byReference === 0 ? 1 : here / byReference;
    if (ratio < worst.ratio) worst = { ratio, name };
  }
  console.log(`  kept ${kept} of ${readable}; worst: ${worst.name}, ${worst.ratio.toFixed(4)}`);
  return { "salvage.kept_ratio": kept / readable, "salvage.worst_kept_ratio": worst.ratio };
}

/** One in ten in the first page, which holds the header and the schema: there one bit is worth all the rest. */
function wrongBits(sizeBytes: number, count: number): Damage[] {
  const random = seededRandom(1);
  return Array.from({ length: count }, (_, index) => {
    const bit = Math.floor(random() * (index % 10 === 0 ? PAGE_BYTES : sizeBytes) * 8);
    const byte = Math.floor(bit / 8);
    return {
      name: `bit ${bit % 8} of byte ${byte}`,
      apply: (bytes) => {
        bytes[byte] = (bytes[byte] ?? 0) ^ (1 << (bit % 8));
      },
    };
  });
}

/** The first ones, which hold the roots of the tables, and others anywhere. */
function zeroedPages(sizeBytes: number, count: number): Damage[] {
  const random = seededRandom(2);
  return Array.from({ length: count }, (_, index) => {
    const page = index < 30 ? index : Math.floor(random() * (sizeBytes / PAGE_BYTES));
    return {
      name: `page ${page + 1} zeroed`,
      apply: (bytes) => {
        bytes.fill(0, page * PAGE_BYTES, (page + 1) * PAGE_BYTES);
      },
    };
  });
}

/** Rows of tables that are lost are in another one, by the order of their columns. */
async function countRecovered(damaged: string, texts: ReadonlyMap<string, string>): Promise<number> {
  const file = `${damaged}-recovered.db`;
  if (!(await recover(damaged, file))) return 0;
  const database = connectDatabase(file);
  const kept = new Set<string>();
  for (const table of database.values("name", "sqlite_schema WHERE name = 'messages' OR name LIKE 'lost%found%'")) {
    const columns = database.values("name", `pragma_table_info('${table}')`);
    const [id, text] = table === "messages" ? ["id", "text"] : ["c1", "c5"];
    if (!columns.includes(id) || !columns.includes(text)) continue;
    for (const entry of database.values(`json_array(CAST(${id} AS TEXT), CAST(${text} AS TEXT))`, String(table))) {
      const [found, content] = JSON.parse(String(entry)) as [string, string];
      if (texts.get(found) === content) kept.add(found);
    }
  }
  database.close();
  return kept.size;
}

/** What sqlite3 makes of a file. False = there is no sqlite3. */
async function recover(file: string, target: string): Promise<boolean> {
  const reading = spawn("sqlite3", [file, ".recover"], { stdio: ["ignore", "pipe", "ignore"] });
  const writing = spawn("sqlite3", [target], { stdio: ["pipe", "ignore", "ignore"] });
  const ended = [reading, writing].map(
    (child) =>
      new Promise<boolean>((resolve) => {
        child.once("error", () => resolve(false));
        child.once("exit", () => resolve(true));
      }),
  );
  writing.stdin.on("error", () => undefined);
  writing.stdin.write("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY;\n");
  reading.stdout.on("error", () => undefined).pipe(writing.stdin);
  const [isRead, isWritten] = await Promise.all(ended);
  return isRead === true && isWritten === true;
}
