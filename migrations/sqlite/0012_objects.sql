-- The object store: accounts are projects, in each region ('' is the first) for themselves. The bytes of an object are a blob of a store like those of an
-- image; a row of object_data says where, and lasts as long as an object refers to it. Empty objects have none.
CREATE TABLE object_accounts (
    region     TEXT        NOT NULL,
    name       TEXT        NOT NULL,
    metadata   TEXT        NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region, name)
) WITHOUT ROWID;

CREATE TABLE object_containers (
    id         TEXT PRIMARY KEY,
    region     TEXT NOT NULL,
    account    TEXT NOT NULL,
    name       TEXT NOT NULL,
    metadata   TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (region, account, name)
);

CREATE TABLE object_data (
    id       TEXT PRIMARY KEY,
    url      TEXT NOT NULL,
    metadata TEXT NOT NULL
);

CREATE TABLE objects (
    container_id TEXT NOT NULL REFERENCES object_containers (id),
    name         TEXT NOT NULL,
    data_id      TEXT REFERENCES object_data (id),
    size         BIGINT      NOT NULL,
    etag         TEXT NOT NULL,
    content_type TEXT NOT NULL,
    manifest     TEXT,
    metadata     TEXT NOT NULL,
    updated_at   TIMESTAMPTZ NOT NULL,
    delete_at    TIMESTAMPTZ,
    PRIMARY KEY (container_id, name)
) WITHOUT ROWID;
CREATE INDEX objects_by_data   ON objects (data_id);
CREATE INDEX objects_by_expiry ON objects (delete_at) WHERE delete_at IS NOT NULL;

-- Uploads are of images, and of the data of objects.
CREATE TABLE new_uploads (
    image_id   TEXT        NOT NULL PRIMARY KEY,
    server     TEXT        NOT NULL,
    renewed_at TIMESTAMPTZ NOT NULL,
    claim      TEXT        NOT NULL DEFAULT ''
);
INSERT INTO new_uploads SELECT image_id, server, renewed_at, claim FROM uploads;
DROP TABLE uploads;
ALTER TABLE new_uploads RENAME TO uploads;
CREATE INDEX uploads_by_server ON uploads (server);
