-- Metadata definitions. What is in a namespace goes with it. The conventions are those of 0001.

CREATE TABLE metadef_namespaces (
    id           TEXT NOT NULL PRIMARY KEY,
    namespace    TEXT NOT NULL UNIQUE,
    display_name TEXT,
    description  TEXT,
    visibility   TEXT NOT NULL,
    protected    BOOLEAN     NOT NULL,
    owner        TEXT,
    created_at   TIMESTAMPTZ NOT NULL,
    updated_at   TIMESTAMPTZ
);
CREATE INDEX metadef_namespaces_by_age   ON metadef_namespaces (created_at, namespace);
CREATE INDEX metadef_namespaces_of_owner ON metadef_namespaces (owner);

-- `required` and `properties` are JSON.
CREATE TABLE metadef_objects (
    namespace_id TEXT NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    description  TEXT,
    required     TEXT NOT NULL,
    properties   TEXT NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    updated_at   TIMESTAMPTZ,
    PRIMARY KEY (namespace_id, name)
) WITHOUT ROWID;

-- `definition` is JSON.
CREATE TABLE metadef_properties (
    namespace_id TEXT NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    definition   TEXT NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    updated_at   TIMESTAMPTZ,
    PRIMARY KEY (namespace_id, name)
) WITHOUT ROWID;

-- What comes together has one created_at; `position` keeps the order in which it came.
CREATE TABLE metadef_tags (
    namespace_id TEXT NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    position     BIGINT NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    updated_at   TIMESTAMPTZ,
    PRIMARY KEY (namespace_id, name)
) WITHOUT ROWID;
CREATE INDEX metadef_tags_by_age ON metadef_tags (namespace_id, created_at, position);

-- A type stays when its last association goes.
CREATE TABLE metadef_resource_types (
    name       TEXT NOT NULL PRIMARY KEY,
    position   BIGINT  NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ
);

CREATE TABLE metadef_associations (
    namespace_id      TEXT NOT NULL REFERENCES metadef_namespaces (id) ON DELETE CASCADE,
    resource_type     TEXT NOT NULL REFERENCES metadef_resource_types (name),
    position          BIGINT NOT NULL,
    prefix            TEXT,
    properties_target TEXT,
    created_at        TIMESTAMPTZ NOT NULL,
    updated_at        TIMESTAMPTZ,
    PRIMARY KEY (namespace_id, resource_type)
) WITHOUT ROWID;
CREATE INDEX metadef_associations_of_type ON metadef_associations (resource_type, namespace_id);
