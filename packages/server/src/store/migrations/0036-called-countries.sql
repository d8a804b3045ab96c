-- Where an account called lately, for its limit of countries a day: few rows, which are looked at before every call.
create table called_countries (
  account_id uuid not null references accounts,
  country text not null,
  -- To the minute: it may be up to one earlier than the last call.
  dialed_at timestamptz not null,
  primary key (account_id, country)
);

insert into called_countries
  select account_id, country, max(dialed_at) from calls join attempts on call_id = id
  where direction = 'outbound' and country is not null and dialed_at > now() - interval '25 hours' group by 1, 2;

create function note_called_country() returns trigger language plpgsql as $$
declare
  call calls%rowtype;
begin
  select * into call from calls where id = new.call_id;
  if call.direction <> 'outbound' or call.country is null then return null; end if;
  -- Calls to one country would wait for each other at this row, were it written for each of them.
  perform from called_countries where account_id = call.account_id and country = call.country
    and dialed_at > new.dialed_at - interval '1 minute';
  if not found then
    insert into called_countries values (call.account_id, call.country, new.dialed_at)
      on conflict (account_id, country) do update
        set dialed_at = greatest(called_countries.dialed_at, excluded.dialed_at);
  end if;
  return null;
end $$;
create trigger called_countries_are_noted after insert on attempts
  for each row execute function note_called_country();
