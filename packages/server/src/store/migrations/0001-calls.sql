-- Accounts and what they own -------------------------------------------------------------------------

create table accounts (
  id uuid primary key,
  name text not null,
  -- Signs the account's webhooks (Standard Webhooks); sealed with the master key.
  webhook_secret_sealed text not null,
  settings jsonb not null default '{}',
  created_at timestamptz not null default now()
);

create table api_keys (
  id uuid primary key,
  account_id uuid not null references accounts,
  name text not null,
  -- First characters and last four, enough to recognise a key by.
  prefix text not null,
  last_four text not null,
  -- SHA-256 of the whole key: 256 random bits need no slow hash.
  hash bytea not null unique,
  scopes text[] not null,
  allowed_ips text[] not null default '{}',
  expires_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now()
);

create table phone_numbers (
  id uuid primary key,
  account_id uuid not null references accounts,
  number text not null,
  label text,
  created_at timestamptz not null default now(),
  unique (account_id, number)
);

create table voices (
  id uuid primary key,
  account_id uuid not null references accounts,
  -- What requests name: a provider's voice id or a name of the customer's choosing.
  voice_id text not null,
  name text not null,
  provider text not null,
  mode text not null,
  languages text[] not null,
  created_at timestamptz not null default now(),
  unique (account_id, voice_id, mode)
);

-- Processes ------------------------------------------------------------------------------------------

create table nodes (
  id uuid primary key,
  host text not null,
  started_at timestamptz not null default now(),
  -- Past this moment the node counts as lost and the reaper ends its calls.
  lease_until timestamptz not null,
  draining boolean not null default false
);

-- Calls ----------------------------------------------------------------------------------------------

create table calls (
  id uuid primary key,
  account_id uuid not null references accounts,
  direction text not null default 'outbound',
  phone_number text not null,
  from_number text,
  status text not null,
  call_status text,
  mode text not null,
  model text not null,
  voice text not null,
  -- The request as it came, and the plan made of it (domain/call-plan.ts).
  request jsonb not null,
  plan jsonb not null,
  metadata jsonb,
  webhook_url text,
  webhook_events text[],
  attempt int not null default 0,
  -- Next number of the call's gapless event sequence.
  next_sequence int not null default 1,
  provider_call_id text,
  node_id uuid,
  -- What any node needs to hang up the live leg (telephony/port.ts, Leg.lifeline).
  lifeline text,
  -- A stop that was asked for while the call was live: 'now' or 'farewell'.
  stop_requested text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  answered_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  error_message text,
  answered_by text not null default 'unknown',
  summary text,
  disposition text,
  recording_path text,
  recording_status text not null default 'none',
  latency jsonb,
  line_stats jsonb,
  -- All after-call work is done: recording, transcript and analysis are ready.
  completed boolean not null default false
);
create index calls_by_account on calls (account_id, id desc);
create index calls_unfinished on calls (status, node_id) where status in ('pending', 'queued', 'in_progress');

-- One row per dial, committed before the INVITE may leave: whoever finds it never dials again.
create table attempts (
  call_id uuid not null references calls,
  n int not null,
  node_id uuid not null,
  dialed_at timestamptz not null default now(),
  answered_at timestamptz,
  ended_at timestamptz,
  network_code int,
  primary key (call_id, n)
);

create table call_events (
  call_id uuid not null references calls,
  sequence int not null,
  type text not null,
  body jsonb not null,
  occurred_at timestamptz not null default now(),
  primary key (call_id, sequence)
);

create table transcript_entries (
  call_id uuid not null references calls,
  id uuid not null,
  speaker text not null,
  text text not null,
  start_ms int not null,
  end_ms int not null,
  interrupted boolean not null,
  created_at timestamptz not null,
  primary key (call_id, id)
);

-- Webhooks: written in the transaction that changes the call, delivered from here until a 2xx or the last try.
create table webhook_deliveries (
  -- The event's id, which every try repeats as `webhook-id`.
  id uuid primary key,
  account_id uuid not null references accounts,
  call_id uuid references calls,
  event text not null,
  url text not null,
  -- Null until the event is due: the body is made from the call as it is then.
  body text,
  status text not null default 'pending',
  tries int not null default 0,
  next_try_at timestamptz not null default now(),
  delivered_at timestamptz,
  last_http_status int,
  last_error text,
  created_at timestamptz not null default now()
);
create index webhook_deliveries_due on webhook_deliveries (next_try_at) where status = 'pending';
