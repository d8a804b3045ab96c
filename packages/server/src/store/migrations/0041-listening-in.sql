-- Where API processes reach a worker for the live sound of its calls, e.g. ws://10.0.0.7:41235; null: nowhere.
alter table nodes add column internal_url text;

-- What lets whoever has no key listen in on one call, once: SHA-256 of a ticket.
create table listen_tickets (
  hash bytea primary key,
  call_id uuid not null references calls on delete cascade,
  expires_at timestamptz not null
);
create index listen_tickets_by_age on listen_tickets (expires_at);
