-- Numbers that an account never calls, E.164.
create table do_not_call (
  id uuid primary key,
  account_id uuid not null references accounts,
  phone_number text not null,
  reason text,
  -- 'api', or 'call' where the callee asked for it.
  source text not null,
  call_id uuid references calls,
  created_at timestamptz not null default now(),
  unique (account_id, phone_number)
);
create index calls_waiting_for on calls (account_id, phone_number) where status in ('pending', 'queued');
