// Runs inside workerd: one database as D1 has it, and the loop that feeds it.
import { DurableObject } from "cloudflare:workers";

const OBJECTS =
  "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE '\\_cf\\_%' ESCAPE '\\' ORDER BY rowid";

const COMMENTS = /^([ \t\n\f\r]|--[^\n]*|\/\*([^*]|\*(?!\/))*(\*\/|$))*$/;

// Its requests take the path that Miniflare's own D1 takes (workers/d1/database.worker.ts).
export class Database extends DurableObject {
  async empty() {
    await this.ctx.storage.deleteAll();
    await this.ctx.storage.getCurrentBookmark(); // what gives a D1 database its _cf_METADATA
  }

  async run({ mode, statements, sql }) {
    if (mode === "uses") return this.#uses(statements);
    if (mode === "rows") return this.#everyRow();
    const rows = mode === "import" ? this.#import(sql) : this.#transaction(statements ?? [sql]);
    await this.ctx.storage.sync();
    return rows;
  }

  // One request of the REST API: what each statement gave, and what it cost.
  async transact(statements) {
    const before = this.#state();
    const results = this.ctx.storage.transactionSync(() => statements.map((statement) => this.#result(statement)));
    await this.ctx.storage.sync();
    return { results, wrote: this.#state() !== before };
  }

  #result({ sql, params = [] }) {
    const before = this.#rows("SELECT total_changes()")[0][0];
    const cursor = this.ctx.storage.sql.prepare(sql)(...params);
    const rows = Array.from(cursor.raw(), (row) => row.map(listed));
    const [[total, changes, id]] = this.#rows("SELECT total_changes(), changes(), last_insert_rowid()");
    return {
      columns: cursor.columnNames,
      rows,
      rows_read: cursor.rowsRead,
      rows_written: cursor.rowsWritten,
      changes: total === before ? 0 : changes,
      last_row_id: id,
    };
  }

  #state() {
    return JSON.stringify(this.#rows(`SELECT total_changes(), group_concat(type || name || sql) FROM sqlite_master`));
  }

  async ingest(sql) {
    const before = this.#state();
    this.#import(sql);
    await this.ctx.storage.sync();
    return { results: [], wrote: this.#state() !== before };
  }

  bookmark() {
    return this.ctx.storage.getCurrentBookmark();
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

  // Runs each statement and takes it back: null, or its message.
  #uses(statements) {
    const messages = [];
    this.#takenBack(() => statements.forEach((sql) => messages.push([this.#takenBack(() => this.#rows(sql))])));
    return messages;
  }

  #takenBack(run) {
    const back = new Error("taken back");
    try {
      this.ctx.storage.transactionSync(() => {
        run();
        throw back;
      });
    } catch (error) {
      return error === back ? null : error.message;
    }
  }

  #everyRow() {
    const tables = this.#rows("SELECT name FROM pragma_table_list WHERE type = 'table'").flat();
    const read = tables.filter((table) => !/^(_cf_|sqlite_(temp_)?(schema|master))/.test(table));
    return read.map((table) => [table, this.#columns(table), this.#content(table)]);
  }

  #columns(table) {
    return this.#rows(`SELECT name FROM pragma_table_xinfo(${text(table)}) WHERE hidden <> 1`).flat();
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
      const columns = this.#columns(table);
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

// A value as the REST API has it: a blob is a list of bytes.
const listed = (value) => (value instanceof ArrayBuffer ? Array.from(new Uint8Array(value)) : value);

async function ask(database, { action, statements, sql }) {
  try {
    switch (action) {
      case "transact":
        return { error: null, ...(await database.transact(statements)) };
      case "import":
        return { error: null, ...(await database.ingest(sql)) };
      case "bookmark":
        return { error: null, bookmark: await database.bookmark() };
      case "delete":
        return { error: null, deleted: await database.empty() };
    }
  } catch (error) {
    return { error: error.message };
  }
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
  if (sequence.at(-1)?.mode === "rows") return { requests, objects: [], tables: {} };
  return { requests, ...(await database().dump()) };
}

export default {
  async fetch(request, env) {
    // A database that broke is of no more use, but its name finds the one that takes its place.
    const database = () => env.DATABASES.get(env.DATABASES.idFromName("database"));
    const asked = await request.json();
    if (!Array.isArray(asked)) {
      return Response.json(await ask(env.DATABASES.get(env.DATABASES.idFromName(asked.database)), asked));
    }
    const answers = [];
    for (const sequence of asked) answers.push(await runSequence(database, sequence));
    return Response.json(answers);
  },
};
