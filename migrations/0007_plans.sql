-- A function in SQL is planned whenever it is called, which took longer than what it does. In PL/pgSQL its statements are
-- planned once for each connection, whatever the connection wants for its own.
create or replace function tally(added history[], removed history[]) returns void language plpgsql
set plan_cache_mode = force_generic_plan as $$
begin
    with change as (
        select (row).*, sign
        from (select unnest(added) as row, 1 as sign union all select unnest(removed), -1) as changed
    ), counted as (
        insert into tallies as old (day, model, said, true_label, step, predictions, confidence)
        select c.day, c.model, c.said, coalesce(c.true_label, ''), step(c.confidence), sum(sign), sum(sign * c.confidence)
        from change c
        group by 1, 2, 3, 4, 5
        order by 1, 2, 3, 4, 5
        on conflict (day, model, said, true_label, step) do update set
            predictions = old.predictions + excluded.predictions,
            confidence = old.confidence + excluded.confidence
    )
    insert into paces as old (day, model, pace, predictions)
    select c.day, c.model, c.pace, sum(sign) from change c where c.pace is not null
    group by 1, 2, 3
    having sum(sign) <> 0 -- a label changes no pace
    order by 1, 2, 3
    on conflict (day, model, pace) do update set predictions = old.predictions + excluded.predictions;
end
$$;

alter function tally_history() set plan_cache_mode = force_generic_plan;
alter function enter_history() set plan_cache_mode = force_generic_plan;
alter function relabel_history() set plan_cache_mode = force_generic_plan;
