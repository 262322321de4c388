// Reads rows one by one: one that is not what the tables promise (damage, another program's hand) is left out and counted, and costs
// nothing else. It stays in the file.
import { z } from "zod";
import type { ChatCounts } from "./chatCounts";

const Numbered = z.object({ row: z.number() });

export class FaultyRows {
  /** By the number of the row, as its id may be what is wrong. */
  readonly #found = { chats: new Set<unknown>(), messages: new Set<unknown>() };
  #listener: (counts: ChatCounts) => void = () => undefined;

  /** Hears how many there are, now and whenever there are more. */
  listen(listener: (counts: ChatCounts) => void): void {
    this.#listener = listener;
    if (this.#count().chats + this.#count().messages > 0) listener(this.#count());
  }

  /** `rows` have their column `row`. */
  sound<Schema extends z.ZodType>(
    table: keyof ChatCounts,
    schema: Schema,
    rows: readonly unknown[],
  ): z.output<Schema>[] {
    const sound: z.output<Schema>[] = [];
    const faulty: unknown[] = [];
    for (const row of rows) {
      const parsed = schema.safeParse(row);
      if (parsed.success) sound.push(parsed.data);
      else faulty.push(row);
    }
    this.add(table, faulty);
    return sound;
  }

  add(table: keyof ChatCounts, rows: readonly unknown[]): void {
    const before = this.#found[table].size;
    for (const row of rows) this.#found[table].add(Numbered.safeParse(row).data?.row ?? row);
    if (this.#found[table].size > before) this.#listener(this.#count());
  }

  /** They are gone with all others. */
  forget(): void {
    for (const rows of Object.values(this.#found)) rows.clear();
  }

  #count(): ChatCounts {
    return { chats: this.#found.chats.size, messages: this.#found.messages.size };
  }
}
