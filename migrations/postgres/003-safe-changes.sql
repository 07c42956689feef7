-- How often its editors have changed a resource: what If-Match compares. Not raised by what only happens to it.
ALTER TABLE playout_channels ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE playout_playlists ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE playout_items ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

-- Answers to calls with an Idempotency-Key. A row comes with the first change of its call, in one transaction; status
-- is null while the answer is not known. call_id names the one call that may write the row.
-- project_id is what the call was about: who may not make it any more is not told its answer.
CREATE TABLE kept_answers (
  caller_id    TEXT NOT NULL,
  key          TEXT NOT NULL,
  call_id      TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  project_id   TEXT,
  status       BIGINT,
  headers      JSON,
  body         TEXT,
  created_at   TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (caller_id, key)
);
CREATE INDEX kept_answers_by_age ON kept_answers (created_at);
CREATE INDEX kept_answers_by_caller ON kept_answers (caller_id, created_at);
