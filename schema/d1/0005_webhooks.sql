-- Webhooks. The comments are told to everyone: their form is said at the top of schema/ledger/0001_ledger.sql.

-- Where the business has events sent, by URL. The secret that a receiver verifies them with is not stored:
-- it follows from the id and a secret of the Workers. Nothing here belongs to a respondent.
-- Kind: configuration
-- Life: until the webhook is deleted
create table webhooks (
  id text primary key check (length(id) = 16), -- a random number that the webhook is found by
  name text not null,                     -- what the owner calls the webhook
  url text not null check (length(url) <= 2000), -- where events are sent
  key text not null,                      -- the id of the key that the webhook's secret follows from
  created integer not null,               -- when the webhook was made (ms since 1970)
  disabled integer                        -- when the receiver said that it wants no more (ms since 1970), or null
) strict, without rowid;
