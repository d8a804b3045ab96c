-- What is personal goes, by time or because somebody asks; what was billed stays.
alter table calls
  -- What was said, and what was read out of it, is gone.
  add words_erased boolean not null default false,
  -- All that is personal is gone.
  add erased_at timestamptz;
create index calls_with_audio on calls (account_id, ended_at) where recording_path is not null;
create index calls_with_words on calls (account_id, ended_at) where not words_erased;
create index calls_with_persons on calls (account_id, ended_at) where erased_at is null;
create index calls_from_number on calls (account_id, from_number) where direction = 'inbound';

-- What was said in calls that are over: transcripts, what they were summed up to, and messages that told of it. The
-- disposition stays, as the call's result.
create function erase_words(calls_of uuid[]) returns void language sql as $$
  delete from transcript_entries where call_id = any(calls_of);
  delete from call_events where call_id = any(calls_of) and type in
    ('prompt', 'partial_transcript', 'transcript', 'digit', 'tool_call', 'tool_result', 'analysed', 'transferred', 'fault');
  delete from webhook_events where call_id = any(calls_of);
  update webhook_deliveries set body = null, details = null, last_error = null,
    status = case when status = 'pending' then 'failed' else status end
    where call_id = any(calls_of);
  update calls set summary = null, analysis = null, words_erased = true where id = any(calls_of);
$$;

-- All that is personal of calls that are over. Marked as complete, so that nothing follows that would tell of them.
create function erase_calls(calls_of uuid[]) returns void language plpgsql as $$
begin
  perform erase_words(calls_of);
  delete from call_events where call_id = any(calls_of);
  delete from webhook_deliveries where call_id = any(calls_of);
  delete from call_controls where call_id = any(calls_of);
  delete from second_legs where call_id = any(calls_of);
  update calls set phone_number = 'erased', from_number = null, request = '{}', plan = '{}', metadata = null,
    webhook_url = null, webhook_events = null, provider_call_id = null, lifeline = null, error_message = null,
    disposition = null, recording_path = null, recording_status = 'none', completed = true, erased_at = now()
    where id = any(calls_of);
end $$;
