-- pg-append and pg-copy: entries and one unique key, no ledger. One row an entry: with that no store on this server can take deduplicated entries faster.
drop schema if exists ap cascade; create schema ap;
create table ap.event(
  acct bigint not null, event_id uuid not null, kind smallint not null,
  ts bigint not null, amount bigint not null, expires bigint not null,
  primary key (acct, event_id));
