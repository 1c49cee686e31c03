-- Nobody votes on their own drawing, whenever the drawing becomes their own; the last label of a person counts; the totals
-- keep the random sample; exports say what an import needs; and a session knows its visitor.

set local lock_timeout = '5s';

-- Whether a drawing belongs to this person: the visitor who drew it may log in after the person has labelled it.
create function is_own_drawing(prediction uuid, person uuid) returns boolean language sql stable as $$
    select exists (
        select from predictions p join visitors v on v.id = p.visitor_id where p.id = $1 and v.user_id = $2
    )
$$;

-- The last label of each person whose labels count, on a drawing of somebody else. A person who became an operator has only
-- the later label. A program with a token of an operator labels as a labeller, so a label as a labeller does not replace an
-- earlier one as an operator, and such a person has two rows.
create or replace function last_labels_of_people(prediction uuid)
returns table (id bigint, user_id uuid, role text, origin text, true_label text) language sql stable as $$
    with last as (
        select distinct on (l.user_id, l.role) l.id, l.user_id, l.role, l.origin, l.true_label
        from labels l join users u on u.id = l.user_id
        where l.prediction_id = $1 and l.role is not null and l.origin <> 'own' and u.labels_count
            and not is_own_drawing($1, l.user_id)
        order by l.user_id, l.role, l.id desc
    )
    select * from last
    where not exists (
        select from last later
        where later.user_id = last.user_id and later.role = 'operator' and last.role = 'labeller' and later.id > last.id
    )
$$;

-- As before, but a label of the person who drew weighs as the drawer's own also if the person labelled it before the visitor
-- who drew logged in.
create or replace function label_that_counts(prediction uuid) returns text language sql stable
set search_path = pg_catalog, public, pg_temp as $$
    with of_people as (
        select * from last_labels_of_people($1)
    ), votes as (
        select id, role, true_label from of_people where true_label is not null and true_label <> 'unsure'
    ), counted as (
        select true_label, count(*) as votes from votes where role = 'labeller' group by true_label
    ), most as (
        select true_label from counted where votes = (select max(votes) from counted)
    ), of_drawer as (
        select true_label from labels
        where prediction_id = $1 and (role is null or origin = 'own' or is_own_drawing($1, user_id))
        order by id desc limit 1
    )
    select case
        when exists (select from votes where role = 'operator')
            then (select true_label from votes where role = 'operator' order by id desc limit 1)
        when exists (select from most) then (select max(true_label) from most having count(*) = 1)
        when exists (select from of_drawer where true_label is not null) then (select true_label from of_drawer)
        when exists (select from of_people where true_label = 'unsure') then 'unsure'
    end
$$;

-- As before, but for the random sample, too, nobody's label of their own drawing counts.
create or replace function count_labels(prediction uuid) returns void language plpgsql security definer
set plan_cache_mode = force_generic_plan set search_path = pg_catalog, public, pg_temp as $$
declare
    label text;
begin
    perform from prediction_index i where i.id = prediction for update;
    label := label_that_counts(prediction);
    update prediction_index i set true_label = label where i.id = prediction and i.true_label is distinct from label;

    delete from label_votes v where v.prediction_id = prediction;
    insert into label_votes (prediction_id, is_disputed, is_confirmed)
    select prediction, count(distinct true_label) > 1 and not bool_or(role = 'operator'), bool_or(role = 'operator')
    from last_labels_of_people(prediction) where true_label is not null and true_label <> 'unsure'
    having count(*) > 0;

    with last as (
        select distinct on (l.user_id) l.id, l.role, l.true_label from labels l join users u on u.id = l.user_id
        where l.prediction_id = prediction and l.origin = 'random_sample' and u.labels_count
            and not is_own_drawing(prediction, l.user_id)
        order by l.user_id, l.id desc
    ), votes as (
        select true_label from last where true_label <> 'unsure'
    )
    update random_sample s set
        people = (select count(*) from last where last.true_label is not null),
        true_label = case
            when exists (select from label_votes v where v.prediction_id = prediction and v.is_confirmed) then label
            else (select max(votes.true_label) from votes having count(distinct votes.true_label) = 1)
        end
    where s.prediction_id = prediction;
end
$$;

-- As before, but without answers to own drawings.
create or replace function gold_answers(person uuid) returns table (agreed bigint, total bigint) language sql stable as $$
    select count(*) filter (where answer.true_label = i.true_label), count(*)
    from (
        select distinct on (l.prediction_id) l.prediction_id, l.true_label from labels l join users u on u.id = l.user_id
        where l.user_id = $1 and l.role is not null and l.origin = 'gold' and l.id > u.agreement_after
            and l.true_label <> 'unsure'
        order by l.prediction_id, l.id
    ) answer
    join label_votes v on v.prediction_id = answer.prediction_id and v.is_confirmed
    join prediction_index i on i.id = answer.prediction_id
    where not is_own_drawing(answer.prediction_id, $1)
$$;

-- When a visitor becomes a person's, the labels of that person on the visitor's drawings cease to be votes. If there are any,
-- the maintenance counts the labels of the person again. A label that arrives at the same time locks the row of the person;
-- `start_session` locks it before, so that one of both sees the other.
create function begin_recount_of_own() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into label_recounts (user_id)
    select new.user_id where exists (
        select from labels l join predictions p on p.id = l.prediction_id
        where l.user_id = new.user_id and l.role is not null and p.visitor_id = new.id
    )
    on conflict (user_id) do update set after = excluded.after;
    return null;
end
$$;
create trigger own_labels_are_recounted after update of user_id on visitors
    for each row when (new.user_id is not null and old.user_id is distinct from new.user_id)
    execute function begin_recount_of_own();

-- The votes before this migration.
insert into label_recounts (user_id) select distinct user_id from labels where role is not null
on conflict (user_id) do update set after = excluded.after;

-- The visitor of the browser in which the session started, whose drawings are the person's. Sessions from before this migration
-- have none.
alter table sessions add column visitor_id uuid;

-- Of the pruned predictions, those of the random sample that people had labelled: how many have an agreed label, how many of
-- these were correct, and how many have none. Predictions that were pruned before this migration are not counted here.
alter table pruned_counts add column sample_labelled bigint not null default 0;
alter table pruned_counts add column sample_correct bigint not null default 0;
alter table pruned_counts add column sample_undecided bigint not null default 0;

-- As before, and it adds the counts of the random sample. It locks the rows that a recount of labels may change.
create or replace function prune_predictions(before uuid, portion integer) returns integer language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
    pruned uuid[];
    people uuid[];
begin
    perform pg_advisory_xact_lock(hashtext('prune_predictions')); -- one instance at a time
    -- A label that is being added locks its prediction. The next portion has that prediction.
    select coalesce(array_agg(id), '{}') into pruned
    from (select id from predictions where id < before order by id limit portion for update skip locked) oldest;
    perform from prediction_index where id = any(pruned) order by id for update;

    insert into pending_counts
        (sign, day, model, predicted, true_label, confidence, confidence_bin, latency_bucket)
    select 1, day, model, predicted, true_label, confidence, confidence_bin(confidence), latency_bucket
    from prediction_index where id = any(pruned);

    insert into pruned_counts as total
        (day, model, predictions, unlabelled, sample_labelled, sample_correct, sample_undecided)
    select i.day, i.model, count(*), count(*) filter (where i.true_label is null), count(s.true_label),
        count(*) filter (where s.true_label = i.predicted), count(s.prediction_id) - count(s.true_label)
    from prediction_index i left join random_sample s on s.prediction_id = i.id and s.people > 0
    where i.id = any(pruned)
    group by i.day, i.model
    on conflict (day, model) do update set
        predictions = total.predictions + excluded.predictions,
        unlabelled = total.unlabelled + excluded.unlabelled,
        sample_labelled = total.sample_labelled + excluded.sample_labelled,
        sample_correct = total.sample_correct + excluded.sample_correct,
        sample_undecided = total.sample_undecided + excluded.sample_undecided;

    people := array(
        select visitor_id from predictions where id = any(pruned) and visitor_id is not null
        union select labeller from labels where prediction_id = any(pruned) and labeller is not null
    );
    delete from predictions where id = any(pruned);
    perform delete_unused_visitors(people);
    return cardinality(pruned);
end
$$;

-- As before, and whether the labels of the person count. A label of a person's own drawing has the origin `own`, because the
-- database that imports it does not know to whom the visitor belongs.
create or replace function labels_as_json(prediction uuid) returns json language sql stable as $$
    select json_agg(json_build_object(
            'true_label', case when true_label ~ '^[0-9]$' then to_json(true_label::integer) else to_json(true_label) end,
            'created_at', l.created_at,
            'origin', case when is_own_drawing($1, user_id) then 'own' else origin end,
            'labeller', labeller, 'user_id', user_id, 'role', l.role,
            'labels_count', case when not u.labels_count then false end
        ) order by l.id)
    from labels l left join users u on u.id = l.user_id where prediction_id = $1
$$;

-- Puts predictions that were just imported into the random sample or takes them out of it, as they were where they come from,
-- before they get their labels.
create function import_random_sample(members uuid[], others uuid[]) returns void language sql security definer
set search_path = pg_catalog, public, pg_temp as $$
    delete from random_sample where prediction_id = any(others) and people = 0;
    insert into random_sample (prediction_id) select unnest(members) on conflict (prediction_id) do nothing;
$$;

-- New functions, as in migration 0027.
revoke execute on all functions in schema public from public;
