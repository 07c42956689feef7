-- People whom an OpenID Connect provider signs in. oidc_name is what the provider calls them, as an administrator said; issuer and
-- subject are the provider's own name of the account, bound with the first login.
ALTER TABLE people ADD COLUMN oidc_name TEXT;
ALTER TABLE people ADD COLUMN oidc_issuer TEXT;
ALTER TABLE people ADD COLUMN oidc_subject TEXT;
CREATE UNIQUE INDEX people_by_oidc_name ON people (oidc_name);
CREATE UNIQUE INDEX people_by_oidc_subject ON people (oidc_issuer, oidc_subject);

-- Logins that came back from the provider, until they would have expired: each works once.
CREATE TABLE oidc_states (
  hash       TEXT PRIMARY KEY,
  expires_at TIMESTAMPTZ NOT NULL
);

-- What seals the cookie of a login under way, the same for every controller on the store. One row, made with the first.
CREATE TABLE oidc_key (
  id  BIGINT PRIMARY KEY CHECK (id = 1),
  key TEXT NOT NULL
);
