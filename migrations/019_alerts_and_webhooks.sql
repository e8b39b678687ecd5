-- Migration: Alerts and webhooks
-- Date: 2025-12-08
-- Reason: A broken checkout was noticed on Monday, though the numbers had been falling since Friday evening.

CREATE TABLE IF NOT EXISTS webhooks (
  webhook_id INTEGER PRIMARY KEY,
  account_id TEXT NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
  url TEXT NOT NULL CHECK (url LIKE 'https://%'),
  signing_key_hash BLOB NOT NULL,
  topics TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(topics)),
  is_enabled INTEGER NOT NULL DEFAULT 1 CHECK (is_enabled IN (0, 1)),
  created_at INTEGER NOT NULL DEFAULT (unixepoch()),
  UNIQUE (account_id, url)
);

CREATE TABLE IF NOT EXISTS webhook_deliveries (
  delivery_id INTEGER PRIMARY KEY,
  webhook_id INTEGER NOT NULL REFERENCES webhooks (webhook_id) ON DELETE CASCADE,
  topic TEXT NOT NULL,
  payload TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(payload)),
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  next_attempt_at INTEGER NOT NULL DEFAULT (unixepoch()),
  response_status INTEGER,
  delivered_at INTEGER,
  created_at INTEGER NOT NULL DEFAULT (unixepoch())
);

CREATE INDEX IF NOT EXISTS idx_webhook_deliveries_webhook ON webhook_deliveries (webhook_id, created_at DESC);

-- The queue that the Worker reads every minute: short, however long the history grows.
CREATE INDEX IF NOT EXISTS idx_webhook_deliveries_due ON webhook_deliveries (next_attempt_at) WHERE delivered_at IS NULL;

-- RESTRICT: deleting a webhook that an alert still uses would silence the alert.
CREATE TABLE IF NOT EXISTS alerts (
  alert_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  webhook_id INTEGER REFERENCES webhooks (webhook_id) ON DELETE RESTRICT,
  name TEXT NOT NULL,
  metric TEXT NOT NULL CHECK (metric IN ('visitors', 'pageviews', 'bounce_rate', 'conversions', 'revenue', 'errors')),
  comparison TEXT NOT NULL DEFAULT 'below' CHECK (comparison IN ('above', 'below', 'change')),
  threshold REAL NOT NULL,
  lookback_minutes INTEGER NOT NULL DEFAULT 60 CHECK (lookback_minutes BETWEEN 5 AND 10080),
  is_enabled INTEGER NOT NULL DEFAULT 1 CHECK (is_enabled IN (0, 1)),
  last_fired_at INTEGER,
  created_at INTEGER NOT NULL DEFAULT (unixepoch())
);

CREATE INDEX IF NOT EXISTS idx_alerts_site ON alerts (site_id);

CREATE INDEX IF NOT EXISTS idx_alerts_webhook ON alerts (webhook_id);

CREATE TABLE IF NOT EXISTS alert_deliveries (
  alert_delivery_id INTEGER PRIMARY KEY,
  alert_id INTEGER NOT NULL REFERENCES alerts (alert_id) ON DELETE CASCADE,
  observed REAL NOT NULL,
  medium TEXT NOT NULL DEFAULT 'mail' CHECK (medium IN ('mail', 'webhook')),
  fired_at INTEGER NOT NULL DEFAULT (unixepoch()),
  acknowledged_by TEXT REFERENCES users (user_id) ON DELETE SET NULL,
  acknowledged_at INTEGER
);

CREATE INDEX IF NOT EXISTS idx_alert_deliveries_alert ON alert_deliveries (alert_id, fired_at DESC);

CREATE INDEX IF NOT EXISTS idx_alert_deliveries_user ON alert_deliveries (acknowledged_by);

CREATE TRIGGER IF NOT EXISTS trg_alert_deliveries_fired AFTER INSERT ON alert_deliveries BEGIN UPDATE alerts SET last_fired_at = max(coalesce(last_fired_at, 0), new.fired_at) WHERE alert_id = new.alert_id; END;
