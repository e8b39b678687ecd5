-- Reverse migration 019
-- Created: 2025-12-08
-- Reason: Removes alerts and webhooks with the record of what was sent.

DROP TRIGGER IF EXISTS trg_alert_deliveries_fired;

DROP INDEX IF EXISTS idx_alert_deliveries_user;

DROP INDEX IF EXISTS idx_alert_deliveries_alert;

DROP TABLE IF EXISTS alert_deliveries;

DROP INDEX IF EXISTS idx_alerts_webhook;

DROP INDEX IF EXISTS idx_alerts_site;

DROP TABLE IF EXISTS alerts;

DROP INDEX IF EXISTS idx_webhook_deliveries_due;

DROP INDEX IF EXISTS idx_webhook_deliveries_webhook;

DROP TABLE IF EXISTS webhook_deliveries;

DROP TABLE IF EXISTS webhooks;
