import { COLUMNS, TABLES, Sort } from "./names";
import { all, first } from "./wrappers";

interface Env { DB: D1Database; ARCHIVE: D1Database }

// Plain texts.
export const q01 = (env: Env) => env.DB.prepare("SELECT id, email FROM users").all();
export const q02 = (env: Env) => env.DB.prepare('SELECT full_name FROM users WHERE id = ?').bind(1).first();
export const q03 = (env: Env) => env.DB.prepare(`SELECT * FROM users WHERE email = ?1`).bind("a").first<User>();
export const q04 = (env: Env) => env.DB.prepare(`
  SELECT u.id, u.full_name AS name, count(s.site_id) AS sites
  FROM users u LEFT JOIN sites s ON s.user_id = u.id
  GROUP BY u.id
`).all();
export const q05 = (env: Env) => env.DB.prepare("INSERT INTO users (email, full_name) VALUES (?, ?)").bind(1, 2).run();
export const q06 = (env: Env) => env.DB.prepare("INSERT INTO users (email) VALUES (?) RETURNING id").first();
export const q07 = (env: Env) => env.DB.prepare("UPDATE users SET role = 'guest' WHERE id = ?").run();
export const q08 = (env: Env) => env.DB.prepare("UPDATE users SET role = 'admin' WHERE id = ?").run();
export const q09 = (env: Env) => env.DB.prepare("UPDATE users SET avatar = NULL WHERE id = ?").run();
export const q10 = (env: Env) => env.DB.prepare("DELETE FROM legacy WHERE id = ?").run();
export const q11 = (env: Env) => env.DB.prepare("SELECT body FROM legacy ORDER BY id DESC LIMIT ?").all();
export const q12 = (env: Env) => env.DB.prepare("INSERT INTO legacy VALUES (?, ?)").run();
export const q13 = (env: Env) => env.DB.prepare("SELECT count(*) AS n FROM events WHERE site_id = ? AND at > ?").first("n");
export const q14 = (env: Env) => env.DB.prepare("INSERT INTO events VALUES (?, ?, ?, ?, ?)").run();
export const q15 = (env: Env) => env.DB.prepare("SELECT name, sum(value) FROM events GROUP BY name HAVING sum(value) > ?").all();

// Constants, members, concatenation.
const BASE = "SELECT id, name FROM events";
export const q16 = (env: Env) => env.DB.prepare(BASE + " WHERE site_id = ?").all();
export const q17 = (env: Env) => env.DB.prepare(`SELECT ${COLUMNS.user} FROM ${TABLES.users}`).all();
export const q18 = (env: Env) => env.DB.prepare(`SELECT ${COLUMNS.site.join(", ")} FROM sites WHERE user_id = ?`).all();
export const q19 = (env: Env) => env.DB.prepare(`SELECT id FROM users ORDER BY ${Sort.Newest}`).all();
export const q20 = (env: Env, admin: boolean) =>
  env.DB.prepare(admin ? "SELECT role FROM users" : "SELECT id FROM users").all();

// Lists of placeholders and of columns.
export const q21 = (env: Env, ids: number[]) =>
  env.DB.prepare(`SELECT email FROM users WHERE id IN (${ids.map(() => "?").join(",")})`).bind(...ids).all();
export const q22 = (env: Env, ids: number[]) =>
  env.DB.prepare("DELETE FROM sites WHERE site_id IN (" + Array(ids.length).fill("?").join(", ") + ")").run();
export const q23 = (env: Env, ids: number[]) => {
  const marks = ids.map((_, i) => `?${i + 1}`).join(", ");
  return env.DB.prepare(`UPDATE users SET full_name = NULL WHERE id IN (${marks})`).run();
};
export const q24 = (env: Env, row: Row) => {
  const keys = ["site_id", "user_id", "url"];
  return env.DB.prepare(`INSERT INTO sites (${keys.join(", ")}) VALUES (${keys.map(() => "?").join(", ")})`).run();
};

// Conditions that are put together.
export function q25(env: Env, filter: Filter) {
  const where = ["site_id = ?"];
  if (filter.name) where.push("name = ?");
  if (filter.since) where.push("at >= ?");
  return env.DB.prepare(`SELECT id FROM events WHERE ${where.join(" AND ")} ORDER BY at`).all();
}
export function q26(env: Env, patch: Patch) {
  const sets: string[] = [];
  if (patch.title !== undefined) sets.push("title = ?");
  if (patch.url !== undefined) sets.push("url = ?");
  return env.DB.prepare(`UPDATE sites SET ${sets.join(", ")} WHERE site_id = ?`).run();
}
export function q27(env: Env, search?: string) {
  let sql = "SELECT id, email FROM users WHERE 1 = 1";
  if (search) {
    sql += " AND full_name LIKE ?";
  }
  sql += " LIMIT 50";
  return env.DB.prepare(sql).all();
}
export const q28 = (env: Env, extra: string) => env.DB.prepare(`SELECT id FROM events WHERE at > ? ${extra}`).all();
export const q29 = (env: Env, column: string) => env.DB.prepare(`SELECT id FROM users ORDER BY ${column} DESC`).all();
export const q30 = (env: Env, n: number) => env.DB.prepare(`SELECT body FROM legacy LIMIT ${n}`).all();
export const q31 = (env: Env, desc: boolean) =>
  env.DB.prepare(`SELECT url FROM sites ORDER BY title ${desc ? "DESC" : "ASC"}`).all();

// Through wrappers, sessions, classes and a batch.
export const q32 = (env: Env) => all(env.DB, "SELECT title FROM sites WHERE user_id = ?", 1);
export const q33 = (env: Env) => first(env.DB, `SELECT avatar FROM users WHERE id = ?`, 1);
export const q34 = (env: Env) => env.DB.withSession("first-primary").prepare("SELECT max(at) FROM events").first();
export class Sites {
  constructor(private readonly db: D1Database) {}
  private readonly listSql = "SELECT site_id, title FROM sites";
  q35() { return this.db.prepare(this.listSql).all(); }
  q36() { return this.db.prepare("SELECT site_id FROM sites WHERE title IS NULL").all(); }
}
export const q37 = (env: Env) => env.DB.batch([
  env.DB.prepare("DELETE FROM events WHERE site_id = ?"),
  env.DB.prepare("DELETE FROM sites WHERE site_id = ?"),
]);
export const q38 = (c: Context) => c.env.DB.prepare("SELECT updated_at FROM users WHERE id = ?").first();
export const q39 = async ({ env }: EventContext) => {
  const { DB } = env;
  return DB.prepare("SELECT created_at FROM users").all();
};
export const q40 = (env: Env) => env.DB.exec("DELETE FROM legacy");

export const q46 = (env: Env) => env.DB.prepare("UPDATE sites SET title = 'untitled'").run();

// Guards and what works on both schemas.
export const q41 = (env: Env) => env.DB.prepare("SELECT 1 FROM pragma_table_info('users') WHERE name = 'nickname'").first();
export const q42 = (env: Env) => env.DB.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();

// Not this database, or not known before it runs.
export const q43 = (env: Env) => env.ARCHIVE.prepare("SELECT body FROM legacy").all();
export const q44 = (env: Env, table: string) => env.DB.prepare(`SELECT * FROM ${table}`).all();
export const q45 = (env: Env) => env.DB.prepare("SELECT gone FROM nowhere").all();
