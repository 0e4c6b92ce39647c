-- Rewards. The comments are told to everyone: their form is said at the top of schema/ledger/0001_ledger.sql.

-- The rewards that were redeemed, so that each is redeemed once. A row says that some code was; not whose
-- it was, nor what was answered: codes are not stored when they are given.
-- Kind: bookkeeping
-- Life: 366 days, longer than the code can be used or given again; deleted by cron
create table rewards (
  survey integer not null references surveys (id) on delete cascade, -- the survey's number
  mark text not null check (length(mark) = 64), -- a keyed hash of what the code was made of
  expires text not null check (expires glob '[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]'), -- the last day of its life
  primary key (survey, mark)
) strict, without rowid;
