-- What `decision` says, in Simplified Chinese; empty where it was written down before, which is read as it is in English.
ALTER TABLE requests ADD COLUMN chinese TEXT NOT NULL DEFAULT '';
