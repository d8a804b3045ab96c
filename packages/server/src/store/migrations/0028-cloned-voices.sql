-- Made by us of somebody's recording, and to be deleted at the provider with its row. A provider's id of such a voice
-- is nobody else's to register.
alter table voices add column cloned boolean not null default false;
create index voices_cloned on voices (provider, voice_id) where cloned;
