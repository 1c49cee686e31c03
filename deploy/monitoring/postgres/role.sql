-- The role of the exporter. It reads the state of the server and counts, and neither drawings nor accounts.
\set password `cat /run/exporter/password`
select not exists (select from pg_roles where rolname = 'digits_monitor') as is_new \gset
\if :is_new
create role digits_monitor;
\endif
alter role digits_monitor login password :'password' connection limit 5;
alter role digits_monitor set default_transaction_read_only = on;
alter role digits_monitor set statement_timeout = '10s';
grant pg_monitor to digits_monitor;
grant usage on schema public to digits_monitor;
grant select on all_prediction_counts, random_sample_outcomes, model_states, training_progress to digits_monitor;
