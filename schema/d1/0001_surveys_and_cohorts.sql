-- What the business defined, and aggregate counts. Nothing here belongs to one respondent.

create table surveys (
  id integer primary key autoincrement,   -- never used again; its sqid is the public id
  revision integer not null check (revision >= 1),
  created integer not null,               -- milliseconds since 1970 (UTC)
  definition text not null,               -- the survey, as JSON
  -- The last day that was rolled up to its month; days up to it are readable by month alone.
  rolled_through text check (rolled_through glob '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]')
) strict;

-- One row per day and cohort of a question, tallies inside: a release of a cohort writes one row.
-- The checks hold for each release by itself: an upsert is checked before it is added.
create table cohorts (
  survey integer not null references surveys (id) on delete cascade,
  day text not null check (day glob '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'),
  question text not null,
  dimension text not null,                -- empty for (unattributed)
  segment text not null,
  min_cohort integer not null check (min_cohort >= 5),
  n integer not null check (n >= min_cohort),
  tallies text not null check (json_valid(tallies)),
  primary key (survey, day, question, dimension, segment)
) strict, without rowid;

-- What days are rolled up to: the same by month. A day is added to its month and deleted at once.
create table months (
  survey integer not null references surveys (id) on delete cascade,
  month text not null check (month glob '[0-9][0-9][0-9][0-9]-[0-1][0-9]'),
  question text not null,
  dimension text not null,
  segment text not null,
  min_cohort integer not null check (min_cohort >= 5),
  n integer not null check (n >= min_cohort),
  tallies text not null check (json_valid(tallies)),
  primary key (survey, month, question, dimension, segment)
) strict, without rowid;

-- Every notice that was ever in force, so that a consent that names its hash can still be read.
create table notices (
  survey integer not null references surveys (id) on delete cascade,
  hash text not null,
  text text not null check (json_valid(text)),   -- locale to text
  since integer not null,                 -- first in force: milliseconds since 1970 (UTC)
  primary key (survey, hash)
) strict, without rowid;

-- The last batch applied, per incarnation of a Ledger: a batch told twice is added once.
create table applied (
  survey integer not null references surveys (id) on delete cascade,
  incarnation text not null,
  sequence integer not null,
  primary key (survey, incarnation)
) strict, without rowid;
