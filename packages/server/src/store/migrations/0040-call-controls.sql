-- What customers ask of a live call. A row is taken by the call's worker in a statement of its own before anything is
-- done, so that it is carried out once at most; one that nobody took is withdrawn by whoever asked.
create table call_controls (
  id uuid primary key,
  call_id uuid not null references calls on delete cascade,
  -- Null once it is taken: words and keys are kept by nobody but the call's events.
  wish jsonb,
  created_at timestamptz not null default now(),
  taken_at timestamptz,
  settled_at timestamptz,
  -- Why it was refused; null with settled_at: it was not.
  fault text
);
create index call_controls_waiting on call_controls (call_id) where taken_at is null;
create index call_controls_by_age on call_controls (created_at);
