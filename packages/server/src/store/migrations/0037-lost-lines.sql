-- Lines that a lost worker had called and that nobody can hang up: the call is over for us, and the phone at the far end
-- may ring on, or wait for an acknowledgement. Until then they keep their places on their trunks.
create table lost_lines (
  call_id uuid not null references calls,
  -- first: the callee's own line; second: that to whoever they were to be connected with.
  line text not null,
  trunk_id uuid not null references trunk_limits on delete cascade,
  until timestamptz not null,
  primary key (call_id, line)
);
create index lost_lines_on_trunk on lost_lines (trunk_id, until);

-- As before; lost lines count.
create or replace function admit_to_trunk(trunk uuid, call uuid, dialing boolean, window_ms int, second boolean default false)
returns int language plpgsql as $$
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
    from calls where calls.trunk_id = trunk and status = 'in_progress' and (id <> call or second);
  select others + count(*) into others
    from second_legs join calls on calls.id = call_id
    where second_legs.trunk_id = trunk and calls.status = 'in_progress' and (call_id <> call or not second);
  select others + count(*) into others from lost_lines where lost_lines.trunk_id = trunk and until > now();
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
  if second then
    insert into second_legs (call_id, trunk_id) values (call, trunk)
      on conflict (call_id) do update set trunk_id = excluded.trunk_id;
  else
    update calls set trunk_id = trunk where id = call and calls.trunk_id is distinct from trunk;
  end if;
  return 0;
end $$;
