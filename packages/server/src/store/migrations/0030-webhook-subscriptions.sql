-- Who wants to hear of an account's events, beside the `webhook_url` of single calls.
create table webhook_subscriptions (
  id uuid primary key,
  account_id uuid not null references accounts,
  event text not null,
  url text not null,
  filters jsonb not null default '{}',
  enabled boolean not null default true,
  -- Why the platform itself turned it off; null: it did not.
  disabled_reason text,
  secret_sealed text not null,
  -- The secret before the current one signs, too, until then.
  previous_secret_sealed text,
  previous_secret_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index webhook_subscriptions_by_account on webhook_subscriptions (account_id, id desc);
create index webhook_subscriptions_by_event on webhook_subscriptions (account_id, event) where enabled;

-- Events that a subscription may want, written in the transaction that they tell of. Deliverers make deliveries of
-- them, all or none in one transaction that removes the event.
create table webhook_events (
  id uuid primary key,
  account_id uuid not null references accounts,
  call_id uuid references calls,
  event text not null,
  -- What is told beside the call; without a call, all that is told.
  details jsonb,
  sequence bigint not null,
  occurred_at timestamptz not null default now(),
  -- Later where it could not be worked on.
  due_at timestamptz not null default now()
);
create index webhook_events_due on webhook_events (due_at);

alter table webhook_deliveries
  add subscription_id uuid references webhook_subscriptions on delete set null,
  -- The event, which several deliveries may tell of; null: it has the delivery's own id.
  add event_id uuid,
  add details jsonb,
  add sequence bigint;
create index webhook_deliveries_by_account on webhook_deliveries (account_id, id desc);
create index webhook_deliveries_by_subscription on webhook_deliveries (subscription_id, id desc);
create index webhook_deliveries_by_call on webhook_deliveries (call_id);

alter table accounts
  add previous_webhook_secret_sealed text,
  add previous_webhook_secret_until timestamptz;

-- Tells an event: to `hook`, where that is not null, and to the account's subscriptions. Answers whether anybody may
-- want it. What a call's events are numbered by is the place in its own sequence; others go by the time, in
-- microseconds. `ids`: for the delivery and the event.
create function tell_webhooks(ids uuid[], account uuid, call uuid, name text, hook text, more jsonb) returns boolean
language plpgsql as $$
declare
  place bigint;
  wanted boolean;
begin
  wanted := exists (select from webhook_subscriptions where account_id = account and event = name and enabled);
  if hook is null and not wanted then return false; end if;
  select next_sequence - 1 into place from calls where id = call;
  place := coalesce(place, extract(epoch from clock_timestamp()) * 1000000);
  if hook is not null then
    insert into webhook_deliveries (id, account_id, call_id, event, url, details, sequence)
      values (ids[1], account, call, name, hook, more, place);
  end if;
  if wanted then
    insert into webhook_events (id, account_id, call_id, event, details, sequence)
      values (ids[2], account, call, name, more, place);
  end if;
  return true;
end $$;

-- Tells of turns, which few ask for: one look says whether anybody does. `ids`: two for each line.
create function tell_turns(ids uuid[], call uuid, lines jsonb) returns boolean
language plpgsql as $$
declare
  told record;
  hook text;
begin
  select account_id, webhook_url, webhook_events into told from calls where id = call;
  hook := case when 'call.turn' = any(told.webhook_events) then told.webhook_url end;
  if hook is null and not exists (select from webhook_subscriptions
      where account_id = told.account_id and event = 'call.turn' and enabled) then
    return false;
  end if;
  perform tell_webhooks(ids[2 * place - 1 : 2 * place], told.account_id, call, 'call.turn', hook,
      jsonb_build_object('turn', line))
    from jsonb_array_elements(lines) with ordinality as spoken (line, place);
  return true;
end $$;
