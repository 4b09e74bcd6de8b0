-- What was said in a request, where the user lets it be kept; `sealed` is nothing but ciphertext. Never in a copy.
CREATE TABLE prompts (
    request INTEGER PRIMARY KEY REFERENCES requests (id) ON DELETE CASCADE,
    at      INTEGER NOT NULL,
    sealed  BLOB NOT NULL
) STRICT;

CREATE INDEX prompts_by_time ON prompts (at);
