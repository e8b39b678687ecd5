-- Migration: Consent records and privacy requests
-- Date: 2025-04-28
-- Reason: GDPR asks us to prove what a visitor agreed to, and to answer access and erasure requests within a month.

CREATE TABLE IF NOT EXISTS consent_records (
  consent_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  subject_hash TEXT NOT NULL,
  decision TEXT NOT NULL CHECK (decision IN ('granted', 'denied', 'withdrawn')),
  purposes TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(purposes)),
  policy_version TEXT NOT NULL,
  recorded_at INTEGER NOT NULL DEFAULT (unixepoch())
);

CREATE INDEX IF NOT EXISTS idx_consent_records_subject ON consent_records (site_id, subject_hash, recorded_at DESC);

-- Evidence that can be edited proves nothing. A change of mind is a new row.
CREATE TRIGGER IF NOT EXISTS trg_consent_records_fixed BEFORE UPDATE OF subject_hash, decision, purposes, policy_version, recorded_at ON consent_records BEGIN SELECT RAISE(ABORT, 'consent records cannot be changed'); END;

-- Whoever handled a request stays on record until the request itself is gone.
CREATE TABLE IF NOT EXISTS privacy_requests (
  request_id TEXT PRIMARY KEY NOT NULL,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  subject_hash TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('access', 'erasure', 'portability', 'objection')),
  status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'in_progress', 'done', 'refused')),
  handled_by TEXT REFERENCES users (user_id) ON DELETE RESTRICT,
  received_at INTEGER NOT NULL DEFAULT (unixepoch()),
  due_at INTEGER NOT NULL DEFAULT (unixepoch() + 2592000),
  completed_at INTEGER
);

CREATE INDEX IF NOT EXISTS idx_privacy_requests_site ON privacy_requests (site_id, received_at DESC);

CREATE INDEX IF NOT EXISTS idx_privacy_requests_handled_by ON privacy_requests (handled_by);

CREATE INDEX IF NOT EXISTS idx_privacy_requests_due ON privacy_requests (due_at) WHERE status IN ('open', 'in_progress');

CREATE TABLE IF NOT EXISTS retention_policies (
  site_id TEXT PRIMARY KEY NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  event_days INTEGER NOT NULL DEFAULT 730 CHECK (event_days BETWEEN 1 AND 3650),
  session_days INTEGER NOT NULL DEFAULT 730 CHECK (session_days BETWEEN 1 AND 3650),
  purged_until INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE IF NOT EXISTS audit_log (
  entry_id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
  actor_user_id TEXT REFERENCES users (user_id) ON DELETE SET NULL,
  subject TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  detail TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(detail)),
  logged_at INTEGER NOT NULL DEFAULT (unixepoch())
);

CREATE INDEX IF NOT EXISTS idx_audit_log_account ON audit_log (account_id, logged_at DESC);

CREATE INDEX IF NOT EXISTS idx_audit_log_actor ON audit_log (actor_user_id);

CREATE TRIGGER IF NOT EXISTS trg_privacy_requests_audit AFTER UPDATE OF status ON privacy_requests WHEN new.status <> old.status BEGIN UPDATE privacy_requests SET completed_at = (CASE WHEN new.status IN ('done', 'refused') THEN unixepoch() ELSE NULL END) WHERE request_id = new.request_id; INSERT INTO audit_log (account_id, actor_user_id, subject, subject_id, detail) SELECT s.account_id, new.handled_by, 'privacy_request', new.request_id, json_object('from', old.status, 'to', new.status) FROM sites AS s WHERE s.id = new.site_id; END;
