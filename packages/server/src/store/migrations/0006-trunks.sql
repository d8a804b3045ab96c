-- Trunks that we register with, whose audio is encrypted, or whose calls have to prove themselves.
alter table carriers
  add srtp boolean not null default false,
  add realm text,
  add inbound_auth boolean not null default false;

-- Who keeps a trunk registered. The node's own lease is the lease of this: a registration whose node is gone, lost
-- or draining is taken over by another. `contact` is what is bound at the registrar, so that a successor can take it back.
create table registrations (
  carrier_id uuid primary key references carriers on delete cascade,
  node_id uuid not null,
  status text not null default 'waiting',
  detail text,
  contact text
);
create index registrations_by_node on registrations (node_id);
