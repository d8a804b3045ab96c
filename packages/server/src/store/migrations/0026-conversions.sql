-- Whether a call reached what its campaign (`conversion_outcomes`) or its `success_criteria` wanted. Decided once, when
-- the call is complete: terms that change later change nothing about it, and it stays when the call is erased.
alter table calls add is_conversion boolean not null default false;
update calls set is_conversion = true
  where completed and (analysis -> 'success' = 'true' or exists (select from campaigns
    where campaigns.id = calls.campaign_id and campaigns.config -> 'conversion_outcomes' ? calls.disposition));
