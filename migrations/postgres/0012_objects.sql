-- The object store: accounts are projects, in each region ('' is the first) for themselves. The bytes of an object are a blob of a store like those of an
-- image; a row of object_data says where, and lasts as long as an object refers to it. Empty objects have none.
CREATE TABLE object_accounts (
    region     TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    metadata   TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (region, name)
);

CREATE TABLE object_containers (
    id         TEXT COLLATE "C" PRIMARY KEY,
    region     TEXT COLLATE "C" NOT NULL,
    account    TEXT COLLATE "C" NOT NULL,
    name       TEXT COLLATE "C" NOT NULL,
    metadata   TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    UNIQUE (region, account, name)
);

CREATE TABLE object_data (
    id       TEXT COLLATE "C" PRIMARY KEY,
    url      TEXT COLLATE "C" NOT NULL,
    metadata TEXT COLLATE "C" NOT NULL
);

CREATE TABLE objects (
    container_id TEXT COLLATE "C" NOT NULL REFERENCES object_containers (id),
    name         TEXT COLLATE "C" NOT NULL,
    data_id      TEXT COLLATE "C" REFERENCES object_data (id),
    size         BIGINT      NOT NULL,
    etag         TEXT COLLATE "C" NOT NULL,
    content_type TEXT COLLATE "C" NOT NULL,
    manifest     TEXT COLLATE "C",
    metadata     TEXT COLLATE "C" NOT NULL,
    updated_at   TIMESTAMPTZ NOT NULL,
    delete_at    TIMESTAMPTZ,
    PRIMARY KEY (container_id, name)
);
CREATE INDEX objects_by_data   ON objects (data_id);
CREATE INDEX objects_by_expiry ON objects (delete_at) WHERE delete_at IS NOT NULL;

-- Uploads are of images, and of the data of objects.
ALTER TABLE uploads DROP CONSTRAINT uploads_image_id_fkey;
