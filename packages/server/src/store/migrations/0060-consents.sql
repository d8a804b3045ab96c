-- Proof that a person agreed to be called by an AI, or that they took it back. Rows are kept as evidence: only the
-- columns of the revocation ever change.
create table consents (
  id uuid primary key,
  account_id uuid not null references accounts,
  phone_number text not null,
  channel text not null,
  -- On whose behalf the calls are, as the person was told.
  seller text not null,
  -- What the person saw or heard when they agreed.
  wording text not null,
  method text not null,
  source text,
  obtained_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  revocation_reason text,
  created_at timestamptz not null default now()
);
create index consents_of_number on consents (account_id, phone_number);
create index consents_newest on consents (account_id, id desc);
