-- Groups, roles of domains and inherited roles, and the access rules of application credentials.

CREATE TABLE groups (
    id          TEXT NOT NULL PRIMARY KEY,
    domain_id   TEXT NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    description TEXT,
    extra       TEXT NOT NULL,
    UNIQUE (domain_id, name)
);

CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_by_user ON group_members (user_id);

CREATE TABLE access_rules (
    id      TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    service TEXT NOT NULL,
    method  TEXT NOT NULL,
    path    TEXT NOT NULL,
    UNIQUE (user_id, service, method, path)
);

CREATE TABLE application_credential_rules (
    application_credential_id TEXT NOT NULL
        REFERENCES application_credentials (id) ON DELETE CASCADE,
    access_rule_id TEXT NOT NULL REFERENCES access_rules (id) ON DELETE CASCADE,
    PRIMARY KEY (application_credential_id, access_rule_id)
);
CREATE INDEX application_credential_rules_by_rule ON application_credential_rules (access_rule_id);

-- SQLite cannot change a column: the tables are made anew, those that refer to others last. Their columns are in
-- the order that they have on PostgreSQL, where the new ones come last.
CREATE TABLE new_roles (
    id          TEXT NOT NULL PRIMARY KEY,
    name        TEXT NOT NULL,
    description TEXT,
    options     TEXT NOT NULL,
    extra       TEXT NOT NULL,
    domain_id   TEXT REFERENCES domains (id) ON DELETE CASCADE
);
INSERT INTO new_roles (id, name, description, options, extra)
    SELECT id, name, description, options, extra FROM roles;

CREATE TABLE new_implications (
    prior_id   TEXT NOT NULL REFERENCES new_roles (id) ON DELETE CASCADE,
    implied_id TEXT NOT NULL REFERENCES new_roles (id) ON DELETE CASCADE,
    PRIMARY KEY (prior_id, implied_id)
);
INSERT INTO new_implications SELECT prior_id, implied_id FROM role_implications;

CREATE TABLE new_credential_roles (
    application_credential_id TEXT NOT NULL
        REFERENCES application_credentials (id) ON DELETE CASCADE,
    role_id TEXT NOT NULL REFERENCES new_roles (id) ON DELETE CASCADE,
    PRIMARY KEY (application_credential_id, role_id)
);
INSERT INTO new_credential_roles SELECT application_credential_id, role_id FROM application_credential_roles;

-- Of a user or of a group; on a project, on a domain, or, with neither, on the system. With `inherited` it
-- holds for all projects below, and not for the project or domain itself.
CREATE TABLE new_assignments (
    user_id    TEXT REFERENCES users (id) ON DELETE CASCADE,
    role_id    TEXT NOT NULL REFERENCES new_roles (id) ON DELETE CASCADE,
    project_id TEXT REFERENCES projects (id) ON DELETE CASCADE,
    domain_id  TEXT REFERENCES domains (id) ON DELETE CASCADE,
    group_id   TEXT REFERENCES groups (id) ON DELETE CASCADE,
    inherited  BOOLEAN NOT NULL
);
INSERT INTO new_assignments (user_id, role_id, project_id, domain_id, inherited)
    SELECT user_id, role_id, project_id, domain_id, false FROM role_assignments;

DROP TABLE role_implications;
DROP TABLE application_credential_roles;
DROP TABLE role_assignments;
DROP TABLE roles;
ALTER TABLE new_roles RENAME TO roles;
ALTER TABLE new_implications RENAME TO role_implications;
ALTER TABLE new_credential_roles RENAME TO application_credential_roles;
ALTER TABLE new_assignments RENAME TO role_assignments;

CREATE INDEX application_credential_roles_by_role ON application_credential_roles (role_id);
CREATE UNIQUE INDEX roles_once ON roles (name, (coalesce(domain_id, '')));
CREATE INDEX roles_by_domain ON roles (domain_id);
CREATE UNIQUE INDEX role_assignments_once ON role_assignments
    ((coalesce(user_id, '')), (coalesce(group_id, '')), role_id, (coalesce(project_id, '')), (coalesce(domain_id, '')), inherited);
CREATE INDEX role_assignments_by_user    ON role_assignments (user_id);
CREATE INDEX role_assignments_by_group   ON role_assignments (group_id);
CREATE INDEX role_assignments_by_role    ON role_assignments (role_id);
CREATE INDEX role_assignments_by_project ON role_assignments (project_id);
CREATE INDEX role_assignments_by_domain  ON role_assignments (domain_id);
