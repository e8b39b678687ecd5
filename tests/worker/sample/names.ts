export const TABLES = { users: "users", sites: "sites" } as const;
export const COLUMNS = { user: "id, email, role", site: ["site_id", "url", "title"] };
export enum Sort { Newest = "created_at DESC", Name = "full_name" }
