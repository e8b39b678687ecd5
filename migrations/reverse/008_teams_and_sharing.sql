-- Reverse migration 008
-- Created: 2024-06-24
-- Reason: Removes teams, their rights on sites, and the sharing links.

DROP INDEX IF EXISTS idx_sharing_links_open;

DROP INDEX IF EXISTS idx_sharing_links_created_by;

DROP INDEX IF EXISTS idx_sharing_links_site;

DROP TABLE IF EXISTS sharing_links;

DROP INDEX IF EXISTS idx_team_sites_site;

DROP TABLE IF EXISTS team_sites;

DROP INDEX IF EXISTS idx_team_members_user;

DROP TABLE IF EXISTS team_members;

DROP TABLE IF EXISTS teams;
