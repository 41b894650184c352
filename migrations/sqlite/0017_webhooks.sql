-- Notifications that webhooks have still to get, each webhook in the order of the ids. A target is the hash of a URL, which may have a secret
-- in it. No snapshot has these rows.
CREATE TABLE webhook_queue (
    id            INTEGER PRIMARY KEY,
    target        TEXT NOT NULL,
    body          TEXT NOT NULL,
    server        TEXT,
    claimed_until TIMESTAMPTZ
);
CREATE INDEX webhook_queue_by_target ON webhook_queue (target, id);
