-- What the business defined, and aggregate counts. Nothing here belongs to one respondent.

create table surveys (
  id integer primary key autoincrement,   -- never used again; its sqid is the public id
  revision integer not null check (revision >= 1),
  created integer not null,               -- milliseconds since 1970 (UTC)
  definition text not null                -- the survey, as JSON
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

-- The last batch applied, per incarnation of a Ledger: a batch told twice is added once.
create table applied (
  survey integer not null references surveys (id) on delete cascade,
  incarnation text not null,
  sequence integer not null,
  primary key (survey, incarnation)
) strict, without rowid;
