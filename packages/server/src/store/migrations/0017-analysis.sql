-- What was read out of a call when it was over: the `analysis` of the call object.
alter table calls add analysis jsonb;
