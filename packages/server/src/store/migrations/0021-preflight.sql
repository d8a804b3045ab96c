-- How often a number was called lately, and what an account's calls of the last day come to.
create index calls_to_number on calls (account_id, phone_number, created_at) where direction = 'outbound';
create index calls_lately on calls (account_id, created_at) where direction = 'outbound';
