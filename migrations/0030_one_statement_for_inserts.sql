-- The trigger of inserted predictions runs one statement instead of three, because each costs a start of the executor.

set local lock_timeout = '5s';

-- As before, and it notes the stored inputs, which a trigger of its own did.
create or replace function index_predictions() returns trigger language plpgsql security definer
set plan_cache_mode = force_generic_plan set search_path = pg_catalog, public, pg_temp as $$
begin
    with indexed as (
        insert into prediction_index (id, day, predicted, confidence, model, source, latency_bucket)
        select p.id, (p.created_at at time zone 'utc')::date, predicted_class(p), p.confidence, p.model, p.source,
            latency_bucket(p.latency_ms)
        from added p
    ), sampled as (
        insert into random_sample (prediction_id) select p.id from added p where random() < 0.2
    )
    insert into pending_stored_inputs (drawings, bytes)
    select count(*), sum(octet_length(p.input)) from added p having count(*) > 0;
    return null;
end
$$;
drop trigger predictions_inserts_are_measured on predictions;
