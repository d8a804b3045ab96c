-- Providers that a worker has found out of order and leaves alone, by the names of its circuit breakers. A call that
-- none of the workers could hold is refused before it is queued.
alter table nodes add column providers_down text[] not null default '{}';
