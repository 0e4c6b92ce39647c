-- Alerts. The comments are told to everyone: their form is said at the top of schema/ledger/0001_ledger.sql.

-- Conditions of the team's own on released and reported figures, and how each stood when it was last looked
-- at. Nothing here belongs to a respondent.
-- Kind: configuration
-- Life: until the alert or its survey is deleted
create table alerts (
  id text primary key check (length(id) = 16), -- a random number that the alert is found by
  name text not null,                     -- what the owner calls the alert
  webhook text not null references webhooks (id), -- the webhook that is told
  survey integer references surveys (id) on delete cascade, -- the number of the survey that it is about; null: about the business's facts
  condition text not null check (json_valid(condition)), -- when it is raised, as JSON
  created integer not null,               -- when the alert was made (ms since 1970)
  revision integer not null check (revision >= 1), -- how often the alert or how it stands was written
  raised integer,                         -- since when its condition holds (ms since 1970), or null
  known text not null check (json_valid(known)), -- the drivers that were there at the last check, as JSON
  reason text,                            -- why nothing could be judged at the last check, or null
  seen text not null,                     -- the UTC day and the releases, or the reports of facts, that the last check knew of
  checked integer not null                -- when a check was last begun (ms since 1970); 0: never
) strict, without rowid;

create index alerts_by_webhook on alerts (webhook);

-- How often facts were reported, so that alerts on them are looked at again. One row at most.
-- Kind: bookkeeping
-- Life: as long as the database
create table reported (
  one integer primary key check (one = 1), -- always 1: there is one count
  times integer not null check (times >= 1) -- how often a day's facts were replaced
) strict;

-- Events that are to be sent to a webhook, and what became of those that were: released and reported figures
-- alone, nothing of a respondent.
-- Kind: aggregate
-- Life: 30 days, and no longer than the webhook; deleted by cron
create table deliveries (
  id text primary key check (length(id) = 36), -- the event's id, the same however often it is sent; it begins with the time
  webhook text not null references webhooks (id) on delete cascade, -- the webhook
  alert text,                             -- the alert that it tells of, or null
  type text not null check (type in ('alert.raised', 'alert.cleared', 'test')), -- what it tells
  created integer not null,               -- when it was made (ms since 1970)
  body text not null check (json_valid(body)), -- what is sent, as JSON
  attempts integer not null check (attempts >= 0), -- how often it was sent
  next integer,                           -- when it is sent again (ms since 1970), or null
  state text not null check (state in ('waiting', 'delivered', 'failed', 'dropped')), -- what became of it
  status integer,                         -- what the receiver last replied, or null
  why text                                -- why it was not taken the last time, in a word, or null
) strict, without rowid;

create index deliveries_due on deliveries (next) where state = 'waiting';
