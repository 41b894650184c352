-- Groups, roles of domains and inherited roles, and the access rules of application credentials.

CREATE TABLE groups (
    id          TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    domain_id   TEXT COLLATE "C" NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
    name        TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C",
    extra       TEXT COLLATE "C" NOT NULL,
    UNIQUE (domain_id, name)
);

CREATE TABLE group_members (
    group_id TEXT COLLATE "C" NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
    user_id  TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_by_user ON group_members (user_id);

CREATE TABLE access_rules (
    id      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    user_id TEXT COLLATE "C" NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    service TEXT COLLATE "C" NOT NULL,
    method  TEXT COLLATE "C" NOT NULL,
    path    TEXT COLLATE "C" NOT NULL,
    UNIQUE (user_id, service, method, path)
);

CREATE TABLE application_credential_rules (
    application_credential_id TEXT COLLATE "C" NOT NULL
        REFERENCES application_credentials (id) ON DELETE CASCADE,
    access_rule_id TEXT COLLATE "C" NOT NULL REFERENCES access_rules (id) ON DELETE CASCADE,
    PRIMARY KEY (application_credential_id, access_rule_id)
);
CREATE INDEX application_credential_rules_by_rule ON application_credential_rules (access_rule_id);

ALTER TABLE roles ADD COLUMN domain_id TEXT COLLATE "C" REFERENCES domains (id) ON DELETE CASCADE;
ALTER TABLE roles DROP CONSTRAINT roles_name_key;

-- Of a user or of a group; on a project, on a domain, or, with neither, on the system. With `inherited` it
-- holds for all projects below, and not for the project or domain itself.
ALTER TABLE role_assignments ALTER COLUMN user_id DROP NOT NULL;
ALTER TABLE role_assignments ADD COLUMN group_id TEXT COLLATE "C" REFERENCES groups (id) ON DELETE CASCADE;
ALTER TABLE role_assignments ADD COLUMN inherited BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE role_assignments ALTER COLUMN inherited DROP DEFAULT;
DROP INDEX role_assignments_once;
DROP INDEX role_assignments_by_role;
DROP INDEX role_assignments_by_project;
DROP INDEX role_assignments_by_domain;

CREATE UNIQUE INDEX roles_once ON roles (name, (coalesce(domain_id, '')));
CREATE INDEX roles_by_domain ON roles (domain_id);
CREATE UNIQUE INDEX role_assignments_once ON role_assignments
    ((coalesce(user_id, '')), (coalesce(group_id, '')), role_id, (coalesce(project_id, '')), (coalesce(domain_id, '')), inherited);
CREATE INDEX role_assignments_by_user    ON role_assignments (user_id);
CREATE INDEX role_assignments_by_group   ON role_assignments (group_id);
CREATE INDEX role_assignments_by_role    ON role_assignments (role_id);
CREATE INDEX role_assignments_by_project ON role_assignments (project_id);
CREATE INDEX role_assignments_by_domain  ON role_assignments (domain_id);
