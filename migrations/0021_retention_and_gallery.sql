-- Old drawings are deleted and stay counted; visitors who delete everything leave no link to themselves; drawings of
-- visitors who knew of the public gallery are in it; and exports have all labels.

set local lock_timeout = '5s';

-- The number of counted predictions that the service deleted because of their age, and the number of these without a label.
-- The counts of `prediction_counts` include them.
create table pruned_counts (
    day         date   not null,
    model       text   not null,
    predictions bigint not null,
    unlabelled  bigint not null,
    primary key (day, model)
);

-- Deletes those of the visitors that own nothing: no drawing, no label, no account and no API token. A visitor who draws
-- again gets a new row.
create function delete_unused_visitors(candidates uuid[]) returns void language sql security definer
set search_path = pg_catalog, public, pg_temp as $$
    delete from visitors v
    where id = any(candidates) and user_id is null
        and not exists (select from predictions where visitor_id = v.id)
        and not exists (select from labels where coalesce(user_id, labeller) = v.id)
        and not exists (select from api_tokens where visitor_id = v.id)
$$;

-- Deletes the oldest predictions whose id is below `before`, at most `portion` of them, with their labels, and returns
-- their number. Their visitors go, too, if they own nothing else.
--
-- The deletion of a row of `prediction_index` notes that it is no longer counted. This function notes each row once more
-- before, so that the counts do not change.
create function prune_predictions(before uuid, portion integer) returns integer language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
    pruned uuid[];
    people uuid[];
begin
    perform pg_advisory_xact_lock(hashtext('prune_predictions')); -- one instance at a time
    -- A label that is being added locks its prediction. The next portion has that prediction.
    select coalesce(array_agg(id), '{}') into pruned
    from (select id from predictions where id < before order by id limit portion for update skip locked) oldest;

    with counted as (
        insert into pending_counts
            (sign, day, model, predicted, true_label, confidence, confidence_bin, latency_bucket)
        select 1, day, model, predicted, true_label, confidence, confidence_bin(confidence), latency_bucket
        from prediction_index where id = any(pruned)
        returning day, model, true_label
    )
    insert into pruned_counts as total (day, model, predictions, unlabelled)
    select day, model, count(*), count(*) filter (where true_label is null) from counted group by day, model
    on conflict (day, model) do update set
        predictions = total.predictions + excluded.predictions,
        unlabelled = total.unlabelled + excluded.unlabelled;

    people := array(
        select visitor_id from predictions where id = any(pruned) and visitor_id is not null
        union select labeller from labels where prediction_id = any(pruned) and labeller is not null
    );
    delete from predictions where id = any(pruned);
    perform delete_unused_visitors(people);
    return cardinality(pruned);
end
$$;

-- A label stays when the visitor who gave it deletes everything, because it says something of another's drawing; only the
-- link to the visitor goes. Nothing else of a label changes.
create function reject_label_update() returns trigger language plpgsql as $$
begin
    if new.labeller is null
        and (new.id, new.prediction_id, new.created_at, new.origin)
            = (old.id, old.prediction_id, old.created_at, old.origin)
        and (new.true_label, new.user_id, new.role) is not distinct from (old.true_label, old.user_id, old.role)
    then
        return new;
    end if;
    raise exception 'labels are append-only: insert another label instead';
end
$$;
create or replace trigger labels_are_append_only before delete or truncate on labels
    for each statement execute function reject_label_change();
create trigger labels_keep_their_content before update on labels
    for each row execute function reject_label_update();

-- Removes the link from labels to these visitors, and the visitors. Labels of people with an account stay theirs.
create function forget_visitors(forgotten uuid[]) returns void language sql security definer
set search_path = pg_catalog, public, pg_temp as $$
    update labels set labeller = null where coalesce(user_id, labeller) = any(forgotten) and user_id is null;
    select delete_unused_visitors(forgotten);
$$;

-- The drawings of the public gallery. Only drawings that were submitted while the gallery was public have a row, because
-- their visitors were told so.
--   waiting   an uploaded picture that no operator has approved yet
--   shown     everybody sees its bitmap
--   hidden    an operator has hidden it
create table gallery_drawings (
    prediction_id uuid primary key references predictions (id) on delete cascade,
    state         text not null,
    constraint gallery_drawings_state_check check (state in ('waiting', 'shown', 'hidden'))
);
create index gallery_drawings_by_state on gallery_drawings (state, prediction_id);

-- The reports about drawings of the gallery, one for each reason, so that nobody can fill the table. They do not say who
-- reported. An operator's decision resolves them, and the same reason does not come up again.
create table gallery_reports (
    prediction_id uuid        not null references gallery_drawings (prediction_id) on delete cascade,
    reason        text        not null,
    created_at    timestamptz not null default now(),
    is_resolved   boolean     not null default false,
    primary key (prediction_id, reason),
    constraint gallery_reports_reason_check check (reason in ('offensive', 'personal', 'other'))
);
create index gallery_reports_open on gallery_reports (created_at) where not is_resolved;

-- All labels of a prediction for an export, the earliest first; null if there are none.
create function labels_as_json(prediction uuid) returns json language sql stable as $$
    select json_agg(json_build_object(
            'true_label', case when true_label ~ '^[0-9]$' then to_json(true_label::integer) else to_json(true_label) end,
            'created_at', created_at, 'origin', origin, 'labeller', labeller, 'user_id', user_id, 'role', role
        ) order by id)
    from labels where prediction_id = $1
$$;
