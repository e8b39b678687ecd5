// Runs inside workerd: one database as D1 has it, and the loop that feeds it.
import { DurableObject } from "cloudflare:workers";

const OBJECTS =
  "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY rowid";

const COMMENTS = /^([ \t\n\v\f\r]|--[^\n]*|\/\*([^*]|\*(?!\/))*(\*\/|$))*$/;

// Its requests take the path that Miniflare's own D1 takes (workers/d1/database.worker.ts).
export class Database extends DurableObject {
  async empty() {
    await this.ctx.storage.deleteAll();
    await this.ctx.storage.getCurrentBookmark(); // what gives a D1 database its _cf_METADATA
  }

  async run({ mode, statements, sql }) {
    const rows = mode === "import" ? this.#import(sql) : this.#transaction(statements ?? [sql]);
    await this.ctx.storage.sync();
    return rows;
  }

  #import(sql) {
    try {
      const { remainder } = this.ctx.storage.sql.ingest(sql);
      if (!COMMENTS.test(remainder)) this.#rows(remainder);
      return [];
    } catch (error) {
      this.ctx.abort(error.message); // D1 restores the database; here what was not yet committed is lost
    }
  }

  #transaction(statements) {
    return this.ctx.storage.transactionSync(() => statements.map((sql) => this.#rows(sql))).at(-1) ?? [];
  }

  #rows(sql) {
    return Array.from(this.ctx.storage.sql.prepare(sql)().raw(), (row) => row.map(plain));
  }

  dump() {
    const objects = this.#rows(OBJECTS);
    const tables = objects.filter(([type]) => type === "table").map(([, name]) => [name, this.#content(name)]);
    return { objects, tables: Object.fromEntries(tables) };
  }

  #content(table) {
    try {
      const columns = this.#rows(`SELECT name FROM pragma_table_xinfo(${text(table)}) WHERE hidden <> 1`).flat();
      const quoted = columns.map((column) => `quote(${name(column)})`).join(", ");
      return columns.length === 0 ? [] : this.#rows(`SELECT ${quoted} FROM ${name(table)}`);
    } catch (error) {
      return error.message;
    }
  }
}

const text = (value) => `'${value.replaceAll("'", "''")}'`;
const name = (value) => `"${value.replaceAll('"', '""')}"`;

// What JSON cannot hold, in a form that it can.
function plain(value) {
  if (value instanceof ArrayBuffer) return { blob: Array.from(new Uint8Array(value)) };
  return typeof value === "number" && !Number.isFinite(value) ? { number: String(value) } : value;
}

async function answer(database, request) {
  try {
    return { error: null, rows: await database().run(request) };
  } catch (error) {
    return { error: error.message, rows: [] };
  }
}

async function runSequence(database, sequence) {
  await database().empty();
  const requests = [];
  for (const request of sequence) requests.push(await answer(database, request));
  return { requests, ...(await database().dump()) };
}

export default {
  async fetch(request, env) {
    // A database that broke is of no more use, but its name finds the one that takes its place.
    const database = () => env.DATABASES.get(env.DATABASES.idFromName("database"));
    const answers = [];
    for (const sequence of await request.json()) answers.push(await runSequence(database, sequence));
    return Response.json(answers);
  },
};
