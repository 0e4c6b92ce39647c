-- Made before all other tables. The form of the comments: see 0001_ledger.sql.

-- Which files of schema/ledger this storage has applied.
-- Kind: bookkeeping
-- Life: as long as the Ledger's storage, the tombstone of a deleted survey included
create table if not exists migrations (
  number integer primary key          -- the place of an applied file in the list of files
) strict;
