-- What reports count by call. None of it is personal: it stays when the call is erased.
alter table calls
  -- Of the other party's number (ISO 3166); null: it has none, or the call is older than this column.
  add country text,
  -- The saved agent that it was made of.
  add agent_id uuid,
  -- From the end of each turn of the callee to the agent's first sound, of the last attempt.
  add turn_latencies_ms int[] not null default '{}',
  -- How the two sides' speech met (the event `turn_taking`).
  add turn_taking jsonb;

-- Read out of the events of a call when it is complete.
create function call_figures(call uuid, out turn_latencies_ms int[], out turn_taking jsonb)
language sql stable as $$
  with last_attempt as (
    select sequence, type, body from call_events where call_id = call and sequence >= coalesce(
      (select max(sequence) from call_events where call_id = call and type = 'dialing'), 0)
  )
  select
    coalesce((select array_agg((body -> 'latency' ->> 'voice_to_voice_ms')::int order by sequence)
      from last_attempt where type = 'turn_latency'), '{}'),
    (select body - '{type,at_ms}'::text[] from last_attempt where type = 'turn_taking' order by sequence desc limit 1)
$$;

update calls set (turn_latencies_ms, turn_taking) = (select f.turn_latencies_ms, f.turn_taking from call_figures(id) f)
  where completed and answered_at is not null;
update calls set agent_id = (request ->> 'agent_id')::uuid
  where request ->> 'agent_id' ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';
