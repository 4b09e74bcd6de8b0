-- Thinning out goes by time alone.
CREATE INDEX samples_by_time ON samples (at);
