-- Campaigns, and how far each lead got in them.

alter table nodes
  -- Live calls that the worker takes at most.
  add max_calls int not null default 100;

alter table calls
  -- Whose doing the end was (domain/outcome.ts); null: not over, or never dialled.
  add fault text;

create table campaigns (
  id uuid primary key,
  account_id uuid not null references accounts,
  name text not null,
  status text not null default 'draft',
  lead_list_id uuid references lead_lists on delete set null,
  -- What it was made of: options of its calls, and its own.
  config jsonb not null,
  starts_at timestamptz,
  pause_reason text,
  -- What it has saved up of its calls per minute (domain/pacing.ts).
  tokens float8 not null default 1,
  tokens_at timestamptz not null default now(),
  -- The list is taken up in the order of the leads' ids; up to here it was.
  taken_up_to uuid,
  -- Calls from here on are looked at for what is wrong.
  watched_from timestamptz not null default now(),
  started_at timestamptz,
  ended_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index campaigns_by_account on campaigns (account_id, id desc);
create index campaigns_active on campaigns (status) where status in ('scheduled', 'running');

-- `waiting` for `next_at`, `calling` while the call is not settled, `done`.
create table campaign_leads (
  campaign_id uuid not null references campaigns on delete cascade,
  lead_id uuid not null references leads on delete cascade,
  state text not null default 'waiting',
  attempts int not null default 0,
  next_at timestamptz not null default now(),
  call_id uuid,
  -- Of the last call (domain/lead-progress.ts).
  result text,
  -- Why there was no call.
  detail text,
  primary key (campaign_id, lead_id)
);
create index campaign_leads_waiting on campaign_leads (campaign_id, next_at, lead_id) where state = 'waiting';
create index campaign_leads_calling on campaign_leads (campaign_id) where state = 'calling';
create index campaign_leads_by_lead on campaign_leads (lead_id);

create index calls_of_campaign on calls (campaign_id, created_at) where campaign_id is not null;
create index calls_unfinished_of_campaign on calls (campaign_id)
  where campaign_id is not null and status in ('pending', 'queued', 'in_progress');

-- Which process moves the campaigns on. The holder renews it; another takes it over when it has run out.
create table campaign_lease (
  id boolean primary key default true check (id),
  holder uuid not null,
  held_until timestamptz not null
);
