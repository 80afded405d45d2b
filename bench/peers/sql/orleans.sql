-- The three Orleans peers: a table of states behind the queries that Orleans' ADO.NET storage asks for by name (the packages don't carry
-- its scripts; this one has a primary key and upserts, where the stock table has neither), and the table of events of the other two.
drop schema if exists ol cascade; create schema ol; set search_path = ol;
create table orleansquery(querykey varchar(64) primary key, querytext varchar(8000) not null);
create table storage(
  h int not null, n0 bigint not null, n1 bigint not null, th int not null, ts varchar(512) not null, ext varchar(512) not null,
  payload bytea, version int not null, primary key (n0, n1, th, ts, ext)) with (fillfactor = 60);
insert into orleansquery values
('ReadFromStorageKey', 'select payload as payloadbinary, null::text as payloadjson, null::text as payloadxml, now() at time zone ''utc'', version
  from ol.storage where n0=@GrainIdN0 and n1=@GrainIdN1 and th=@GrainTypeHash and ts=@GrainTypeString and ext=coalesce(@GrainIdExtensionString,'''')'),
('WriteToStorageKey', 'with w as (insert into ol.storage as s values(@GrainIdHash,@GrainIdN0,@GrainIdN1,@GrainTypeHash,@GrainTypeString,coalesce(@GrainIdExtensionString,''''),@PayloadBinary,1)
  on conflict (n0,n1,th,ts,ext) do update set payload=excluded.payload, version=s.version+1 where s.version=@GrainStateVersion returning version)
  select coalesce((select version from w),@GrainStateVersion) as newgrainstateversion'),
('ClearStorageKey', 'update ol.storage set payload=null, version=version+1 where n0=@GrainIdN0 and n1=@GrainIdN1 and th=@GrainTypeHash and ts=@GrainTypeString and ext=coalesce(@GrainIdExtensionString,'''')
  and version=@GrainStateVersion returning version as newgrainstateversion');
create table event(
  acct bigint not null, event_id uuid not null, kind smallint not null,
  ts bigint not null, amount bigint not null, expires bigint not null,
  primary key (acct, event_id));
