-- The engagement score, as its team defined it.
-- The comments are told to everyone: their form is said at the top of schema/ledger/0001_ledger.sql.

-- What the engagement score is made of: which KPIs of surveys and of the business, with their weights,
-- floors and targets. One row at most. Nothing here belongs to a respondent.
-- Kind: configuration
-- Life: until it is replaced
create table engagement (
  one integer primary key check (one = 1), -- always 1: there is one definition
  revision integer not null check (revision >= 1), -- how often it was defined
  definition text not null check (json_valid(definition)) -- the definition as JSON: a name, and parts
) strict;
