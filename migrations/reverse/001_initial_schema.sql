-- Reverse migration 001
-- Created: 2024-01-15
-- Reason: Takes the first tables away again, children before their parents.

DROP INDEX IF EXISTS idx_events_site_created;

DROP TABLE IF EXISTS events;

DROP TABLE IF EXISTS visitor_salts;

DROP INDEX IF EXISTS idx_sites_domain;

DROP INDEX IF EXISTS idx_sites_account;

DROP TABLE IF EXISTS sites;

DROP INDEX IF EXISTS idx_users_account;

DROP TABLE IF EXISTS users;

DROP TABLE IF EXISTS accounts;
