-- People who sign in by themselves. password is Argon2id's own text; totp_secret is base32 and counts once confirmed;
-- totp_step is the last step that was accepted, so that a code works once.
ALTER TABLE people ADD COLUMN active BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE people ADD COLUMN password TEXT;
ALTER TABLE people ADD COLUMN totp_secret TEXT;
ALTER TABLE people ADD COLUMN totp_confirmed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE people ADD COLUMN totp_step BIGINT NOT NULL DEFAULT 0;

-- A session is a token that a login gave. A token of a project reaches that project only.
ALTER TABLE tokens ADD COLUMN kind TEXT NOT NULL DEFAULT 'api' CHECK (kind IN ('api', 'session'));
ALTER TABLE tokens ADD COLUMN name TEXT;
ALTER TABLE tokens ADD COLUMN read_only BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE tokens ADD COLUMN project_id TEXT REFERENCES projects (id) ON DELETE CASCADE;
CREATE INDEX tokens_by_person ON tokens (person_id, kind, created_at, id);

CREATE TABLE recovery_codes (
  person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  hash      TEXT NOT NULL,
  PRIMARY KEY (person_id, hash)
);

CREATE TABLE project_access (
  project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  person_id  TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  permission TEXT NOT NULL CHECK (permission IN ('view', 'edit')),
  created_at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (project_id, person_id)
);
CREATE INDEX project_access_by_person ON project_access (person_id, project_id);

-- Who did what. Rows are added only; hash covers the row, with previous, which is the hash of the row before. No reference to people and
-- projects: the audit outlives them.
CREATE TABLE audit (
  number         BIGINT PRIMARY KEY,
  at             TIMESTAMPTZ NOT NULL,
  person_id      TEXT,
  person         TEXT,
  remote_address TEXT NOT NULL,
  operation      TEXT NOT NULL,
  subject        TEXT,
  project_id     TEXT,
  outcome        TEXT NOT NULL CHECK (outcome IN ('begun', 'done', 'refused', 'failed')),
  status         BIGINT,
  code           TEXT,
  request_id     TEXT NOT NULL,
  times          BIGINT NOT NULL,
  previous       TEXT NOT NULL,
  hash           TEXT NOT NULL
);
CREATE INDEX audit_by_person ON audit (person_id, number);
CREATE INDEX audit_by_operation ON audit (operation, number);
CREATE INDEX audit_by_subject ON audit (subject, number);

-- The chain's end, so that rows cut off it are missed. One row, made with the first of audit.
CREATE TABLE audit_head (
  id     BIGINT PRIMARY KEY CHECK (id = 1),
  number BIGINT NOT NULL,
  hash   TEXT NOT NULL
);
