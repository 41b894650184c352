-- Unified limits of the embedded identity. A limit repeats what it is of from the registered one,
-- which does not change while it has any.

CREATE TABLE registered_limits (
    id            TEXT NOT NULL PRIMARY KEY,
    service_id    TEXT NOT NULL REFERENCES services (id) ON DELETE CASCADE,
    region_id     TEXT REFERENCES regions (id) ON DELETE CASCADE,
    resource_name TEXT NOT NULL,
    default_limit BIGINT NOT NULL,
    description   TEXT
);
CREATE UNIQUE INDEX registered_limits_once
    ON registered_limits (service_id, resource_name, (coalesce(region_id, '')));
CREATE INDEX registered_limits_by_region ON registered_limits (region_id);

-- Of a project or of a domain.
CREATE TABLE limits (
    id             TEXT NOT NULL PRIMARY KEY,
    registered_id  TEXT NOT NULL REFERENCES registered_limits (id) ON DELETE CASCADE,
    project_id     TEXT REFERENCES projects (id) ON DELETE CASCADE,
    domain_id      TEXT REFERENCES domains (id) ON DELETE CASCADE,
    service_id     TEXT NOT NULL,
    region_id      TEXT,
    resource_name  TEXT NOT NULL,
    resource_limit BIGINT NOT NULL,
    description    TEXT
);
CREATE UNIQUE INDEX limits_once
    ON limits (registered_id, (coalesce(project_id, '')), (coalesce(domain_id, '')));
CREATE INDEX limits_by_project ON limits (project_id);
CREATE INDEX limits_by_domain  ON limits (domain_id);
