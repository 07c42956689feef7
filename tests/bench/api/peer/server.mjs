// What somebody would write instead: Express 5 and pg, with the statements of Wyvern's two busiest calls, prepared, over a
// pool of as many connections, and the same look-up of the token, remembered for the same second.
//
//   node server.mjs PORT_OF_THE_DATABASE DATABASE [without-audit]: prints its own port
//
// `without-audit` leaves out the rows of the audit, whose chain makes writers wait for each other, and the one guarantee
// that such a server would hardly give.
import {createHash, randomUUID} from 'node:crypto';
import express from 'express';
import pg from 'pg';

const pool = new pg.Pool({host: '127.0.0.1', port: Number(process.argv[2]), database: process.argv[3], user: 'wyvern', max: 8});
pg.types.setTypeParser(20, Number);  // BIGINT
const audited = process.argv[4] !== 'without-audit';
const app = express();
app.disable('x-powered-by');
app.use(express.json({limit: '64kb'}));

const known = new Map();
async function caller(request, response, next) {
  const credential = request.get('authorization')?.replace(/^Bearer /, '');
  if (!credential) return response.status(401).json({error: 'no token', code: 'access.token_missing'});
  const hash = createHash('sha256').update(credential).digest('hex');
  const now = performance.now();
  let found = known.get(hash);
  if (!found || found.until < now) {
    const {rows} = await pool.query({
      name: 'token',
      text: 'SELECT people.id, people.name, people.administrator FROM tokens JOIN people ON people.id = tokens.person_id ' +
            'WHERE tokens.hash = $1 AND (tokens.expires_at IS NULL OR tokens.expires_at > $2)',
      values: [hash, new Date()]
    });
    if (rows.length === 0) return response.status(401).json({error: 'the token is not known', code: 'access.token_unknown'});
    found = {person: rows[0], until: now + 1000};
    known.set(hash, found);
  }
  request.caller = found.person;
  next();
}

app.get('/api/v1/playout/channels', caller, async (request, response) => {
  const {rows} = await pool.query({
    name: 'channels',
    text: 'SELECT id, name, node_id, output_type, output_config, video_format, status, container_id, error_message, ' +
          'project_id, restart_count, last_restart_at, last_heartbeat_at, created_at, updated_at FROM playout_channels ' +
          'ORDER BY created_at DESC, id LIMIT $1',
    values: [500]
  });
  response.json(rows);
});

const items = 'SELECT i.id, i.playlist_id, i.asset_id, i.sort_order, i.in_point, i.out_point, i.transition, ' +
    'i.transition_ms, i.created_at, i.updated_at, i.version, a.filename AS clip_name, a.duration_ms AS ' +
    "asset_duration_ms, a.status AS asset_status, COALESCE(m.status, 'pending') AS media_status, m.path AS media_path, " +
    'COALESCE(m.error_message, a.error_message) AS error_message, m.size_bytes AS media_size_bytes, m.used_at AS ' +
    "media_used_at, COALESCE(m.version, '') = COALESCE(a.version, '') AS media_is_current FROM playout_items i JOIN " +
    'assets a ON a.id = i.asset_id LEFT JOIN media_cache m ON m.asset_id = i.asset_id ';
const place = 'SELECT p.id AS playlist_id, p.channel_id, c.project_id, c.loaded_playlist_id, c.status FROM ' +
    'playout_playlists p JOIN playout_channels c ON c.id = p.channel_id WHERE p.id = $1';
const placeAndAsset = 'SELECT p.id AS playlist_id, p.channel_id, c.project_id, c.loaded_playlist_id, c.status, a.id AS ' +
    'asset_id, a.project_id AS asset_project_id, a.duration_ms FROM playout_playlists p JOIN playout_channels c ON ' +
    'c.id = p.channel_id LEFT JOIN assets a ON a.id = $2 WHERE p.id = $1';

// The same rows as Wyvern's, and the same lock: a chain has one end.
async function audit(client, request, subject, now) {
  const {rows: [head]} = await client.query(
      {name: 'head', text: 'SELECT number, hash FROM audit_head WHERE id = 1 FOR UPDATE', values: []});
  const entry = [Number(head.number) + 1, now, request.caller.id, request.caller.name, request.ip,
                 'playout.items.append', subject, null, 'done', 201, null, randomUUID(), 1, head.hash];
  const hash = createHash('sha256').update(JSON.stringify(entry)).digest('hex');
  await client.query({
    name: 'audit',
    text: 'INSERT INTO audit (number, at, person_id, person, remote_address, operation, subject, project_id, outcome, ' +
          'status, code, request_id, times, previous, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, ' +
          '$13, $14, $15)',
    values: [...entry, hash]
  });
  await client.query(
      {name: 'to_head', text: 'UPDATE audit_head SET number = $1, hash = $2 WHERE id = 1', values: [entry[0], hash]});
}

app.post('/api/v1/playout/playlists/:id/items', caller, async (request, response) => {
  const {asset_id} = request.body;
  if (!asset_id) return response.status(400).json({error: 'asset_id is required', code: 'field.required'});
  await pool.query({name: 'place', text: place, values: [request.params.id]});  // whose project it is
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const {rows: [found]} = await client.query(
        {name: 'place_and_asset', text: placeAndAsset, values: [request.params.id, asset_id]});
    if (!found) throw {status: 404, error: 'Playlist not found'};
    if (!found.asset_id) throw {status: 404, error: 'Asset not found'};
    const id = randomUUID();
    const now = new Date();
    await client.query({
      name: 'insert',
      text: 'INSERT INTO playout_items (id, playlist_id, asset_id, sort_order, in_point, out_point, transition, ' +
            'transition_ms, created_at, updated_at) VALUES ($1, $2, $3, (SELECT COALESCE(MAX(sort_order), -1) + 1 FROM ' +
            'playout_items WHERE playlist_id = $2), $4, $5, $6, $7, $8, $8)',
      values: [id, request.params.id, asset_id, null, null, 'cut', 0, now]
    });
    const item = (await client.query({name: 'item', text: items + 'WHERE i.id = $1', values: [id]})).rows[0];
    await client.query({
      name: 'event',
      text: 'INSERT INTO events (at, type, subject, project_id, data) VALUES ($1, $2, $3, $4, $5)',
      values: [now, 'playout.item.added', id, null, item]
    });
    if (audited) await audit(client, request, id, now);
    await client.query('COMMIT');
    response.status(201).json(item);
  } catch (failure) {
    await client.query('ROLLBACK');
    response.status(failure.status ?? 500).json({error: failure.error ?? String(failure), code: 'peer'});
  } finally {
    client.release();
  }
});

const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port));
