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

-- What rests: one row a scope. `part` is `whole`, `group:KEY` or `model:ID`.
CREATE TABLE cooldowns (
    credential TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    part       TEXT NOT NULL,
    reason     TEXT NOT NULL,
    class      TEXT NOT NULL,
    status     INTEGER NOT NULL,
    message    TEXT NOT NULL,
    times      INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    until      INTEGER NOT NULL,
    seen_at    INTEGER NOT NULL,
    PRIMARY KEY (credential, part)
) STRICT, WITHOUT ROWID;

-- What is below a floor: one row a pair and floor. `which` is `short` or `week`.
CREATE TABLE protections (
    credential TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    model      TEXT NOT NULL,
    which      TEXT NOT NULL,
    floor      INTEGER NOT NULL,
    remaining  REAL NOT NULL,
    back_at    INTEGER,
    since      INTEGER NOT NULL,
    PRIMARY KEY (credential, model, which)
) STRICT, WITHOUT ROWID;

-- Decisions that changed. A decision that stays the same moves `last_at` only.
CREATE TABLE decisions (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL,
    credential TEXT NOT NULL,
    name       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    verdict    TEXT NOT NULL,
    -- The same in English and in Simplified Chinese.
    sentence   TEXT NOT NULL,
    chinese    TEXT NOT NULL,
    until      INTEGER,
    at         INTEGER NOT NULL,
    last_at    INTEGER NOT NULL
) STRICT;

CREATE INDEX decisions_by_time ON decisions (last_at);
CREATE INDEX decisions_by_subject ON decisions (kind, credential, subject, id);

-- Every attempt is here before it is sent, so that a crash cannot send twice.
CREATE TABLE warmups (
    id          INTEGER PRIMARY KEY,
    credential  TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    "group"     TEXT,
    model       TEXT NOT NULL,
    by_hand     INTEGER NOT NULL,
    forced      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    outcome     TEXT NOT NULL,
    detail      TEXT,
    reset_at    INTEGER
) STRICT;

CREATE INDEX warmups_by_credential ON warmups (credential, at);
CREATE INDEX warmups_by_time ON warmups (at);

-- Drops of quota between two readings, by whose use they were.
CREATE TABLE drops (
    id         INTEGER PRIMARY KEY,
    credential TEXT NOT NULL REFERENCES credentials (id) ON DELETE CASCADE,
    "group"    TEXT NOT NULL,
    "window"   TEXT NOT NULL,
    from_at    INTEGER NOT NULL,
    to_at      INTEGER NOT NULL,
    points     REAL NOT NULL,
    by         TEXT NOT NULL
) STRICT;

CREATE INDEX drops_by_credential ON drops (credential, to_at);

-- The proxy's client keys. Of a key only its SHA-256 is kept. A revoked one stays, for the records that name it.
CREATE TABLE client_keys (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    hash         BLOB NOT NULL UNIQUE,
    -- Patterns with commas between them; empty allows every model.
    models       TEXT NOT NULL,
    daily_cap    INTEGER,
    created_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX client_keys_in_use ON client_keys (name) WHERE revoked = 0;

-- What went through the proxy; never what was said. Key and credential may be gone.
CREATE TABLE requests (
    id               INTEGER PRIMARY KEY,
    at               INTEGER NOT NULL,
    key_id           TEXT NOT NULL,
    key_name         TEXT NOT NULL,
    endpoint         TEXT NOT NULL,
    model_asked      TEXT NOT NULL,
    model_used       TEXT,
    credential       TEXT,
    provider         TEXT,
    tokens_in        INTEGER,
    tokens_out       INTEGER,
    tokens_cached    INTEGER,
    tokens_reasoning INTEGER,
    duration_ms      INTEGER NOT NULL,
    first_byte_ms    INTEGER,
    status           INTEGER NOT NULL,
    outcome          TEXT NOT NULL,
    retries          INTEGER NOT NULL,
    decision         TEXT NOT NULL
) STRICT;

CREATE INDEX requests_by_time ON requests (at);
CREATE INDEX requests_by_key ON requests (key_id, at);
CREATE INDEX requests_by_credential ON requests (credential, at);
