-- Answers to requests that carried an Idempotency-Key, written in the transaction of what they answer:
-- a second request with the key waits for that transaction, and then finds the answer.
create table idempotency_keys (
  account_id uuid not null references accounts,
  key text not null,
  -- SHA-256 of method, path and body: the same key must mean the same request.
  request_hash bytea not null,
  answer jsonb not null,
  created_at timestamptz not null default now(),
  primary key (account_id, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
