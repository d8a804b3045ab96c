-- What was done to an account's settings and data, and by whom. Entries are only ever added, and each carries a keyed
-- hash over itself and the one before it: whoever changes, removes or slips in one without the master key is found out.
create table audit_log (
  account_id uuid not null references accounts,
  sequence bigint not null,
  at timestamptz not null,
  -- Null: the platform itself.
  key_id uuid,
  ip text,
  request_id text,
  action text not null,
  target_type text not null,
  target_id text,
  -- JSON as it was hashed.
  details text not null,
  hash bytea not null,
  primary key (account_id, sequence)
);
create index audit_log_by_action on audit_log (account_id, action, sequence desc);

-- Where an account's log ends, hashed by another key, so that entries at the end can not be dropped unnoticed.
create table audit_heads (
  account_id uuid primary key references accounts,
  sequence bigint not null,
  hash bytea not null
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'entries of % are never changed', tg_table_name;
end $$;
create trigger audit_log_stays before update or delete or truncate on audit_log
  for each statement execute function refuse_change();
