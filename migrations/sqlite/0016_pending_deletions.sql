-- Images whose deletion is delayed: deleted for every client, as their rows in images say, while properties, tags, members and locations stay
-- until the data is scrubbed or the image is restored.
CREATE TABLE pending_deletions (
    image_id   TEXT NOT NULL PRIMARY KEY REFERENCES images (id),
    deleted_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX pending_deletions_by_age ON pending_deletions (deleted_at, image_id);
