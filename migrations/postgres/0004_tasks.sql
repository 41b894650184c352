-- Tasks: what was asked for, how far it is, and which server is at work on it.
--
-- The first columns are what the API shows, except for the `roles` of whoever asked. The last four are the queue: a server makes a task its
-- own by writing a new `claim`, renews it while it works, and every write of the work asks whether
-- the claim still stands. `server` without a claim says that this server should be the one to begin.
-- `image_id` is what the task's input names, and may be anything; `made` is the image that the task
-- itself has made so far.
CREATE TABLE tasks (
    id         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    kind       TEXT COLLATE "C" NOT NULL,
    status     TEXT COLLATE "C" NOT NULL,
    owner      TEXT COLLATE "C",
    user_id    TEXT COLLATE "C",
    request_id TEXT COLLATE "C",
    roles      TEXT COLLATE "C" NOT NULL,
    image_id   TEXT COLLATE "C",
    input      TEXT COLLATE "C" NOT NULL,
    result     TEXT COLLATE "C",
    message    TEXT COLLATE "C" NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    made       TEXT COLLATE "C",
    server     TEXT COLLATE "C",
    claim      TEXT COLLATE "C",
    renewed_at TIMESTAMPTZ,
    attempts   BIGINT NOT NULL
);
CREATE INDEX tasks_by_age   ON tasks (created_at, id);
CREATE INDEX tasks_of_image ON tasks (image_id, created_at, id);
CREATE INDEX tasks_to_do    ON tasks (created_at, id) WHERE status IN ('pending', 'processing');
CREATE INDEX tasks_expired  ON tasks (owner, expires_at) WHERE expires_at IS NOT NULL;
