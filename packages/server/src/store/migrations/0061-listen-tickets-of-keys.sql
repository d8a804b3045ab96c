-- A ticket opens nothing that the key which asked for it can not: it ends with the key. Null: of a process of the
-- version before, that knew of none; it opens nothing any more.
alter table listen_tickets add column key_id uuid references api_keys on delete cascade;
