-- Calls that come in have no attempts, unless they are a browser's, which are claimed like those that go out.
drop trigger inbound_calls_are_billed on calls;
create trigger inbound_calls_are_billed after update of ended_at on calls
  for each row when (new.direction = 'inbound' and new.attempt = 0 and old.ended_at is null
    and new.ended_at is not null)
  execute function bill_inbound();
