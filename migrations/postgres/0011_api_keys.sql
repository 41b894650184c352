-- The API keys of users: a second secret beside the password. Identity v2.0 shows a key to its owner, so it is kept as
-- it is and not as a hash.
CREATE TABLE api_keys (
    user_id TEXT COLLATE "C" NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    api_key TEXT COLLATE "C" NOT NULL
);
