-- Calls that wait for their time, and calls that are dialled again.
alter table calls
  -- Not dialled before; null: at once. The job that dials a pending call starts then.
  add dial_after timestamptz,
  -- Local times at which it may be dialled (domain/calling-window.ts); null: any.
  add dial_window jsonb,
  -- When another attempt follows (domain/retry.ts); null: never.
  add retry jsonb,
  -- How long the last preflight's answer holds. Past it the call is judged anew before it is dialled.
  add checked_until timestamptz not null default '-infinity';
alter table attempts
  add call_status text,
  add error_message text;
create index attempts_lately on attempts (call_id, dialed_at);

-- As before, and besides: `unchecked` (a preflight has to come first; the call stays as it is), `early` (in a moment).
-- What an earlier attempt left is taken off the call's row: it stands in that attempt's own, and in the events.
create or replace function claim_call(call uuid, node uuid, trunkless text, window_ms int,
  out verdict text, out attempt int, out plan jsonb, out trunk uuid)
language plpgsql as $$
declare
  wanted calls%rowtype;
  trunks uuid[];
begin
  select * into wanted from calls where id = call and status in ('pending', 'queued') for update;
  if not found then verdict := 'taken'; return; end if;
  if wanted.dial_after > clock_timestamp() then
    -- A call that was put off has a later job of its own.
    verdict := case when wanted.dial_after > clock_timestamp() + interval '5 seconds' then 'taken' else 'early' end;
    return;
  end if;
  if wanted.direction = 'outbound' and (wanted.status = 'pending' or wanted.checked_until <= clock_timestamp()) then
    verdict := 'unchecked';
    return;
  end if;
  if wanted.phone_number !~ trunkless then
    trunks := array(select outbound_trunks(wanted.account_id, wanted.from_number));
    trunk := take_place(call, trunks, window_ms);
    if trunk is null and cardinality(trunks) > 0 then verdict := 'no_place'; return; end if;
  end if;
  attempt := wanted.attempt + 1;
  plan := wanted.plan;
  verdict := 'claimed';
  update calls set status = 'in_progress', attempt = claim_call.attempt, node_id = node, started_at = now(),
      call_status = null, end_reason = null, error_message = null, answered_by = 'unknown'
    where id = call;
  insert into attempts (call_id, n, node_id) values (call, attempt, node);
  perform append_call_events(call, jsonb_build_array(jsonb_build_object('type', 'dialing', 'attempt', attempt)));
end $$;

-- Whose call it is, where a campaign placed it.
alter table calls
  add campaign_id uuid,
  add lead_id uuid references leads on delete set null;
create index calls_by_campaign on calls (campaign_id, id desc) where campaign_id is not null;
-- Nobody is called twice at once, whoever else has them on a list.
create unique index calls_waiting_of_lead on calls (lead_id)
  where lead_id is not null and status in ('pending', 'queued', 'in_progress');
