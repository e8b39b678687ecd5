-- Migration: Marketing channel of each session
-- Date: 2024-10-14
-- Reason: The channel was guessed anew in every report, and two reports did not always agree.

CREATE TABLE IF NOT EXISTS traffic_sources (
  host TEXT PRIMARY KEY NOT NULL COLLATE NOCASE,
  label TEXT NOT NULL,
  channel TEXT NOT NULL CHECK (channel IN ('search', 'social', 'video', 'news', 'assistant', 'mail'))
);

INSERT OR IGNORE INTO traffic_sources (host, label, channel) VALUES
  ('bing.com', 'Bing', 'search'),
  ('duckduckgo.com', 'DuckDuckGo', 'search'),
  ('ecosia.org', 'Ecosia', 'search'),
  ('google.com', 'Google', 'search'),
  ('kagi.com', 'Kagi', 'search'),
  ('bsky.app', 'Bluesky', 'social'),
  ('facebook.com', 'Facebook', 'social'),
  ('linkedin.com', 'LinkedIn', 'social'),
  ('mastodon.social', 'Mastodon', 'social'),
  ('reddit.com', 'Reddit', 'social'),
  ('vimeo.com', 'Vimeo', 'video'),
  ('youtube.com', 'YouTube', 'video'),
  ('news.ycombinator.com', 'Hacker News', 'news'),
  ('chatgpt.com', 'ChatGPT', 'assistant'),
  ('perplexity.ai', 'Perplexity', 'assistant'),
  ('mail.google.com', 'Gmail', 'mail');

-- Same rule as in the trigger below. Its last branch is never NULL, so a second run finds nothing to do.
UPDATE sessions
SET channel = coalesce(
  (CASE WHEN utm_medium IN ('cpc', 'ppc', 'paid', 'display') THEN 'paid' WHEN utm_medium IN ('email', 'newsletter') THEN 'mail' END),
  (SELECT t.channel FROM traffic_sources AS t WHERE t.host = sessions.referrer_host),
  (CASE WHEN utm_source IS NOT NULL THEN 'campaign' WHEN coalesce(referrer_host, '') = '' THEN 'direct' ELSE 'referral' END)
)
WHERE channel IS NULL;

-- Workers of before this file do not write the column, so the database fills it in.
CREATE TRIGGER IF NOT EXISTS trg_sessions_channel AFTER INSERT ON sessions WHEN new.channel IS NULL BEGIN UPDATE sessions SET channel = coalesce((CASE WHEN new.utm_medium IN ('cpc', 'ppc', 'paid', 'display') THEN 'paid' WHEN new.utm_medium IN ('email', 'newsletter') THEN 'mail' END), (SELECT t.channel FROM traffic_sources AS t WHERE t.host = new.referrer_host), (CASE WHEN new.utm_source IS NOT NULL THEN 'campaign' WHEN coalesce(new.referrer_host, '') = '' THEN 'direct' ELSE 'referral' END)) WHERE session_id = new.session_id; END;
