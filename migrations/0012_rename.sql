-- Names as the field has them. This migration renames; the rows stay as they are. It is the only one that an older
-- instance cannot run beside: stop the services, run `api migrate`, start the new ones.
--
-- PostgreSQL renames columns in views and indexes, but not in the bodies of functions, so that all functions are created
-- anew, and with them the triggers and views that use them.

-- PostgreSQL gives up here, and `api migrate` tries again, rather than let all requests queue up behind a long transaction.
set local lock_timeout = '5s';
lock table predictions, labels, history, changes, answers, steps, paces in access exclusive mode;

drop trigger predictions_enter_history on predictions;
drop trigger labels_enter_history on labels;
drop trigger labels_are_append_only on labels;
drop trigger history_is_tallied_in on history;
drop trigger history_is_tallied_anew on history;
drop trigger history_is_tallied_out on history;
drop function enter_history(), relabel_history(), tally_history(), refuse_change(), fold_changes();
drop function history_of(uuid, uuid, text, text, boolean, boolean, boolean, boolean, text, text);
drop function answers_of(text, date), steps_of(text, date), paces_of(text, date);
drop function said(predictions), step(real), pace(real);
drop view all_answers, all_steps, all_paces, changed_answers, changed_steps, changed_paces;

alter table predictions rename column receipt to deletion_token_hash;
alter table predictions rename constraint predictions_receipt_check to predictions_deletion_token_hash_check;
alter table predictions rename column took_ms to latency_ms;
alter table predictions rename constraint predictions_took_ms_check to predictions_latency_ms_check;
alter view labelled_predictions rename column took_ms to latency_ms;
-- The next migration renames the reason in the rows. Rows are checked when they are written, the old ones need not be.
alter table predictions drop constraint predictions_reason_check;
alter table predictions add constraint predictions_reason_check
    check (reason in ('too_small', 'too_little_ink', 'several_digits', 'unlike_a_digit')) not valid;

-- A narrow row for each prediction, with its last label: the filters and the labelling queue read this table.
alter table history rename to prediction_index;
alter table prediction_index rename column said to predicted;
alter table prediction_index rename column pace to latency_bucket;
alter table prediction_index rename constraint history_pkey to prediction_index_pkey;
alter table prediction_index rename constraint history_id_fkey to prediction_index_id_fkey;
alter index history_by_model rename to prediction_index_by_model;
alter index history_by_said rename to prediction_index_by_predicted;
alter index history_by_source rename to prediction_index_by_source;
alter index history_by_label rename to prediction_index_by_label;
alter index history_unlabelled rename to prediction_index_unlabelled;
alter index history_doubtful rename to prediction_index_low_confidence;
alter index history_wrong rename to prediction_index_incorrect;
alter index history_to_label rename to prediction_index_to_label;

-- What entered `prediction_index` (sign 1) or left it (-1) and is not counted yet.
alter table changes rename to pending_counts;
alter table pending_counts rename column said to predicted;
alter table pending_counts rename column step to confidence_bin;
alter table pending_counts rename column pace to latency_bucket;
alter table pending_counts rename constraint changes_sign_check to pending_counts_sign_check;
alter table pending_counts rename constraint changes_step_check to pending_counts_confidence_bin_check;

-- How many predictions there are of each predicted class and label; no label is the empty text.
alter table answers rename to prediction_counts;
alter table prediction_counts rename column said to predicted;
alter table prediction_counts rename column confidence to confidence_sum;
alter table prediction_counts rename constraint answers_pkey to prediction_counts_pkey;

-- How many predictions of a confidence were correct, and how many were not.
alter table steps rename to confidence_bins;
alter table confidence_bins rename column step to bin;
alter table confidence_bins rename column is_right to is_correct;
alter table confidence_bins rename column confidence to confidence_sum;
alter table confidence_bins rename constraint steps_pkey to confidence_bins_pkey;
alter table confidence_bins rename constraint steps_step_check to confidence_bins_bin_check;

-- How many predictions took how long.
alter table paces rename to latency_buckets;
alter table latency_buckets rename column pace to bucket;
alter table latency_buckets rename constraint paces_pkey to latency_buckets_pkey;

-- The predicted class, as a label would name it: a digit, or not_a_digit.
create function predicted_class(predictions) returns text language sql immutable as $$
    select case $1.verdict when 'digit' then $1.prediction::text else 'not_a_digit' end
$$;

-- Bins of 5 %; bin 19 is from 95 % to below 99 %, and bin 20 is what is above.
create function confidence_bin(confidence real) returns smallint language sql immutable as $$
    select (case when confidence < 0.99 then least(floor(confidence * 20), 19) else 20 end)::smallint
$$;

-- Four buckets for each doubling of the latency; bucket 0 begins at 1 ms.
create function latency_bucket(latency_ms real) returns smallint language sql immutable strict as $$
    select floor(4 * ln(greatest(latency_ms, 1)) / ln(2))::smallint
$$;

-- The api runs as a role that may not write derived tables, so that the trigger functions run with the rights of their
-- owner. Each statement is planned once for each connection, because planning takes longer than the statement itself.
create function index_predictions() returns trigger language plpgsql security definer
set plan_cache_mode = force_generic_plan set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into prediction_index (id, day, predicted, confidence, model, source, latency_bucket)
    select p.id, (p.created_at at time zone 'utc')::date, predicted_class(p), p.confidence, p.model, p.source,
        latency_bucket(p.latency_ms)
    from added p;
    return null;
end
$$;

create trigger predictions_are_indexed after insert on predictions
    referencing new table as added for each statement execute function index_predictions();

-- Of two labels that two transactions insert at the same time, the later one counts, whichever commits first: the lock
-- makes the transactions wait for each other, and each looks for the last label then.
create function index_label() returns trigger language plpgsql security definer
set plan_cache_mode = force_generic_plan set search_path = pg_catalog, public, pg_temp as $$
begin
    perform from prediction_index where id = new.prediction_id for update;
    update prediction_index set true_label =
        (select l.true_label from labels l where l.prediction_id = new.prediction_id order by l.id desc limit 1)
    where id = new.prediction_id;
    return null;
end
$$;

create trigger labels_are_indexed after insert on labels for each row execute function index_label();

-- The deletion of a prediction deletes its labels, one trigger level further down. Nothing else may.
create function reject_label_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and pg_trigger_depth() > 1 then
        return null;
    end if;
    raise exception 'labels are append-only: insert another label instead';
end
$$;

create trigger labels_are_append_only before update or delete or truncate on labels
    for each statement execute function reject_label_change();

-- Notes what has to be counted. If each statement changed the counts itself, statements would wait for each other to commit.
create function note_pending_counts() returns trigger language plpgsql security definer
set plan_cache_mode = force_generic_plan set search_path = pg_catalog, public, pg_temp as $$
begin
    if tg_op <> 'DELETE' then
        insert into pending_counts
            (sign, day, model, predicted, true_label, confidence, confidence_bin, latency_bucket)
        select 1, day, model, predicted, true_label, confidence, confidence_bin(confidence), latency_bucket from added;
    end if;
    if tg_op <> 'INSERT' then
        insert into pending_counts
            (sign, day, model, predicted, true_label, confidence, confidence_bin, latency_bucket)
        select -1, day, model, predicted, true_label, confidence, confidence_bin(confidence), latency_bucket from removed;
    end if;
    return null;
end
$$;

create trigger prediction_index_inserts_are_counted after insert on prediction_index
    referencing new table as added for each statement execute function note_pending_counts();
create trigger prediction_index_updates_are_counted after update on prediction_index
    referencing new table as added old table as removed for each statement execute function note_pending_counts();
create trigger prediction_index_deletes_are_counted after delete on prediction_index
    referencing old table as removed for each statement execute function note_pending_counts();

-- What `pending_counts` adds to each table of counts.
create view pending_prediction_counts as
select day, model, predicted, coalesce(true_label, '') as true_label, sign as predictions,
    sign * confidence as confidence_sum
from pending_counts;

create view pending_confidence_bins as
select day, model, confidence_bin as bin, true_label = predicted as is_correct, sign as predictions,
    sign * confidence as confidence_sum
from pending_counts
where predicted <> 'not_a_digit' and true_label <> 'unsure';

create view pending_latency_buckets as
select day, model, latency_bucket as bucket, sign as predictions from pending_counts where latency_bucket is not null;

-- The counts with what is pending, so that they are never behind.
create view all_prediction_counts as
select * from prediction_counts union all select * from pending_prediction_counts;

create view all_confidence_bins as
select * from confidence_bins union all select * from pending_confidence_bins;

create view all_latency_buckets as
select * from latency_buckets union all select * from pending_latency_buckets;

-- The counts of one model version, or of all where it is null, from one day on, or of all days. The planner inlines these
-- functions.
create function prediction_counts_of(text, date) returns setof all_prediction_counts language sql stable as $$
    select * from all_prediction_counts c where ($1 is null or c.model = $1) and ($2 is null or c.day >= $2)
$$;

create function confidence_bins_of(text, date) returns setof all_confidence_bins language sql stable as $$
    select * from all_confidence_bins b where ($1 is null or b.model = $1) and ($2 is null or b.day >= $2)
$$;

create function latency_buckets_of(text, date) returns setof all_latency_buckets language sql stable as $$
    select * from all_latency_buckets b where ($1 is null or b.model = $1) and ($2 is null or b.day >= $2)
$$;

-- Adds the pending counts to the tables of counts, and returns how many there were. It is one statement, so that it
-- deletes exactly what it counted. Only one caller does so at a time; the others return at once.
create function apply_pending_counts() returns bigint language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
    applied bigint := 0;
begin
    if pg_try_advisory_xact_lock('pending_counts'::regclass::oid::bigint) then
        with predictions_counted as (
            insert into prediction_counts as counted
            select day, model, predicted, true_label, sum(predictions), sum(confidence_sum)
            from pending_prediction_counts
            group by day, model, predicted, true_label
            on conflict (day, model, predicted, true_label) do update set
                predictions = counted.predictions + excluded.predictions,
                confidence_sum = counted.confidence_sum + excluded.confidence_sum
        ), confidences_counted as (
            insert into confidence_bins as counted
            select day, model, bin, is_correct, sum(predictions), sum(confidence_sum) from pending_confidence_bins
            group by day, model, bin, is_correct
            on conflict (day, model, bin, is_correct) do update set
                predictions = counted.predictions + excluded.predictions,
                confidence_sum = counted.confidence_sum + excluded.confidence_sum
        ), latencies_counted as (
            insert into latency_buckets as counted
            select day, model, bucket, sum(predictions) from pending_latency_buckets
            group by day, model, bucket
            having sum(predictions) <> 0 -- a label changes no latency
            on conflict (day, model, bucket) do update set predictions = counted.predictions + excluded.predictions
        ), deleted as (
            delete from pending_counts returning 1
        )
        select count(*) into applied from deleted;
    end if;
    return applied;
end
$$;

-- The predictions that meet all conditions, for pages and exports alike. A condition that is null, or an `only_…` that is
-- false, always holds. The planner inlines the function and leaves out what always holds.
create function filter_predictions(
    first uuid, before uuid, predicted text, true_label text, is_labelled boolean, only_incorrect boolean,
    only_low_confidence boolean, only_digits boolean, model text, source text
) returns setof prediction_index language sql stable as $$
    select * from prediction_index i
    where i.id >= $1 and i.id < $2
        and ($3 is null or i.predicted = $3)
        and ($4 is null or i.true_label = $4)
        and ($5 is null or (i.true_label is not null) = $5)
        and (not $6 or (i.true_label <> i.predicted and i.true_label <> 'unsure'))
        and (not $7 or i.confidence < 0.9)
        and (not $8 or i.true_label ~ '^[0-9]$')
        and ($9 is null or i.model = $9)
        and ($10 is null or i.source = $10)
$$;
