import { and, count, desc, eq, inArray, like, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

const timestamps = {
  createdAt: integer("created_at").notNull().default(sql`(unixepoch())`),
  updatedAt: integer("updated_at").$onUpdate(() => 0),
};
export const users = sqliteTable("users", {
  id: integer("id").primaryKey(),
  email: text("email").notNull().unique(),
  fullName: text("full_name"),
  role: text("role", { enum: ["member", "admin", "guest"] }).notNull().default("member"),
  avatar: text("avatar"),
  ...timestamps,
});
export const sites = sqliteTable("sites", (t) => ({
  siteId: t.text("site_id").primaryKey(),
  userId: t.integer("user_id").notNull().references(() => users.id),
  url: t.text("url").notNull(),
  title: t.text(),
}));
export const events = sqliteTable("events", {
  id: integer().primaryKey(),
  siteId: text("site_id").notNull(),
  name: text().notNull(),
  value: real(),
  at: integer().notNull(),
});
export const legacy = sqliteTable("legacy", { id: integer().primaryKey(), body: text() });

export const queries = {
  d01: (db) => db.select().from(users),
  d02: (db) => db.select({ id: users.id, email: users.email }).from(users).where(eq(users.id, 1)),
  d03: (db) => db.select({ name: users.fullName }).from(users),
  d04: (db) => db.select().from(sites).innerJoin(users, eq(sites.userId, users.id)),
  d05: (db) => db.select({ site: sites, email: users.email }).from(sites).leftJoin(users, eq(sites.userId, users.id)),
  d06: (db) => db.select({ n: count() }).from(events).where(and(eq(events.siteId, "a"), like(events.name, "b"))),
  d07: (db) => db.select({ total: sql`sum(${events.value})` }).from(events).groupBy(events.name),
  d08: (db) => db.select({ id: legacy.id }).from(legacy).orderBy(desc(legacy.body)).limit(1),
  d09: (db) => db.insert(users).values({ email: "a" }),
  d10: (db) => db.insert(users).values({ email: "a" }).returning({ id: users.id }),
  d11: (db) => db.insert(sites).values({ siteId: "a", userId: 1, url: "b" }).returning(),
  d12: (db) => db.insert(events).values({ siteId: "a", name: "b", at: 1 }).onConflictDoNothing(),
  d13: (db) =>
    db.insert(sites).values({ siteId: "a", userId: 1, url: "b" }).onConflictDoUpdate({ target: sites.siteId, set: { title: "c" } }),
  d14: (db) => db.update(users).set({ avatar: null }).where(eq(users.id, 1)),
  d15: (db) => db.update(sites).set({ title: "a" }).where(eq(sites.siteId, "b")).returning(),
  d16: (db) => db.delete(legacy).where(eq(legacy.id, 1)),
  d17: (db) => db.delete(events).where(inArray(events.siteId, ["a"])),
  d18: (db) => db.select({ url: sites.url }).from(sites).where(eq(sites.title, "a")).get(),
  d19: (db) => db.select({ role: users.role }).from(users).all(),
  d20: (db) => db.selectDistinct({ name: events.name }).from(events),
};

/** Run each query on a driver that records, and print the SQL that it was given, by name. */
export async function record() {
  const sent = {};
  for (const [name, query] of Object.entries(queries)) {
    const texts = [];
    const statement = { bind: () => statement, all: async () => ({ results: [] }), raw: async () => [], run: async () => ({ results: [] }) };
    const db = drizzle({ prepare: (text) => (texts.push(text), statement) });
    await query(db);
    sent[name] = texts;
  }
  console.log(JSON.stringify(sent));
}
