// The Worker of the sample pull request: the queries that pulse-ci tries on the schema before and after its migrations.
interface Env {
  DB: D1Database;
}

export const listSites = (env: Env, userId: string) =>
  env.DB.prepare("SELECT id, name FROM sites WHERE id = ?").bind(userId).all();

export const listGoals = (env: Env, siteId: string) =>
  env.DB.prepare("SELECT goal_id, name, value_cents FROM goals WHERE site_id = ?").bind(siteId).all();

export const sumGoals = (env: Env, siteId: string) =>
  env.DB.prepare("SELECT sum(earned_cents) AS earned FROM goal_values WHERE site_id = ?").bind(siteId).first("earned");

export const countEvents = (env: Env, names: string[]) =>
  env.DB.prepare(`SELECT name, count(*) FROM events WHERE name IN (${names.map(() => "?").join(", ")}) GROUP BY name`)
    .bind(...names)
    .all();

export async function listCohorts(env: Env, siteId: string, search?: string) {
  let sql = "SELECT cohort_id, name FROM cohorts WHERE site_id = ?";
  if (search) {
    sql += " AND name LIKE ?";
  }
  return env.DB.prepare(sql).bind(siteId, ...(search ? [`%${search}%`] : [])).all();
}
