-- One schema for both databases: PostgreSQL's names for types, which SQLite takes too.
-- `COLLATE "C"` makes PostgreSQL compare text byte by byte; for SQLite, which does so of itself,
-- the program leaves it out. Where an empty text or 0 must sort like nothing, indexes say so with
-- `coalesce`, and the queries say the same. Where a comment says WITHOUT ROWID, the program says so
-- to SQLite, which then keeps the rows in the order of their key, those of an image side by side.

CREATE TABLE images (
    id               TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name             TEXT COLLATE "C",
    status           TEXT COLLATE "C" NOT NULL,
    visibility       TEXT COLLATE "C" NOT NULL,
    owner            TEXT COLLATE "C",
    protected        BOOLEAN     NOT NULL,
    os_hidden        BOOLEAN     NOT NULL,
    min_ram          BIGINT      NOT NULL,
    min_disk         BIGINT      NOT NULL,
    disk_format      TEXT COLLATE "C",
    container_format TEXT COLLATE "C",
    size             BIGINT,
    virtual_size     BIGINT,
    checksum         TEXT COLLATE "C",
    os_hash_algo     TEXT COLLATE "C",
    os_hash_value    TEXT COLLATE "C",
    created_at       TIMESTAMPTZ NOT NULL,
    updated_at       TIMESTAMPTZ NOT NULL
);

-- A deleted image keeps its row, for its id may never be used again, but is in no list.
CREATE INDEX images_by_age          ON images (created_at, id) WHERE status <> 'deleted';
CREATE INDEX images_by_name         ON images ((coalesce(name, '')), created_at, id) WHERE status <> 'deleted';
CREATE INDEX images_by_status       ON images (status, created_at, id) WHERE status <> 'deleted';
CREATE INDEX images_of_owner        ON images (owner, created_at, id) WHERE status <> 'deleted';
CREATE INDEX images_of_owner_status ON images (owner, status, created_at, id) WHERE status <> 'deleted';
CREATE INDEX images_of_owner_name   ON images (owner, (coalesce(name, '')), created_at, id) WHERE status <> 'deleted';
-- Lists of what is there for everybody; few images are, so these cost the others nothing.
CREATE INDEX images_for_all         ON images (visibility, created_at, id) WHERE visibility IN ('public', 'community') AND status <> 'deleted';
CREATE INDEX images_for_all_status  ON images (visibility, status, created_at, id) WHERE visibility IN ('public', 'community') AND status <> 'deleted';
CREATE INDEX images_for_all_name    ON images (visibility, (coalesce(name, '')), created_at, id) WHERE visibility IN ('public', 'community') AND status <> 'deleted';

CREATE TABLE image_properties (
    image_id TEXT COLLATE "C" NOT NULL REFERENCES images (id),
    name     TEXT COLLATE "C" NOT NULL,
    value    TEXT COLLATE "C" NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (image_id, name)
) /* WITHOUT ROWID */;
-- A value may have megabytes; its beginning is enough to find it by.
CREATE INDEX image_properties_by_value ON image_properties (name, (substr(value, 1, 200)), image_id);

CREATE TABLE image_tags (
    image_id TEXT COLLATE "C" NOT NULL REFERENCES images (id),
    tag      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (image_id, tag)
) /* WITHOUT ROWID */;
CREATE INDEX image_tags_by_tag ON image_tags (tag, image_id);

-- `removed`: a project that is added again takes up its old record, with the old created_at.
CREATE TABLE image_members (
    image_id   TEXT COLLATE "C" NOT NULL REFERENCES images (id),
    member     TEXT COLLATE "C" NOT NULL,
    status     TEXT COLLATE "C" NOT NULL,
    removed    BOOLEAN     NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (image_id, member)
) /* WITHOUT ROWID */;
CREATE INDEX image_members_by_member ON image_members (member, status, image_id) WHERE NOT removed;

CREATE TABLE image_locations (
    image_id TEXT COLLATE "C" NOT NULL REFERENCES images (id),
    position BIGINT NOT NULL,
    url      TEXT COLLATE "C" NOT NULL,
    metadata TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (image_id, position)
) /* WITHOUT ROWID */;

-- Uploads that run now. A server renews its own; one that was not renewed died with its server,
-- and its image goes back to where it was.
CREATE TABLE uploads (
    image_id   TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES images (id),
    server     TEXT COLLATE "C" NOT NULL,
    renewed_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX uploads_by_server ON uploads (server);

-- One row: a name for this database, which the directories of its bytes bear too, so that no
-- server sweeps what belongs to another.
CREATE TABLE cloud (
    one BOOLEAN NOT NULL PRIMARY KEY,
    id  TEXT COLLATE "C" NOT NULL
);
