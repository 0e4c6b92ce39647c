-- A survey's Ledger: the storage of one Durable Object. Every row here is pending or a secret; none
-- of it ever leaves this object but as a sealed batch. Instants are milliseconds since 1970 (UTC).

-- One row: facts about the Ledger itself.
create table head (
  one integer primary key check (one = 1),
  survey integer not null,
  incarnation text not null,          -- random; names this storage to D1
  secret blob not null,               -- makes submission markers and draws
  created integer not null,           -- the grid of ticks and windows stands on this instant
  revision integer not null,
  definition text not null,           -- the survey, as its owner defined it
  projected integer not null,         -- the revision that D1 is known to have
  next_sequence integer not null,
  next_bucket integer not null,
  next_tick integer not null,
  windows_over integer not null,      -- the end of the last window that is over
  sweep_at integer,                   -- when to look for what must be forgotten
  deleted integer not null check (deleted in (0, 1))
) strict;

-- The current window. The secret dies with the row, and makes its markers meaningless.
create table window (
  ends integer primary key,
  secret blob not null,
  pepper text not null                -- the id of the pepper that makes its pseudonyms
) strict;

-- Who has been counted in a window: HMAC(window secret, HMAC(pepper, survey, subject)).
create table persons (
  window integer not null,
  marker blob not null check (length(marker) = 16),
  primary key (window, marker)
) strict, without rowid;

-- Which submissions were taken: HMAC(secret, submission id). Kept for 30 days.
create table submissions (
  marker blob primary key check (length(marker) = 16),
  tick integer not null,              -- the tick it was promised
  way_back blob not null              -- where it was counted; opens with the submission id alone
) strict, without rowid;

-- What is pending: one bucket per question and cohort. No row says who, or which answers go together.
create table buckets (
  id integer primary key,
  question text not null,
  dimension text not null,            -- empty for (unattributed)
  segment text not null,
  key blob not null check (length(key) = 32), -- opens the answers of the ways back into it
  n integer not null check (n >= 0),
  tallies text not null,              -- {"key of an answer": count}
  since integer not null,             -- waiting here since; patience is counted from this
  oldest integer not null,            -- the oldest response in it; 30 days are counted from this
  floor integer not null check (floor >= 5),
  unique (question, dimension, segment)
) strict;

-- Buckets that were merged into one that is pending, each with the key it had.
create table merged (
  bucket integer primary key,
  target integer not null,
  key blob not null check (length(key) = 32)
) strict;

-- Buckets that were discarded, pending for too long. Kept for 30 days.
create table expired (
  bucket integer primary key,
  tick integer not null               -- the tick that discarded it
) strict;

-- accepted = pending + sealed + released + withdrawn + expired, per question, at every instant.
create table accounts (
  question text primary key,
  scale text not null,
  accepted integer not null,
  released integer not null,
  withdrawn integer not null,
  expired integer not null,
  withdrawn_shown integer not null,
  expired_shown integer not null
) strict, without rowid;

-- Sealed batches that D1 has not confirmed yet.
create table batches (
  sequence integer primary key,
  day text not null,
  cohorts text not null               -- the bytes that D1 will be told, whatever happens
) strict;
