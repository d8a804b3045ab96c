-- What tools are called with. Write-only: the API never gives a value back.
create table secrets (
  account_id uuid not null references accounts,
  name text not null,
  value_sealed text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (account_id, name)
);
