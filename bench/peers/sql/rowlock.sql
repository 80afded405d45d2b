-- pg-rowlock: what one would write first. A locked row for each account, a table of events whose key knows repeats, and grants with
-- what is left of them. An event in order burns at once; one out of order only marks the account dirty, and the next question
-- replays the account's whole history and puts the grants right.
drop schema if exists rl cascade; create schema rl; set search_path = rl;
create table account(
  acct bigint primary key, last_ts bigint not null default -9223372036854775808,
  last_kind smallint not null default 0, dirty boolean not null default false) with (fillfactor = 50);
create table event(
  acct bigint not null, event_id uuid not null, kind smallint not null, -- 0 credit, 1 usage
  ts bigint not null, amount bigint not null, expires bigint not null,  -- the last active tick; 0 for a usage
  primary key (acct, event_id));
create index event_time on event(acct, ts, kind) include (amount, expires);
create table credit_grant(
  acct bigint not null, ends bigint not null, grant_id uuid not null, starts bigint not null,
  remaining bigint not null, primary key (acct, ends, grant_id)) with (fillfactor = 70);

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

create function add_credit(p_acct bigint, p_id uuid, p_amount bigint, p_ts bigint, p_exp bigint) returns boolean
language plpgsql set search_path = rl as $$
declare a account;
begin
  a := lock_account(p_acct);
  insert into event values (p_acct, p_id, 0, p_ts, p_amount, p_ts + p_exp) on conflict do nothing;
  if not found then return false; end if;
  insert into credit_grant values (p_acct, p_ts + p_exp, p_id, p_ts, p_amount);
  if a.dirty then return true; end if;
  if p_ts < a.last_ts or (p_ts = a.last_ts and a.last_kind = 1) then
    update account set dirty = true where acct = p_acct;
  else
    update account set last_ts = p_ts, last_kind = 0 where acct = p_acct;
  end if;
  return true;
end $$;

create function use_credit(p_acct bigint, p_id uuid, p_ts bigint, p_amount bigint) returns boolean
language plpgsql set search_path = rl as $$
declare a account; g record; want bigint := p_amount; take bigint;
begin
  a := lock_account(p_acct);
  insert into event values (p_acct, p_id, 1, p_ts, p_amount, 0) on conflict do nothing;
  if not found then return false; end if;
  if a.dirty then return true; end if;
  if p_ts < a.last_ts then
    update account set dirty = true where acct = p_acct;
    return true;
  end if;
  for g in select ends, grant_id, remaining from credit_grant
           where acct = p_acct and ends >= p_ts and remaining > 0 order by ends loop
    take := least(want, g.remaining);
    update credit_grant set remaining = remaining - take where acct = p_acct and ends = g.ends and grant_id = g.grant_id;
    want := want - take;
    exit when want = 0;
  end loop;
  update account set last_ts = p_ts, last_kind = 1 where acct = p_acct;
  return true;
end $$;

-- the balance at p_t from a replay of all events up to it; p_store puts the account right by the way
create function replay(p_acct bigint, p_t bigint, p_store boolean) returns bigint
language plpgsql set search_path = rl as $$
<<b>>
declare
  e record; ends bigint[] := '{}'; rems bigint[] := '{}'; ids uuid[] := '{}';
  lo int := 1; n int := 0; i int; want bigint; bal bigint := 0; l_ts bigint; l_kind smallint;
begin
  for e in select kind, ts, amount, expires, event_id from event
           where acct = p_acct and ts <= p_t order by ts, kind loop
    if e.kind = 0 then
      i := n; n := n + 1;
      while i >= lo and ends[i] > e.expires loop
        ends[i+1] := ends[i]; rems[i+1] := rems[i]; ids[i+1] := ids[i]; i := i - 1;
      end loop;
      ends[i+1] := e.expires; rems[i+1] := e.amount; ids[i+1] := e.event_id;
    else
      want := e.amount;
      while lo <= n and ends[lo] < e.ts loop lo := lo + 1; end loop;
      while want > 0 and lo <= n loop
        if rems[lo] <= want then want := want - rems[lo]; rems[lo] := 0; lo := lo + 1;
        else rems[lo] := rems[lo] - want; want := 0; end if;
      end loop;
    end if;
    l_ts := e.ts; l_kind := e.kind;
  end loop;
  for i in lo..n loop
    if ends[i] >= p_t then bal := bal + rems[i]; end if;
  end loop;
  if p_store then
    update credit_grant g set remaining = r.rem
      from unnest(b.ids, b.rems, b.ends) as r(id, rem, en)
      where g.acct = p_acct and g.ends = r.en and g.grant_id = r.id and g.remaining <> r.rem;
    update account set last_ts = l_ts, last_kind = l_kind, dirty = false where acct = p_acct;
  end if;
  return bal;
end $$;

create function get_balance(p_acct bigint, p_t bigint) returns bigint
language plpgsql set search_path = rl as $$
declare a account; newest bigint; d boolean; l bigint; bal bigint;
begin
  -- one statement sees one snapshot
  select x.dirty, x.last_ts, (select coalesce(sum(remaining), 0) from credit_grant g where g.acct = p_acct and g.ends >= p_t and g.remaining > 0)
    into d, l, bal from account x where x.acct = p_acct;
  if not found then return 0; end if;
  if not d and p_t >= l then return bal; end if;
  if d then
    perform set_config('synchronous_commit', 'off', true);   -- what is derived needs no sync
    a := lock_account(p_acct);
    select ts into newest from event where acct = p_acct order by ts desc limit 1;
    if a.dirty and p_t >= newest then return replay(p_acct, p_t, true); end if;
  end if;
  return replay(p_acct, p_t, false);
end $$;
