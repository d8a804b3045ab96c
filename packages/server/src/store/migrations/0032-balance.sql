-- What calls cost and may cost. A call is billed by its attempts, each in the transaction that ends it, so that a call
-- which is tried again, reaped or stopped is billed for just the time that was talked. What it may still cost is what
-- its row says: the longest it may last, until it is over.

alter table accounts
  -- Whose administrators look after all accounts: the first one.
  add is_operator boolean not null default false;
update accounts set is_operator = true where id = (select id from accounts order by id limit 1);

alter table calls
  -- Of all attempts so far; null: none was talked, or none is over.
  add billed_seconds int,
  add max_seconds int not null generated always as
    (coalesce(ceil((plan ->> 'maxDurationMs')::numeric / 1000)::int, 0)) stored;
create index calls_reserving on calls (account_id) include (max_seconds)
  where status in ('pending', 'queued', 'in_progress');

-- By the day (UTC) on which the call ended.
create table account_usage (
  account_id uuid not null references accounts,
  day date not null,
  billed_seconds bigint not null,
  primary key (account_id, day)
);

update calls set billed_seconds = ceil(greatest(0, extract(epoch from ended_at - answered_at)))
  where answered_at is not null and ended_at is not null;
insert into account_usage
  select account_id, (ended_at at time zone 'utc')::date, sum(billed_seconds) from calls
  where billed_seconds > 0 group by 1, 2;

-- Seconds begun.
create function bill(call uuid, answered timestamptz, ended timestamptz) returns void language plpgsql as $$
declare
  seconds int := ceil(greatest(0, extract(epoch from ended - answered)));
  owner uuid;
begin
  if seconds is null then return; end if;
  update calls set billed_seconds = coalesce(billed_seconds, 0) + seconds where id = call returning account_id into owner;
  insert into account_usage values (owner, (ended at time zone 'utc')::date, seconds)
    on conflict (account_id, day) do update set billed_seconds = account_usage.billed_seconds + excluded.billed_seconds;
end $$;

create function bill_attempt() returns trigger language plpgsql as $$
begin
  perform bill(new.call_id, new.answered_at, new.ended_at);
  return null;
end $$;
create trigger attempts_are_billed after update of ended_at on attempts
  for each row when (old.ended_at is null and new.ended_at is not null) execute function bill_attempt();

-- Calls that come in have no attempts.
create function bill_inbound() returns trigger language plpgsql as $$
begin
  perform bill(new.id, new.answered_at, new.ended_at);
  return null;
end $$;
create trigger inbound_calls_are_billed after update of ended_at on calls
  for each row when (new.direction = 'inbound' and old.ended_at is null and new.ended_at is not null)
  execute function bill_inbound();

-- An account that is suspended gets no more calls, also where its settings were read a moment before: the look here
-- waits for whoever is suspending it.
create function refuse_suspended() returns trigger language plpgsql as $$
declare
  is_suspended boolean;
begin
  select settings ->> 'suspended' = 'true' into is_suspended from accounts where id = new.account_id for key share;
  if is_suspended then raise exception using errcode = 'PLSUS', message = 'the account is suspended'; end if;
  return new;
end $$;
create trigger suspended_accounts_get_no_calls before insert on calls
  for each row execute function refuse_suspended();

-- Ends all calls of an account that nobody has dialled yet, as one that is cancelled by itself.
create function cancel_waiting_calls(account uuid) returns setof uuid language plpgsql as $$
declare
  cancelled uuid[];
begin
  with gone as (
    update calls set status = 'cancelled', call_status = 'cancelled', end_reason = 'stopped', ended_at = now(),
      completed = true
    where account_id = account and status in ('pending', 'queued') returning id
  )
  select array_agg(id order by id) into cancelled from gone;
  perform append_call_events(id, '[{"type": "ended", "call_status": "cancelled", "end_reason": "stopped",
      "error_message": null}]')
    from unnest(cancelled) as id;
  perform tell_webhooks(array[gen_random_uuid(), gen_random_uuid()], account_id, id, 'call.failed',
      case when webhook_events is null or 'call.failed' = any(webhook_events) then webhook_url end, null)
    from calls where id = any(cancelled);
  return query select unnest(cancelled);
end $$;
