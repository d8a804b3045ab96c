-- Agents tried out in text, against callees that are played.
create table simulations (
  id uuid primary key,
  account_id uuid not null references accounts,
  name text,
  -- Whose options were taken; it may be gone since.
  agent_id uuid,
  status text not null default 'queued'
    check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
  request jsonb not null,
  -- The plan of the call, the scenarios, and what tools answer: fixed when it was asked for.
  setup jsonb not null,
  warnings jsonb not null,
  runs int not null,
  -- How often a worker took it up since a run was last done: one that takes every worker with it is given up.
  takes int not null default 0,
  error_message text,
  created_at timestamptz not null default now(),
  started_at timestamptz,
  touched_at timestamptz not null default now(),
  ended_at timestamptz
);
create index simulations_by_account on simulations (account_id, id desc);
create index simulations_under_way on simulations (account_id) where status in ('queued', 'running');

-- Only runs that are done: what a lost worker was at is played again.
create table simulation_runs (
  simulation_id uuid not null references simulations on delete cascade,
  scenario int not null,
  n int not null,
  result text not null check (result in ('passed', 'failed', 'error')),
  score real,
  first_token_ms int[] not null,
  report jsonb not null,
  primary key (simulation_id, scenario, n)
);
