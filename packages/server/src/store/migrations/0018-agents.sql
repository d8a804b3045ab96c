-- Saved agents. What a call gets are the options of the version that `agents.version` names; versions never change.
create table agents (
  id uuid primary key,
  account_id uuid not null references accounts,
  name text not null,
  version int not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index agents_by_account on agents (account_id, id desc);

create table agent_versions (
  agent_id uuid not null references agents on delete cascade,
  version int not null,
  options jsonb not null,
  created_at timestamptz not null default now(),
  primary key (agent_id, version)
);

-- Who answers the number, beside `inbound_agent`; at most one of the two is set.
alter table phone_numbers add inbound_agent_id uuid references agents;
