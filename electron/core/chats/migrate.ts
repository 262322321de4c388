// The versions of the chat database, and the way from one to the next.
import { z } from "zod";
import type { Database } from "./database";
import { migration0001 } from "./migrations/migration0001";
import { migration0002 } from "./migrations/migration0002";
import { migration0003 } from "./migrations/migration0003";

/** Index + 1 is the user_version that the migration leads to. */
const migrations = [migration0001, migration0002, migration0003];

/** The user_version of a database that this version of Facet has written. */
export const LATEST_VERSION = migrations.length;

export function migrate(database: Database, from: number, to = LATEST_VERSION): void {
  for (const [index, sql] of migrations.entries()) {
    if (index < from || index >= to) continue;
    database.transaction(() => {
      database.execute(sql);
      database.execute(`PRAGMA user_version = ${index + 1}`);
    });
  }
}

/** All tables, indexes and triggers by their names, however their words are spaced. */
export function schemaOf(database: Database): Map<string, string> {
  const entries = database.values("json_array(name, sql)", "sqlite_schema WHERE sql IS NOT NULL");
  return new Map(
    entries.map((entry) => z.tuple([z.string(), z.string().transform(spaced)]).parse(JSON.parse(String(entry)))),
  );
}

function spaced(sql: string): string {
  return sql.replace(/\s+/gu, " ");
}
