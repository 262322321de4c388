// The port to SQLite that the chat store is written against: five verbs and no more.
import { backup, DatabaseSync, type StatementSyncInstance } from "@photostructure/sqlite";

export type SqlValue = string | number | null;

export interface Database {
  /** All rows, as plain objects that nobody has checked yet. */
  all(sql: string, ...values: SqlValue[]): unknown[];
  /** The first row, or undefined. */
  get(sql: string, ...values: SqlValue[]): unknown;
  /** Returns how many rows were changed. */
  run(sql: string, ...values: SqlValue[]): number;
  /** Runs statements and drops what rows they bring. */
  execute(sql: string): void;
  /**
   * An expression for each row of a source, a pragma in its table-valued form for one. Unlike the three above it
   * leaves no prepared statement behind: the library frees those with the garbage only, and as long as there is one,
   * close() does not let go of the files, which then cannot be moved on Windows.
   */
  values(expression: string, source: string): SqlValue[];
  /** All or nothing: a throw in `work` takes everything back. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

interface Prepared {
  statement: StatementSyncInstance;
  columns: string[];
  emptyRow: Readonly<Record<string, SqlValue>>;
}

/**
 * Copies a database as it is at this moment into `target`, whatever is there, as one transaction: also where either of them is open. The
 * pages are copied as they are, damaged ones too.
 */
export async function copyDatabase(source: string, target: string): Promise<void> {
  const connection = new DatabaseSync(source, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    // All pages in one step, so that what is written meanwhile does not make it begin again.
    await backup(connection, target, { rate: -1 });
  } finally {
    connection.close();
  }
}

/** Waits this long for another connection's lock instead of failing at once. */
const BUSY_TIMEOUT_MS = 5_000;

export interface ConnectionOptions {
  /** Nothing is written, and a file that is not there is not made. */
  readOnly?: boolean;
  /** Asked again and again by statements that may take long (`facet_goes_on`). */
  goesOn?: () => boolean;
}

/** A statement was broken off: nobody waits for it any more. */
export class BrokenOff extends Error {}

/** Opens the file, which is made when it is not there. Throws SQLite's error (see databaseFailure.ts). */
export function connectDatabase(
  file: string,
  { readOnly = false, goesOn = () => true }: ConnectionOptions = {},
): Database {
  const connection = new DatabaseSync(file, {
    readOnly,
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
    enableDoubleQuotedStringLiterals: false,
    allowExtension: false,
    defensive: true,
  });
  const statements = new Map<string, Prepared>();

  function prepare(sql: string): Prepared {
    const known = statements.get(sql);
    if (known) return known;
    const statement = connection.prepare(sql);
    // Arrays cross from SQLite in half the time of objects: that matters for the 5,000 rows of a long chat.
    statement.setReturnArrays(true);
    const columns = statement.columns().map(({ name }) => name);
    const emptyRow = Object.fromEntries(columns.map((name) => [name, null]));
    const prepared = { statement, columns, emptyRow };
    statements.set(sql, prepared);
    return prepared;
  }

  function toObject({ columns, emptyRow }: Prepared, values: readonly SqlValue[]): Record<string, SqlValue> {
    // A copy has all its properties from the start, which V8 fills faster than it adds them.
    const row = { ...emptyRow };
    for (let index = 0; index < columns.length; index++) row[columns[index] ?? ""] = values[index] ?? null;
    return row;
  }

  let answers: SqlValue[] = [];
  connection.function("facet_answer", (value: SqlValue) => {
    answers.push(value);
    return null;
  });

  connection.function("facet_goes_on", (_row: SqlValue) => {
    if (!goesOn()) throw new BrokenOff();
    return 1;
  });

  return {
    all(sql, ...values) {
      const prepared = prepare(sql);
      const rows: SqlValue[][] = prepared.statement.all(...values);
      return rows.map((row) => toObject(prepared, row));
    },
    get(sql, ...values) {
      const prepared = prepare(sql);
      const row: SqlValue[] | undefined = prepared.statement.get(...values);
      return row && toObject(prepared, row);
    },
    run: (sql, ...values) => prepare(sql).statement.run(...values).changes,
    execute: (sql) => connection.exec(sql),
    values(expression, source) {
      answers = [];
      connection.exec(`SELECT facet_answer(${expression}) FROM ${source}`);
      return answers;
    },
    transaction(work) {
      connection.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        connection.exec("COMMIT");
        return result;
      } catch (error) {
        // A full disk makes SQLite roll back by itself; a second ROLLBACK would hide the first error.
        if (connection.isTransaction) connection.exec("ROLLBACK");
        throw error;
      }
    },
    close() {
      statements.clear();
      if (readOnly) {
        connection.close();
        return;
      }
      // The connection may outlive this call (see values); its write-ahead log is empty from here on.
      try {
        connection.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      } catch {
        // A full or broken disk: the log stays as it is, and the next start reads it.
      }
      connection.close();
    },
  };
}
