-- Reverse migration 015
-- Created: 2025-04-28
-- Reason: Removes the consent and privacy records, which the law may ask us to keep, so export them first.

DROP TRIGGER IF EXISTS trg_privacy_requests_audit;

DROP INDEX IF EXISTS idx_audit_log_actor;

DROP INDEX IF EXISTS idx_audit_log_account;

DROP TABLE IF EXISTS audit_log;

DROP TABLE IF EXISTS retention_policies;

DROP INDEX IF EXISTS idx_privacy_requests_due;

DROP INDEX IF EXISTS idx_privacy_requests_handled_by;

DROP INDEX IF EXISTS idx_privacy_requests_site;

DROP TABLE IF EXISTS privacy_requests;

DROP TRIGGER IF EXISTS trg_consent_records_fixed;

DROP INDEX IF EXISTS idx_consent_records_subject;

DROP TABLE IF EXISTS consent_records;
