-- Finding calls among many: by what was said, whom they went to and what they came to.

-- How words are compared: without accents; without case, that the dictionary of PostgreSQL sees to. Immutable, so that
-- an index can be made of it, and the same on every server: `unaccent` is neither.
do $$ begin
  if getdatabaseencoding() = 'UTF8' then
    create function transcript_fold(words text) returns text language sql immutable strict parallel safe
      return normalize(regexp_replace(normalize(words, NFD), '[\u0300-\u036f]', '', 'g'), NFC);
  else
    create function transcript_fold(words text) returns text language sql immutable strict parallel safe
      return words;
  end if;
end $$;

-- Words as they were said, not their stems: a call may be held in any language, and change it. The words of an erased
-- call go with its lines.
create function transcript_words(line text) returns tsvector language sql immutable strict parallel safe
  return to_tsvector('pg_catalog.simple', transcript_fold(line));
create index transcript_entries_by_words on transcript_entries using gin (transcript_words(text));

create index calls_with_party on calls (account_id, phone_number, id desc);
create index calls_by_disposition on calls (account_id, disposition, id desc) where disposition is not null;
-- Of what most calls come to there is enough on the first pages; calls that go on have an index of their own.
create index calls_by_end on calls (account_id, status, id desc) where status in ('failed', 'cancelled');
create index calls_by_answer on calls (account_id, call_status, id desc)
  where call_status in ('no-answer', 'busy', 'rejected', 'failed', 'cancelled', 'dispatch_timeout');
-- In place of the one of calls that go out.
drop index calls_lately;
create index calls_by_time on calls (account_id, created_at);
