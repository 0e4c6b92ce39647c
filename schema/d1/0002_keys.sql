-- Keys beside the first admin key, which is a secret of the Worker.
-- The comments are told to everyone: their form is said at the top of schema/ledger/0001_ledger.sql.

-- The keys of those who may read figures, send customer ids or manage surveys. Nothing here belongs to
-- a respondent.
-- Kind: configuration
-- Life: until the key is deleted
create table keys (
  id text primary key check (length(id) = 16), -- a random number that the key is found by
  name text not null,                     -- what the owner calls the key
  scopes text not null check (json_valid(scopes)), -- what the key may do, as JSON: read, ingest, admin
  surveys text check (json_valid(surveys)), -- the public ids of the surveys that the key is bound to, as JSON, or null
  created integer not null,               -- when the key was made (ms since 1970)
  hash text not null check (length(hash) = 64) -- a keyed hash of the key, which is not stored itself
) strict, without rowid;
