-- Migration: Revenue
-- Date: 2025-03-10
-- Reason: Shops want to see the turnover of a campaign, and amounts must never be kept as text or as fractions.

CREATE TABLE IF NOT EXISTS currencies (
  currency_code TEXT PRIMARY KEY NOT NULL CHECK (length(currency_code) = 3),
  label TEXT NOT NULL,
  minor_digits INTEGER NOT NULL DEFAULT 2 CHECK (minor_digits BETWEEN 0 AND 4)
) STRICT;

INSERT OR IGNORE INTO currencies (currency_code, label, minor_digits) VALUES
  ('AUD', 'Australian dollar', 2),
  ('BRL', 'Brazilian real', 2),
  ('CAD', 'Canadian dollar', 2),
  ('CHF', 'Swiss franc', 2),
  ('EUR', 'Euro', 2),
  ('GBP', 'Pound sterling', 2),
  ('INR', 'Indian rupee', 2),
  ('JPY', 'Yen', 0),
  ('KWD', 'Kuwaiti dinar', 3),
  ('SEK', 'Swedish krona', 2),
  ('USD', 'US dollar', 2);

CREATE TABLE IF NOT EXISTS exchange_rates (
  currency_code TEXT NOT NULL REFERENCES currencies (currency_code) ON UPDATE CASCADE ON DELETE CASCADE,
  rate_date TEXT NOT NULL,
  units_per_euro REAL NOT NULL CHECK (units_per_euro > 0),
  PRIMARY KEY (currency_code, rate_date)
) STRICT, WITHOUT ROWID;

-- STRICT refuses an amount written as 12,50, which a plain INTEGER column would keep as text.
CREATE TABLE IF NOT EXISTS orders (
  order_id INTEGER PRIMARY KEY,
  site_id TEXT NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  session_id TEXT REFERENCES sessions (session_id) ON DELETE SET NULL,
  external_order_id TEXT NOT NULL,
  currency_code TEXT NOT NULL REFERENCES currencies (currency_code) ON UPDATE CASCADE,
  gross_minor INTEGER NOT NULL CHECK (gross_minor >= 0),
  refunded_minor INTEGER NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
  net_minor INTEGER GENERATED ALWAYS AS (gross_minor - refunded_minor) STORED,
  channel TEXT,
  ordered_at INTEGER NOT NULL DEFAULT (unixepoch()),
  UNIQUE (site_id, external_order_id)
) STRICT;

CREATE INDEX IF NOT EXISTS idx_orders_site_time ON orders (site_id, ordered_at);

CREATE INDEX IF NOT EXISTS idx_orders_session ON orders (session_id);

CREATE INDEX IF NOT EXISTS idx_orders_currency ON orders (currency_code);

CREATE TABLE IF NOT EXISTS order_items (
  order_id INTEGER NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
  line_number INTEGER NOT NULL,
  sku TEXT NOT NULL,
  product_name TEXT NOT NULL DEFAULT '',
  quantity INTEGER NOT NULL DEFAULT 1 CHECK (quantity > 0),
  unit_minor INTEGER NOT NULL CHECK (unit_minor >= 0),
  PRIMARY KEY (order_id, line_number)
) STRICT, WITHOUT ROWID;

CREATE VIEW IF NOT EXISTS daily_revenue AS
SELECT
  o.site_id,
  date(o.ordered_at, 'unixepoch') AS revenue_date,
  o.currency_code,
  count(*) AS order_count,
  sum(o.net_minor) AS net_minor,
  sum(o.refunded_minor > 0) AS refunded_orders
FROM orders AS o
GROUP BY o.site_id, revenue_date, o.currency_code;
