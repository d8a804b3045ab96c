-- The line to whoever a callee is connected to by us. It takes a place on its trunk like a call's own line, and any
-- node can hang it up.
create table second_legs (
  call_id uuid primary key references calls,
  trunk_id uuid,
  -- As calls.lifeline; null while it rings.
  lifeline text
);
create index second_legs_on_trunk on second_legs (trunk_id);

-- As before, and for a call's second line, where `second`: its place is a row of its own, and the call's own place
-- counts beside it. A place is free when the row is gone, or says no more than that its call is over.
drop function admit_to_trunk(uuid, uuid, boolean, int);
create function admit_to_trunk(trunk uuid, call uuid, dialing boolean, window_ms int, second boolean default false)
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

-- Figures of the line have the names of the API (packages/contract/src/line-quality.ts).
update calls set line_stats = jsonb_build_object(
    'packets_sent', line_stats -> 'packetsSent',
    'packets_received', line_stats -> 'packetsReceived',
    'packets_lost', line_stats -> 'packetsLost',
    'packets_late', line_stats -> 'packetsLate',
    'jitter_ms', line_stats -> 'jitterMs',
    'longest_gap_ms', line_stats -> 'maxGapMs',
    'round_trip_ms', line_stats -> 'roundTripMs',
    'far_packets_lost', null, 'far_jitter_ms', null, 'one_way_audio', null
  ) where line_stats is not null;
