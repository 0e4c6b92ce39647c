-- What the business defined, and aggregate counts. Nothing here belongs to one respondent.
-- The comments are told to everyone: their form is said at the top of schema/ledger/0001_ledger.sql.

-- The surveys, as their owners defined them. SQLite keeps the largest id that was ever given in a table
-- of its own, sqlite_sequence.
-- Kind: configuration
-- Life: until the survey is deleted
create table surveys (
  id integer primary key autoincrement,   -- the survey's number, never used again; the public id is made of it
  revision integer not null check (revision >= 1), -- the revision of the definition
  created integer not null,               -- when the survey was made (ms since 1970)
  definition text not null,               -- the survey as JSON, with the controller's name and contact
  rolled_through text check (rolled_through glob '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]') -- the last day that was
                                          -- added up to its month; days up to it are readable by month alone
) strict;

-- (For whoever changes this: One row per day and cohort, tallies inside: a release of a cohort writes one row. The checks hold for
-- each release by itself: an upsert is checked before it is added.)

-- What was released: for each day and each cohort of a question how often each answer was given. (How
-- many consented to what is counted likewise, under a question of its own for each notice.) A
-- release has at least the survey's min_cohort responses, and never fewer than 5: the database itself
-- refuses a smaller one.
-- Kind: aggregate
-- Life: {retention_days} days, then added up to months
create table cohorts (
  survey integer not null references surveys (id) on delete cascade, -- the survey's number
  day text not null check (day glob '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- the UTC day that the figures belong to
  question text not null,                 -- the question
  dimension text not null,                -- the dimension that was drawn; empty for (unattributed)
  segment text not null,                  -- the segment in it, or (none), (other), (unattributed)
  min_cohort integer not null check (min_cohort >= 5), -- the fewest responses that a release had to have
  n integer not null check (n >= min_cohort), -- how many responses
  tallies text not null check (json_valid(tallies)), -- how often each answer was given, as JSON: key of an answer, count
  primary key (survey, day, question, dimension, segment)
) strict, without rowid;

-- What was released, by month: the days that are too old to be kept by day are added up to these, and
-- deleted at once.
-- Kind: aggregate
-- Life: until {retention_months} months have passed after the month
create table months (
  survey integer not null references surveys (id) on delete cascade, -- the survey's number
  month text not null check (month glob '[0-9][0-9][0-9][0-9]-[0-1][0-9]'), -- the UTC month that the figures belong to
  question text not null,                 -- the question
  dimension text not null,                -- the dimension that was drawn; empty for (unattributed)
  segment text not null,                  -- the segment in it, or (none), (other), (unattributed)
  min_cohort integer not null check (min_cohort >= 5), -- the fewest responses that a release had to have
  n integer not null check (n >= min_cohort), -- how many responses
  tallies text not null check (json_valid(tallies)), -- how often each answer was given, as JSON: key of an answer, count
  primary key (survey, month, question, dimension, segment)
) strict, without rowid;

-- Every notice that was ever in force, so that a consent that names its hash can still be read.
-- Kind: configuration
-- Life: until the survey is deleted
create table notices (
  survey integer not null references surveys (id) on delete cascade, -- the survey's number
  hash text not null,                     -- the hash of the notice, by which consents name it
  text text not null check (json_valid(text)), -- the notice in each language, as JSON
  since integer not null,                 -- when it was first in force (ms since 1970)
  primary key (survey, hash)
) strict, without rowid;

-- The last batch applied, for each storage that a survey's Ledger ever had: a batch told twice is added
-- once.
-- Kind: bookkeeping
-- Life: until the survey is deleted
create table applied (
  survey integer not null references surveys (id) on delete cascade, -- the survey's number
  incarnation text not null,              -- the random name of the Ledger's storage
  sequence integer not null,              -- the number of the last batch of it that is in `cohorts`
  primary key (survey, incarnation)
) strict, without rowid;

-- Facts: the business's own aggregate numbers of a day, as it reported them. They are the business's, not
-- of respondents, and nothing of a response is in them.
-- Kind: aggregate
-- Life: until the business replaces the day
create table facts (
  day text not null check (day glob '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- the UTC day
  channel text not null,                  -- the business's channel; empty for what belongs to none
  fact text not null,                     -- which number: a name of the API's list
  value integer not null check (value between 0 and 999999999999999), -- the number; of money, its thousandths
  primary key (day, channel, fact)
) strict, without rowid;
