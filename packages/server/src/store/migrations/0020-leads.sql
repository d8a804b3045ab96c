-- People to be called. One row per number of an account, however often it is imported.
create table leads (
  id uuid primary key,
  account_id uuid not null references accounts,
  phone_number text not null,
  name text,
  email text,
  -- IANA; where the lead is, beside what the number tells.
  timezone text,
  status text not null default 'New',
  notes text,
  -- Fills placeholders of the calls to the lead.
  request_data jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (account_id, phone_number)
);
create index leads_by_account on leads (account_id, id desc);

create table lead_lists (
  id uuid primary key,
  account_id uuid not null references accounts,
  name text not null,
  description text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index lead_lists_by_account on lead_lists (account_id, id desc);

create table lead_list_entries (
  list_id uuid not null references lead_lists on delete cascade,
  lead_id uuid not null references leads on delete cascade,
  primary key (list_id, lead_id)
);
create index lead_list_entries_by_lead on lead_list_entries (lead_id);

-- A file of leads on its way in. Counts are those of the batches that have committed; a file whose reader died is
-- sent again from its beginning, which finds the leads that are there.
create table lead_imports (
  id uuid primary key,
  account_id uuid not null references accounts,
  list_id uuid references lead_lists on delete set null,
  on_duplicate text not null,
  country text,
  status text not null default 'waiting',
  -- Whose counts these are: a reader that was overtaken stores nothing more.
  reader uuid,
  error text,
  bytes_read bigint not null default 0,
  rows_read int not null default 0,
  inserted int not null default 0,
  updated int not null default 0,
  duplicates int not null default 0,
  rejected int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index lead_imports_by_account on lead_imports (account_id, id desc);

create table lead_import_errors (
  import_id uuid not null references lead_imports on delete cascade,
  -- Of the file, header and empty ones included, from 1.
  row int not null,
  path text not null,
  message text not null,
  code text not null,
  primary key (import_id, row, path)
);
