export async function all<T>(db: D1Database, sql: string, ...values: unknown[]): Promise<T[]> {
  const { results } = await db.prepare(sql).bind(...values).all<T>();
  return results;
}
export const first = async <T>(db: D1Database, sql: string, ...values: unknown[]) => {
  return await db.prepare(sql).bind(...values).first<T>();
};
