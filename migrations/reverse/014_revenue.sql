-- Reverse migration 014
-- Created: 2025-03-10
-- Reason: Removes orders, their items, and the currencies that only they use.

DROP VIEW IF EXISTS daily_revenue;

DROP TABLE IF EXISTS order_items;

DROP INDEX IF EXISTS idx_orders_currency;

DROP INDEX IF EXISTS idx_orders_session;

DROP INDEX IF EXISTS idx_orders_site_time;

DROP TABLE IF EXISTS orders;

DROP TABLE IF EXISTS exchange_rates;

DROP TABLE IF EXISTS currencies;
