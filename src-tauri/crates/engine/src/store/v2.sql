-- Thinning out goes by time alone.
CREATE INDEX samples_by_time ON samples (at);

-- What `sentence` says, in Simplified Chinese; what was decided before stays in English.
ALTER TABLE decisions ADD COLUMN chinese TEXT NOT NULL DEFAULT '';
UPDATE decisions SET chinese = sentence;
