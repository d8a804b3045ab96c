-- Carriers that are called by a vendor's API have an account there and no gateway: `username` is the account's
-- public name, `password_sealed` all that the vendor is called with.
alter table carriers
  alter trunk_type drop not null,
  alter host drop not null,
  alter port drop not null,
  alter transport drop not null,
  add check (kind <> 'sip' or (trunk_type is not null and host is not null and port is not null
    and transport is not null)),
  add check (kind = 'sip' or (host is null and password_sealed is not null));
