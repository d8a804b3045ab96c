-- Events are written in batches, apart from the call's own time. `ages_ms` says how long ago each one occurred;
-- ages, because the clocks of workers and database need not agree. Absent: all occur now.
drop function append_call_events(uuid, jsonb);
create function append_call_events(call uuid, bodies jsonb, ages_ms float8[] default '{}') returns int
language plpgsql as $$
declare
  first int;
begin
  update calls set next_sequence = next_sequence + jsonb_array_length(bodies) where id = call
    returning next_sequence - jsonb_array_length(bodies) into first;
  if not found then return null; end if;
  insert into call_events (call_id, sequence, type, body, occurred_at)
    select call, first + place - 1, body ->> 'type', body,
      now() - make_interval(secs => coalesce(ages_ms[place], 0) / 1000)
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
