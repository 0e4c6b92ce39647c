-- A survey's Ledger: the storage of one Durable Object. Every row here is pending or a secret; none
-- of it ever leaves this object but as a sealed batch.
--
-- These comments are told to everyone (GET /v1/surveys/{id}/privacy), in one form: above a table what it
-- holds, `-- Kind:` and `-- Life:`; behind each column what it holds. See src/store/inventory.rs.

-- One row of facts about the Ledger itself, and the survey's definition.
-- Kind: bookkeeping
-- Life: as long as the survey; when it is deleted, the row stays as a tombstone without definition and
-- secret, so that late responses are refused
create table head (
  one integer primary key check (one = 1), -- always 1: there is one row
  survey integer not null,            -- the survey's number in D1
  incarnation text not null,          -- a random name of this storage, for D1
  secret blob not null,               -- 32 random bytes that make the markers of submissions, draw the dimension of a
                                      -- response, and are part of what opens a way back; a secret that never leaves the
                                      -- Ledger
  created integer not null,           -- when the survey was made (ms since 1970); ticks and windows stand on a grid from here
  revision integer not null,          -- the revision of the survey's definition
  definition text not null,           -- the survey, as its owner defined it, with the controller's name and contact
  projected integer not null,         -- the revision that D1 is known to have
  next_sequence integer not null,     -- the number of the next batch
  next_bucket integer not null,       -- the number of the next bucket
  next_tick integer not null,         -- the next tick while anything is pending (ms since 1970)
  windows_over integer not null,      -- when the last window ended that is over (ms since 1970): it is not begun again
  sweep_at integer,                   -- when to look for what must be forgotten (ms since 1970)
  deleted integer not null check (deleted in (0, 1)) -- 1: the survey was deleted, and this is its tombstone
) strict;

-- The current window: the period in which a person counts once. Its secret makes the markers of persons;
-- without it they can be compared with nothing.
-- Kind: secret
-- Life: from the first response of an identified person to the end of the window, {window} at most; not
-- used from then on, and deleted at the next alarm or call
create table window (
  ends integer primary key,           -- when the window ends (ms since 1970)
  secret blob not null,               -- 32 random bytes; a secret that never leaves the Ledger
  pepper text not null                -- the id of the pepper that makes its pseudonyms; it follows from the pepper, and
                                      -- says nothing of it
) strict;

-- Who was counted in the window, so that a person counts once: for each person one marker, a keyed hash
-- of a keyed hash of a digest of the customer id. No row says what anybody answered.
-- Kind: pseudonymous
-- Life: to the end of the window, {window} at most; deleted with the window's secret
create table persons (
  window integer not null,            -- the end of the window (ms since 1970)
  marker blob not null check (length(marker) = 16), -- 128 bits of HMAC(window secret, HMAC(pepper, survey, digest of the customer id))
  primary key (window, marker)
) strict, without rowid;

-- Which submissions were taken, so that the same response sent again counts once: for each a marker, a
-- keyed hash of the submission id; and the way back to what was counted, for whoever takes the response
-- back. It is encrypted: it opens with the submission id, which is stored nowhere, and leads nowhere once
-- the buckets that it leads to are sealed or discarded, since their keys are deleted with them.
-- Kind: pseudonymous
-- Life: {submission_life} from the promised tick; not used from then on, and deleted by a daily sweep
create table submissions (
  marker blob primary key check (length(marker) = 16), -- 128 bits of HMAC(the Ledger's secret, submission id)
  tick integer not null,              -- the tick that the reply promised (ms since 1970)
  way_back blob not null              -- which buckets count it, under which keys, and for which marker of a person;
                                      -- encrypted, always of the same length or a multiple
) strict, without rowid;

-- What is pending: one bucket of counts for each question and cohort. No row says who answered, or which
-- answers to several questions came together. A bucket may hold a single response; it is never shown.
-- Kind: pending
-- Life: to the first tick (every {every}) at which it holds {min_cohort} responses, which seals it; after
-- {patience} it is merged into a wider one; what is not sealed {longest} after its oldest response is
-- discarded whole at the next tick
create table buckets (
  id integer primary key,             -- the bucket's number, never used twice
  question text not null,             -- the question
  dimension text not null,            -- the dimension that was drawn; empty for (unattributed)
  segment text not null,              -- the segment in it, or (none), (other), (unattributed)
  key blob not null check (length(key) = 32), -- opens the answers of the ways back that lead here; a secret that is
                                      -- deleted with the bucket
  n integer not null check (n >= 0),  -- how many responses; none, where all were taken back or counted before
  tallies text not null,              -- how often each answer was given, as JSON: key of an answer, count
  since integer not null,             -- since when it waits here (ms since 1970); patience is counted from this
  oldest integer not null,            -- when its oldest response came (ms since 1970)
  floor integer not null check (floor >= 5), -- how many responses it must reach
  unique (question, dimension, segment)
) strict;

-- Buckets that were merged into one that is pending, so that the ways back into them still lead there.
-- Kind: pending
-- Life: with the bucket that they were merged into: {longest} at most, and then to the next tick
create table merged (
  bucket integer primary key,         -- the number that the bucket had
  target integer not null,            -- the number of the bucket it was merged into
  key blob not null check (length(key) = 32) -- the key that it had; a secret that is deleted with the target
) strict;

-- Buckets that were discarded, pending for too long, so that a withdrawal can say so.
-- Kind: bookkeeping
-- Life: {submission_life} from the tick that discarded it; deleted by a daily sweep
create table expired (
  bucket integer primary key,         -- the number that the bucket had
  tick integer not null               -- the tick that discarded it (ms since 1970)
) strict;

-- What became of the answers to each question, in numbers:
-- accepted = pending + sealed + released + withdrawn + expired, at every instant.
-- Kind: aggregate
-- Life: as long as the survey
create table accounts (
  question text primary key,          -- the question
  scale text not null,                -- its kind and scale: counts of another scale are never added
  accepted integer not null,          -- how many answers were counted, ever
  released integer not null,          -- how many of them D1 has
  withdrawn integer not null,         -- how many were taken back
  expired integer not null,           -- how many were pending for too long, and discarded
  withdrawn_shown integer not null,   -- as much of `withdrawn` as was ever told; it moves by {min_cohort} or more
  expired_shown integer not null      -- as much of `expired` as was ever told; it moves by {min_cohort} or more
) strict, without rowid;

-- Sealed batches that D1 has not confirmed yet: counts of cohorts of at least the survey's min_cohort.
-- Kind: aggregate
-- Life: until D1 has confirmed the batch, usually a moment
create table batches (
  sequence integer primary key,       -- the batch's number
  day text not null,                  -- the UTC day that its figures belong to
  cohorts text not null               -- the bytes that D1 will be told: question, dimension, segment, min_cohort, n, tallies
                                      -- of each cohort
) strict;
