-- People and what they hold. A token is stored as a hash only.
CREATE TABLE people (
  id            TEXT PRIMARY KEY,
  name          TEXT NOT NULL UNIQUE,
  administrator BOOLEAN NOT NULL,
  created_at    TIMESTAMP NOT NULL
);

CREATE TABLE tokens (
  id         TEXT PRIMARY KEY,
  person_id  TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  hash       TEXT NOT NULL UNIQUE,
  created_at TIMESTAMP NOT NULL,
  expires_at TIMESTAMP
);

CREATE TABLE projects (
  id         TEXT PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  created_at TIMESTAMP NOT NULL
);

-- What happened, numbered. AUTOINCREMENT: a number is never given twice, even after the last row was removed.
CREATE TABLE events (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  at         TIMESTAMP NOT NULL,
  type       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  project_id TEXT,
  data       JSON NOT NULL
);

CREATE TABLE assets (
  id             TEXT PRIMARY KEY,
  storage        TEXT NOT NULL,
  key            TEXT NOT NULL,
  filename       TEXT NOT NULL,
  project_id     TEXT REFERENCES projects (id),
  status         TEXT NOT NULL CHECK (status IN ('live', 'processing', 'ready', 'error')),
  version        TEXT,
  duration_ms    BIGINT,
  width          BIGINT,
  height         BIGINT,
  framerate      DOUBLE PRECISION,
  audio_channels BIGINT,
  size_bytes     BIGINT,
  checksum       TEXT,
  media          JSON,
  error_message  TEXT,
  created_at     TIMESTAMP NOT NULL,
  updated_at     TIMESTAMP NOT NULL
);
CREATE INDEX assets_by_age ON assets (created_at DESC, id DESC);
CREATE INDEX assets_by_project ON assets (project_id, created_at DESC, id DESC);
CREATE INDEX assets_unfinished ON assets (status) WHERE status IN ('live', 'processing');

-- The media cache: at most one staged copy of an asset on a node.
CREATE TABLE media_cache (
  asset_id      TEXT PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
  status        TEXT NOT NULL CHECK (status IN ('pending', 'staging', 'ready', 'error')),
  path          TEXT,
  size_bytes    BIGINT,
  checksum      TEXT,
  version       TEXT,
  error_message TEXT,
  used_at       TIMESTAMP NOT NULL,
  updated_at    TIMESTAMP NOT NULL
);
CREATE INDEX media_cache_by_use ON media_cache (used_at) WHERE status = 'ready';

-- Work to be done outside a transaction: claimed, leased, fenced by owner and attempt. attempt rises with every claim;
-- failures are the attempts that count against max_attempts: being interrupted by a clean stop does not.
CREATE TABLE jobs (
  id            TEXT PRIMARY KEY,
  type          TEXT NOT NULL CHECK (type IN ('probe', 'stage')),
  asset_id      TEXT NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
  status        TEXT NOT NULL CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  priority      BIGINT NOT NULL DEFAULT 0,
  attempt       BIGINT NOT NULL DEFAULT 0,
  failures      BIGINT NOT NULL DEFAULT 0,
  max_attempts  BIGINT NOT NULL,
  run_at        TIMESTAMP NOT NULL,
  owner         TEXT,
  lease_until   TIMESTAMP,
  bytes_done    BIGINT NOT NULL DEFAULT 0,
  bytes_total   BIGINT,
  error_message TEXT,
  created_at    TIMESTAMP NOT NULL,
  updated_at    TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX jobs_one_open ON jobs (type, asset_id) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_ready ON jobs (type, priority DESC, run_at, id) WHERE status = 'queued';
CREATE INDEX jobs_leased ON jobs (type, lease_until) WHERE status = 'running';
CREATE INDEX jobs_by_age ON jobs (created_at DESC, id DESC);
CREATE INDEX jobs_by_asset ON jobs (asset_id);

-- A channel: what is wanted (desired) and what was seen (status). epoch rises with every grant of the channel to a
-- worker; every write of an owner says WHERE epoch = $n.
CREATE TABLE playout_channels (
  id                 TEXT PRIMARY KEY,
  name               TEXT NOT NULL,
  node_id            TEXT,
  output_type        TEXT NOT NULL,
  output_config      JSON NOT NULL,
  video_format       TEXT NOT NULL,
  project_id         TEXT REFERENCES projects (id),
  desired            TEXT NOT NULL CHECK (desired IN ('stopped', 'running')),
  status             TEXT NOT NULL CHECK (status IN ('stopped', 'starting', 'running', 'stopping', 'error')),
  epoch              BIGINT NOT NULL DEFAULT 0,
  container_id       TEXT,
  worker_port        BIGINT,
  loaded_playlist_id TEXT,
  events_taken       BIGINT NOT NULL DEFAULT 0,
  error_message      TEXT,
  restart_count      BIGINT NOT NULL DEFAULT 0,
  last_restart_at    TIMESTAMP,
  last_heartbeat_at  TIMESTAMP,
  created_at         TIMESTAMP NOT NULL,
  updated_at         TIMESTAMP NOT NULL
);
CREATE INDEX playout_channels_by_age ON playout_channels (created_at DESC, id);

CREATE TABLE playout_playlists (
  id         TEXT PRIMARY KEY,
  channel_id TEXT NOT NULL REFERENCES playout_channels (id) ON DELETE CASCADE,
  name       TEXT NOT NULL,
  loop       BOOLEAN NOT NULL,
  created_at TIMESTAMP NOT NULL,
  updated_at TIMESTAMP NOT NULL
);
CREATE INDEX playout_playlists_by_channel ON playout_playlists (channel_id, created_at, id);

CREATE TABLE playout_items (
  id            TEXT PRIMARY KEY,
  playlist_id   TEXT NOT NULL REFERENCES playout_playlists (id) ON DELETE CASCADE,
  asset_id      TEXT NOT NULL REFERENCES assets (id),
  sort_order    BIGINT NOT NULL,
  in_point      DOUBLE PRECISION,
  out_point     DOUBLE PRECISION,
  transition    TEXT NOT NULL,
  transition_ms BIGINT NOT NULL,
  created_at    TIMESTAMP NOT NULL,
  updated_at    TIMESTAMP NOT NULL
);
CREATE INDEX playout_items_by_playlist ON playout_items (playlist_id, sort_order);
CREATE INDEX playout_items_by_asset ON playout_items (asset_id);

-- Written from frames observed. start_number is the number of the worker's event that began the row, so that an event
-- that comes twice writes once. No reference to items and assets: the log outlives them.
CREATE TABLE playout_as_run (
  id                      TEXT PRIMARY KEY,
  channel_id              TEXT NOT NULL REFERENCES playout_channels (id) ON DELETE CASCADE,
  start_number            BIGINT NOT NULL,
  item_id                 TEXT,
  asset_id                TEXT,
  playlist_id             TEXT,
  load_id                 TEXT,
  clip_name               TEXT,
  loop_count              BIGINT,
  transition              TEXT,
  planned_at              TIMESTAMP,
  started_at              TIMESTAMP NOT NULL,
  ended_at                TIMESTAMP,
  start_frame             BIGINT,
  end_frame               BIGINT,
  offset_frames           BIGINT NOT NULL DEFAULT 0,
  planned_duration_frames BIGINT,
  frames_sent             BIGINT,
  repeated_frames         BIGINT,
  deviation_ms            DOUBLE PRECISION,
  result                  TEXT NOT NULL,
  reason                  TEXT,
  UNIQUE (channel_id, start_number)
);
CREATE INDEX playout_as_run_by_time ON playout_as_run (channel_id, started_at DESC, start_number DESC);

-- What is occupied alone, such as a port of a card, by whom. The primary key is the whole lock.
CREATE TABLE claims (
  node        TEXT NOT NULL,
  resource    TEXT NOT NULL,
  holder_kind TEXT NOT NULL,
  holder_id   TEXT NOT NULL,
  taken_at    TIMESTAMP NOT NULL,
  PRIMARY KEY (node, resource)
);
CREATE INDEX claims_by_holder ON claims (holder_kind, holder_id);
