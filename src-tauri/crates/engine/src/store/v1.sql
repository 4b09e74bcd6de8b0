-- Instants are microseconds since 1970 in UTC.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE credentials (
    id                 TEXT PRIMARY KEY,
    provider           TEXT NOT NULL,
    email              TEXT,
    label              TEXT,
    project            TEXT,
    tier_id            TEXT,
    tier_name          TEXT,
    state              TEXT NOT NULL,
    state_why          TEXT,
    state_message      TEXT,
    state_link         TEXT,
    state_since        INTEGER,
    added_at           INTEGER NOT NULL,
    discovered_at      INTEGER,
    last_quota_refresh INTEGER,
    -- Not null: taken away by the user, and to be brought back for a while.
    removed_at         INTEGER
) STRICT;

-- The owner is a credential's id or `provider:NAME`; `sealed` is nothing but ciphertext.
CREATE TABLE secrets (
    owner  TEXT NOT NULL,
    name   TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;

-- An empty credential means everywhere, an empty model every model.
CREATE TABLE settings (
    key        TEXT NOT NULL,
    credential TEXT NOT NULL,
    model      TEXT NOT NULL,
    value      TEXT NOT NULL,
    PRIMARY KEY (key, credential, model)
) STRICT, WITHOUT ROWID;

CREATE TABLE samples (
    id         INTEGER PRIMARY KEY,
    credential TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    -- A group's key or a model's id.
    subject    TEXT NOT NULL,
    "window"   TEXT,
    -- A fraction 0 to 1; null is unknown.
    remaining  REAL,
    at         INTEGER NOT NULL,
    source     TEXT NOT NULL
) STRICT;

CREATE INDEX samples_by_credential ON samples (credential, subject, "window", at);
