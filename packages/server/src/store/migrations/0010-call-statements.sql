-- What a call does most often, as one statement each. Every further statement is a round trip, and where the
-- database shares its cores with the calls, a change of process that audio may have to wait for.

-- Adds to a call's event sequence, keeps the transcript lines among the events, and returns the last number.
-- Counting happens on the call's own row, which stays locked until the transaction ends: numbers have no gaps,
-- and whoever sees one has seen all before it. Null: there is no such call.
create function append_call_events(call uuid, bodies jsonb) returns int
language plpgsql as $$
declare
  first int;
begin
  update calls set next_sequence = next_sequence + jsonb_array_length(bodies) where id = call
    returning next_sequence - jsonb_array_length(bodies) into first;
  if not found then return null; end if;
  insert into call_events (call_id, sequence, type, body)
    select call, first + place - 1, body ->> 'type', body
    from jsonb_array_elements(bodies) with ordinality as told (body, place);
  insert into transcript_entries (call_id, id, speaker, text, start_ms, end_ms, interrupted, created_at)
    select call, line.id, line."user", line.text, round(line.start_ms), round(line.end_ms), line.interrupted,
      line.created_at
    from jsonb_array_elements(bodies) as told (body),
      jsonb_to_record(body -> 'entry') as line (id uuid, "user" text, text text, start_ms numeric,
        end_ms numeric, interrupted boolean, created_at timestamptz)
    where body ->> 'type' = 'transcript';
  return first + jsonb_array_length(bodies) - 1;
end $$;

-- Trunks that calls of an account may leave by, best first: the one that the caller's number belongs to, then by
-- priority. An account without any of its own has the trunk of the settings.
create function outbound_trunks(account uuid, caller text) returns setof uuid
language sql stable as $$
  with own as (
    select carriers.id, carriers.priority, phone_numbers.id is null as strange
    from carriers
    left join phone_numbers on phone_numbers.carrier_id = carriers.id and phone_numbers.account_id = account
      and phone_numbers.number = caller
    where carriers.account_id = account and outbound
  )
  select id from (
    select id, strange, priority from own
    union all
    select trunk_id, true, 0 from trunk_limits
    where trunk_id = '00000000-0000-0000-0000-000000000000' and not exists (select from own)
  ) as trunks order by strange, priority, id
$$;

-- Gives a call a place on the first trunk that has one. Null: all are full. A refused try gives the lock of its
-- trunk back at once, so that calls which try the same trunks in another order never wait for each other.
create function take_place(call uuid, trunks uuid[], window_ms int) returns uuid
language plpgsql as $$
declare
  trunk uuid;
begin
  foreach trunk in array trunks loop
    perform from trunk_limits where trunk_id = trunk
      and max_concurrent_calls is null and calls_per_second is null;
    if found then
      update calls set trunk_id = trunk where id = call;
      return trunk;
    end if;
    begin
      if admit_to_trunk(trunk, call, false, window_ms) = 0 then return trunk; end if;
      raise exception using errcode = 'PLFUL';
    exception when sqlstate 'PLFUL' then null;
    end;
  end loop;
  return null;
end $$;

-- Takes a queued call for a node: attempt and event are there before anything may leave the machine. `trunkless`:
-- the call needs no place on a trunk. `verdict`: claimed, taken (by somebody else, or no longer to be dialled), or
-- no_place (all its trunks are full; the call stays queued).
create function claim_call(call uuid, node uuid, trunkless text, window_ms int,
  out verdict text, out attempt int, out plan jsonb, out trunk uuid)
language plpgsql as $$
declare
  wanted calls%rowtype;
  trunks uuid[];
begin
  select * into wanted from calls where id = call and status = 'queued' for update;
  if not found then verdict := 'taken'; return; end if;
  if wanted.phone_number !~ trunkless then
    trunks := array(select outbound_trunks(wanted.account_id, wanted.from_number));
    trunk := take_place(call, trunks, window_ms);
    if trunk is null and cardinality(trunks) > 0 then verdict := 'no_place'; return; end if;
  end if;
  attempt := wanted.attempt + 1;
  plan := wanted.plan;
  verdict := 'claimed';
  update calls set status = 'in_progress', attempt = claim_call.attempt, node_id = node, started_at = now()
    where id = call;
  insert into attempts (call_id, n, node_id) values (call, attempt, node);
  perform append_call_events(call, jsonb_build_array(jsonb_build_object('type', 'dialing', 'attempt', attempt)));
end $$;
