-- The embedded identity. `options` and `extra` are JSON objects: what a resource has beyond its
-- columns. Passwords and secrets are PHC strings; of tokens only the SHA-256 is kept.

CREATE TABLE domains (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    description TEXT,
    enabled     BOOLEAN NOT NULL,
    options     TEXT NOT NULL,
    extra       TEXT NOT NULL
);

-- `parent_id` is a domain's id or a project's.
CREATE TABLE projects (
    id          TEXT NOT NULL PRIMARY KEY,
    domain_id   TEXT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    description TEXT,
    enabled     BOOLEAN NOT NULL,
    parent_id   TEXT NOT NULL,
    options     TEXT NOT NULL,
    extra       TEXT NOT NULL,
    UNIQUE (domain_id, name)
);
CREATE INDEX projects_by_parent ON projects (parent_id);

CREATE TABLE users (
    id                 TEXT NOT NULL PRIMARY KEY,
    domain_id          TEXT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    name               TEXT NOT NULL,
    password           TEXT,
    enabled            BOOLEAN NOT NULL,
    default_project_id TEXT,
    options            TEXT NOT NULL,
    extra              TEXT NOT NULL,
    UNIQUE (domain_id, name)
);

CREATE TABLE roles (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL UNIQUE,
    description TEXT,
    options     TEXT NOT NULL,
    extra       TEXT NOT NULL
);

CREATE TABLE role_implications (
    prior_id   TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    implied_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    PRIMARY KEY (prior_id, implied_id)
);

-- On a project, on a domain, or, with neither, on the system.
CREATE TABLE role_assignments (
    user_id    TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role_id    TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
    domain_id  TEXT REFERENCES domains (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX role_assignments_once
    ON role_assignments (user_id, role_id, (coalesce(project_id, '')), (coalesce(domain_id, '')));
CREATE INDEX role_assignments_by_role    ON role_assignments (role_id);
CREATE INDEX role_assignments_by_project ON role_assignments (project_id);
CREATE INDEX role_assignments_by_domain  ON role_assignments (domain_id);

CREATE TABLE regions (
    id               TEXT NOT NULL PRIMARY KEY,
    description      TEXT NOT NULL,
    parent_region_id TEXT,
    extra            TEXT NOT NULL
);

CREATE TABLE services (
    id          TEXT NOT NULL PRIMARY KEY,
    type        TEXT NOT NULL,
    name        TEXT,
    description TEXT,
    enabled     BOOLEAN NOT NULL,
    extra       TEXT NOT NULL
);

-- `url` may hold `$(public_url)s`: the address that the request came to.
CREATE TABLE endpoints (
    id         TEXT NOT NULL PRIMARY KEY,
    service_id TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    interface  TEXT NOT NULL,
    region_id  TEXT REFERENCES regions (id),
    url        TEXT NOT NULL,
    enabled    BOOLEAN NOT NULL,
    extra      TEXT NOT NULL
);
CREATE INDEX endpoints_by_service ON endpoints (service_id);
CREATE INDEX endpoints_by_region  ON endpoints (region_id);

CREATE TABLE application_credentials (
    id           TEXT NOT NULL PRIMARY KEY,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    project_id   TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
    name         TEXT NOT NULL,
    description  TEXT,
    secret       TEXT NOT NULL,
    expires_at   TIMESTAMPTZ,
    unrestricted BOOLEAN,
    UNIQUE (user_id, name)
);
CREATE INDEX application_credentials_by_project ON application_credentials (project_id);

CREATE TABLE application_credential_roles (
    application_credential_id TEXT NOT NULL
        REFERENCES application_credentials (id) ON DELETE CASCADE,
    role_id TEXT NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
    PRIMARY KEY (application_credential_id, role_id)
);
CREATE INDEX application_credential_roles_by_role ON application_credential_roles (role_id);

-- A token is valid while its row is here and `expires_at` has not come: whatever revokes a token
-- deletes it. `roles` ([{"id", "name"}]), `methods` and `audit_ids` are JSON lists.
CREATE TABLE tokens (
    hash         TEXT NOT NULL PRIMARY KEY,
    user_id      TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    project_id   TEXT REFERENCES projects (id) ON DELETE CASCADE,
    domain_id    TEXT REFERENCES domains (id) ON DELETE CASCADE,
    system_scope BOOLEAN     NOT NULL,
    roles        TEXT NOT NULL,
    methods      TEXT NOT NULL,
    audit_ids    TEXT NOT NULL,
    issued_at    TIMESTAMPTZ NOT NULL,
    expires_at   TIMESTAMPTZ NOT NULL,
    application_credential_id TEXT
        REFERENCES application_credentials (id) ON DELETE CASCADE
);
CREATE INDEX tokens_by_user       ON tokens (user_id);
CREATE INDEX tokens_by_project    ON tokens (project_id);
CREATE INDEX tokens_by_domain     ON tokens (domain_id);
CREATE INDEX tokens_by_expiry     ON tokens (expires_at);
CREATE INDEX tokens_by_credential ON tokens (application_credential_id);
