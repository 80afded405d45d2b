-- pg-fold: what one would come to after tuning. An account's row holds what is left of its credits in two arrays sorted by end, and
-- about every 1,000 events a copy of that is kept: a late event costs a replay from the copy before it, and not of everything.
drop schema if exists fo cascade; create schema fo; set search_path = fo;
create table account(
  acct bigint primary key, last_ts bigint not null default -9223372036854775808, last_kind smallint not null default 0,
  dirty boolean not null default false, since_ck int not null default 0,
  ends bigint[] not null default '{}', rems bigint[] not null default '{}') with (fillfactor = 50);
create table event(
  acct bigint not null, event_id uuid not null, kind smallint not null,
  ts bigint not null, amount bigint not null, expires bigint not null,
  primary key (acct, event_id));
create index event_time on event(acct, ts, kind) include (amount, expires);
create table checkpoint(   -- what is left when every event up to ts, included, is folded
  acct bigint not null, ts bigint not null, ends bigint[] not null, rems bigint[] not null, primary key (acct, ts));

create type st as (ends bigint[], rems bigint[]);

create function lock_account(p_acct bigint) returns account language plpgsql as $$
declare a account;
begin
  select * into a from account where acct = p_acct for update;
  if not found then
    insert into account(acct) values (p_acct) on conflict do nothing;
    select * into a from account where acct = p_acct for update;
  end if;
  return a;
end $$;

-- credits (kind 0, p_expires the last active tick) and usages (kind 1) come through the same door
create function put(p_acct bigint, p_id uuid, p_kind smallint, p_ts bigint, p_amount bigint, p_expires bigint) returns boolean
language plpgsql set search_path = fo as $$
declare a account; ends bigint[]; rems bigint[]; lo int := 1; n int; i int; want bigint := p_amount; cnt int;
begin
  a := lock_account(p_acct);
  insert into event values (p_acct, p_id, p_kind, p_ts, p_amount, p_expires) on conflict do nothing;
  if not found then return false; end if;
  if p_ts < a.last_ts or (p_ts = a.last_ts and p_kind < a.last_kind) then
    delete from checkpoint where acct = p_acct and ts >= p_ts;
    if not a.dirty then update account set dirty = true where acct = p_acct; end if;
    return true;
  end if;
  if a.dirty then return true; end if;
  ends := a.ends; rems := a.rems; n := coalesce(array_length(ends, 1), 0); cnt := a.since_ck + 1;
  if cnt > 1000 and p_ts > a.last_ts then
    insert into checkpoint values (p_acct, a.last_ts, ends, rems) on conflict do nothing; cnt := 0;
  end if;
  if p_kind = 0 then
    i := n;
    while i >= 1 and ends[i] > p_expires loop ends[i+1] := ends[i]; rems[i+1] := rems[i]; i := i - 1; end loop;
    ends[i+1] := p_expires; rems[i+1] := p_amount;
  else
    while lo <= n and ends[lo] < p_ts loop lo := lo + 1; end loop;
    while want > 0 and lo <= n loop
      if rems[lo] <= want then want := want - rems[lo]; lo := lo + 1;
      else rems[lo] := rems[lo] - want; want := 0; end if;
    end loop;
    if lo > 1 then ends := ends[lo:]; rems := rems[lo:]; end if;
  end if;
  update account x set last_ts = p_ts, last_kind = p_kind, since_ck = cnt, ends = put.ends_, rems = put.rems_
    from (select ends as ends_, rems as rems_) put where x.acct = p_acct;
  return true;
end $$;

create function get_balance(p_acct bigint, p_t bigint) returns bigint
language plpgsql set search_path = fo as $$
declare
  a account; c checkpoint; e record; store boolean := false; newest bigint; since int := 0;
  ends bigint[] := '{}'; rems bigint[] := '{}'; lo int := 1; n int := 0; i int; want bigint; bal bigint := 0;
  l_ts bigint; l_kind smallint := 1; from_ts bigint := -9223372036854775808;
begin
  select * into a from account where acct = p_acct;
  if not found then return 0; end if;
  if a.dirty then
    perform set_config('synchronous_commit', 'off', true);
    a := lock_account(p_acct);
    select ts into newest from event where acct = p_acct order by ts desc limit 1;
    store := a.dirty and p_t >= newest;
  end if;
  if not a.dirty and p_t >= a.last_ts then
    for i in 1..coalesce(array_length(a.ends, 1), 0) loop
      if a.ends[i] >= p_t then bal := bal + a.rems[i]; end if;
    end loop;
    return bal;
  end if;
  select * into c from checkpoint where acct = p_acct and ts <= p_t order by ts desc limit 1;
  if found then ends := c.ends; rems := c.rems; n := coalesce(array_length(ends, 1), 0); from_ts := c.ts; end if;
  l_ts := from_ts;
  for e in select kind, ts, amount, expires from event
           where acct = p_acct and ts > from_ts and ts <= p_t order by ts, kind loop
    if store and since >= 1000 and e.ts > l_ts then
      insert into checkpoint values (p_acct, l_ts, ends[lo:], rems[lo:]) on conflict do nothing; since := 0;
      if lo > 1 then ends := ends[lo:]; rems := rems[lo:]; n := n - lo + 1; lo := 1; end if;
    end if;
    if e.kind = 0 then
      i := n; n := n + 1;
      while i >= lo and ends[i] > e.expires loop ends[i+1] := ends[i]; rems[i+1] := rems[i]; i := i - 1; end loop;
      ends[i+1] := e.expires; rems[i+1] := e.amount;
    else
      want := e.amount;
      while lo <= n and ends[lo] < e.ts loop lo := lo + 1; end loop;
      while want > 0 and lo <= n loop
        if rems[lo] <= want then want := want - rems[lo]; rems[lo] := 0; lo := lo + 1;
        else rems[lo] := rems[lo] - want; want := 0; end if;
      end loop;
    end if;
    l_ts := e.ts; l_kind := e.kind; since := since + 1;
  end loop;
  for i in lo..n loop
    if ends[i] >= p_t then bal := bal + rems[i]; end if;
  end loop;
  if store then
    update account x set last_ts = l_ts, last_kind = l_kind, since_ck = since, dirty = false, ends = s.e, rems = s.r
      from (select ends[lo:] as e, rems[lo:] as r) s where x.acct = p_acct;
  end if;
  return bal;
end $$;
