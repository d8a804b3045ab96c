-- Where browsers reach a worker to join test calls, e.g. ws://127.0.0.1:41234; null: nowhere.
alter table nodes add column browser_url text;
