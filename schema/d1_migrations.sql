-- Described here and never run: wrangler makes this table in D1 by itself. The form of the comments:
-- see ledger/0001_ledger.sql.

-- Which files of schema/d1 were applied to the database. Made and kept by wrangler.
-- Kind: bookkeeping
-- Life: as long as the database
create table d1_migrations (
  id integer primary key autoincrement,   -- a number in the order of applying
  name text unique,                       -- the file's name
  applied_at timestamp default current_timestamp not null -- when it was applied (UTC)
);
