-- Carriers of an account: the trunks that calls leave by and come in by.
create table carriers (
  id uuid primary key,
  account_id uuid not null references accounts,
  name text not null,
  kind text not null,
  trunk_type text not null,
  -- Host name or IP address, without brackets. Inbound calls are known by it, so it is an address there.
  host text not null,
  port int not null,
  transport text not null,
  outbound boolean not null,
  inbound boolean not null,
  username text,
  password_sealed text,
  -- The lowest is tried first.
  priority int not null,
  created_at timestamptz not null default now(),
  unique (account_id, name)
);
create index carriers_by_address on carriers (host) where inbound;

alter table phone_numbers
  add carrier_id uuid references carriers,
  -- 'settings' (PARLEY_OWNED_NUMBERS) or 'api'.
  add source text not null default 'settings',
  -- Options of a call that those who ring the number get; null: nobody answers.
  add inbound_agent jsonb;
create index phone_numbers_by_number on phone_numbers (number);

-- Hard limits of a trunk over all workers. Whoever wants a call on it locks its row first. `trunk_id` is a
-- carrier's id, or the nil UUID for the trunk of the settings. Null: no limit.
create table trunk_limits (
  trunk_id uuid primary key,
  max_concurrent_calls int,
  calls_per_second int
);

-- When calls were let out; the last few seconds are kept.
create table trunk_dials (
  trunk_id uuid not null references trunk_limits on delete cascade,
  dialed_at timestamptz not null
);
create index trunk_dials_latest on trunk_dials (trunk_id, dialed_at desc);

-- A call in progress holds its place on the trunk until its row says that it is over: the row of a lost
-- worker, whose lease runs out, is ended by the reaper after the far end got its BYE.
alter table calls add trunk_id uuid;
create index calls_on_trunk on calls (trunk_id) where status = 'in_progress' and trunk_id is not null;

-- Takes a place on a trunk for a call: 0 when it is admitted, otherwise milliseconds to wait; -1 when all
-- places are taken. With `dialing` the call may leave at once, and counts into the rate: never more than
-- `calls_per_second` in any `window_ms`. Without, it only takes its place, as long as no more calls than leave
-- in two seconds wait for their turn.
create function admit_to_trunk(trunk uuid, call uuid, dialing boolean, window_ms int) returns int
language plpgsql as $$
declare
  limits trunk_limits%rowtype;
  moment timestamptz;
  blocking timestamptz;
  others int;
  waiting int;
begin
  select * into limits from trunk_limits where trunk_id = trunk for update;
  if not found then return -1; end if;
  select count(*), count(*) filter (where provider_call_id is null) into others, waiting
    from calls where calls.trunk_id = trunk and status = 'in_progress' and id <> call;
  if others >= limits.max_concurrent_calls then return -1; end if;
  if dialing and limits.calls_per_second is not null then
    moment := clock_timestamp();
    select dialed_at into blocking from trunk_dials where trunk_id = trunk
      order by dialed_at desc offset limits.calls_per_second - 1 limit 1;
    if blocking + make_interval(secs => window_ms / 1000.0) > moment then
      return greatest(1, ceil(extract(epoch from blocking - moment) * 1000 + window_ms)::int);
    end if;
    delete from trunk_dials where trunk_id = trunk and dialed_at < moment - interval '10 seconds';
    insert into trunk_dials values (trunk, moment);
  elsif not dialing and waiting >= 2 * limits.calls_per_second then
    return 1000;
  end if;
  update calls set trunk_id = trunk where id = call and calls.trunk_id is distinct from trunk;
  return 0;
end $$;

-- Questions to a carrier whether it is there, asked by the API and answered by a worker.
create table carrier_tests (
  id uuid primary key,
  carrier_id uuid not null references carriers on delete cascade,
  result jsonb,
  created_at timestamptz not null default now()
);
