-- Labels that can be trusted: a random sample of the drawings, drawings on which people disagree, and labellers whose labels
-- do not count.

set local lock_timeout = '5s';

-- Each drawing joins the random sample with a probability of one in five when it is stored, so no prediction and no label
-- decides which drawings belong to it. `people` have labelled the drawing from the labelling queue. The sample begins with
-- the drawings after this migration.
create table random_sample (
    prediction_id uuid primary key references predictions (id) on delete cascade,
    people smallint not null default 0,
    -- The label of an operator, else the one on which these people agree; null if they disagree or cannot tell.
    true_label text
);
-- An id ends with random digits, so this order is random, too.
create index random_sample_to_label on random_sample (right(prediction_id::text, 8)) where people < 2;
create index random_sample_labelled on random_sample (prediction_id) where people > 0;

-- A row for each drawing that people with accounts voted on. A drawing is disputed if the votes of labellers differ and no
-- operator voted; it is confirmed if an operator voted.
create table label_votes (
    prediction_id uuid primary key references predictions (id) on delete cascade,
    is_disputed boolean not null,
    is_confirmed boolean not null
);
create index label_votes_disputed on label_votes (prediction_id) where is_disputed;
create index label_votes_confirmed on label_votes (right(prediction_id::text, 8)) where is_confirmed;

-- `labels_count` says whether the labels of a person are votes. `agreement_after` is the id of a label: earlier answers to
-- gold drawings, whose label an operator has confirmed, do not count for that.
alter table users add column labels_count boolean not null default true;
alter table users add column agreement_after bigint not null default 0;

-- People whose labels began or ceased to count: their drawings after the id `after` are to be counted again.
create table label_recounts (
    user_id uuid primary key references users (id) on delete cascade,
    after uuid not null default '00000000-0000-0000-0000-000000000000'
);

-- The last label of each person whose labels count, on a drawing of somebody else. A program with a token of an operator
-- labels as a labeller, so its label does not replace the operator's.
create function last_labels_of_people(prediction uuid)
returns table (id bigint, user_id uuid, role text, origin text, true_label text) language sql stable as $$
    select distinct on (l.user_id, l.role) l.id, l.user_id, l.role, l.origin, l.true_label
    from labels l join users u on u.id = l.user_id
    where l.prediction_id = $1 and l.role is not null and l.origin <> 'own' and u.labels_count
    order by l.user_id, l.role, l.id desc
$$;

-- As before, but only the labels of people whose labels count are votes.
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
        where prediction_id = $1 and (role is null or origin = 'own') order by id desc limit 1
    )
    select case
        when exists (select from votes where role = 'operator')
            then (select true_label from votes where role = 'operator' order by id desc limit 1)
        when exists (select from most) then (select max(true_label) from most having count(*) = 1)
        when exists (select from of_drawer where true_label is not null) then (select true_label from of_drawer)
        when exists (select from of_people where true_label = 'unsure') then 'unsure'
    end
$$;

-- Writes the tables that are derived from the labels of a drawing. Labels that arrive at the same time wait for each other.
create function count_labels(prediction uuid) returns void language plpgsql security definer
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

create or replace function index_label() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
    -- A change of `labels_count` waits for this label, so that its recount sees the label.
    perform from users where id = new.user_id for share;
    perform count_labels(new.prediction_id);
    return null;
end
$$;

-- As before, and the random sample.
create or replace function index_predictions() returns trigger language plpgsql security definer
set plan_cache_mode = force_generic_plan set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into prediction_index (id, day, predicted, confidence, model, source, latency_bucket)
    select p.id, (p.created_at at time zone 'utc')::date, predicted_class(p), p.confidence, p.model, p.source,
        latency_bucket(p.latency_ms)
    from added p;
    insert into random_sample (prediction_id) select p.id from added p where random() < 0.2;
    return null;
end
$$;

create function begin_label_recount() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into label_recounts (user_id) values (new.id) on conflict (user_id) do update set after = excluded.after;
    return null;
end
$$;
create trigger labels_are_recounted after update of labels_count on users
    for each row when (old.labels_count <> new.labels_count) execute function begin_label_recount();

-- Counts the labels of at most `portion` drawings again, and returns how many these were. If a recount waits, another
-- instance of the service may be at it; then this one counts nothing.
create function recount_labels(portion integer) returns integer language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
    recount label_recounts;
    drawings uuid[];
begin
    select * into recount from label_recounts order by user_id limit 1 for update skip locked;
    if not found then
        return 0;
    end if;
    drawings := array(
        select distinct l.prediction_id from labels l
        where l.user_id = recount.user_id and l.role is not null and l.prediction_id > recount.after
        order by l.prediction_id limit portion
    );
    perform count_labels(drawing) from unnest(drawings) as drawing;
    if cardinality(drawings) < portion then
        delete from label_recounts where user_id = recount.user_id;
    else
        update label_recounts set after = drawings[portion] where user_id = recount.user_id;
    end if;
    return cardinality(drawings);
end
$$;

-- Whether a visitor is this person.
create function is_own(visitor uuid, person uuid) returns boolean language sql stable as $$
    select exists (select from visitors where id = $1 and user_id = $2)
$$;

-- Whether a person has a label on a drawing that the person did not withdraw.
create function has_labelled(prediction uuid, person uuid) returns boolean language sql stable as $$
    select coalesce(
        (select true_label is not null from labels where prediction_id = $1 and user_id = $2 order by id desc limit 1), false
    )
$$;

-- A person's answers to gold drawings, and how many of them agree with the operator's label. `unsure` is no answer. The first
-- answer to a drawing counts, so that nobody corrects it after a look at the operator's label.
create function gold_answers(person uuid) returns table (agreed bigint, total bigint) language sql stable as $$
    select count(*) filter (where answer.true_label = i.true_label), count(*)
    from (
        select distinct on (l.prediction_id) l.prediction_id, l.true_label from labels l join users u on u.id = l.user_id
        where l.user_id = $1 and l.role is not null and l.origin = 'gold' and l.id > u.agreement_after
            and l.true_label <> 'unsure'
        order by l.prediction_id, l.id
    ) answer
    join label_votes v on v.prediction_id = answer.prediction_id and v.is_confirmed
    join prediction_index i on i.id = answer.prediction_id
$$;

-- The votes before this migration.
insert into label_recounts (user_id) select distinct user_id from labels where role is not null;

-- The conditions of the function with ten arguments, and one more: only disputed drawings. The planner inlines both.
create function filter_predictions(
    first uuid, before uuid, predicted text, true_label text, is_labelled boolean, only_incorrect boolean,
    only_low_confidence boolean, only_digits boolean, model text, source text, only_disputed boolean
) returns setof prediction_index language sql stable as $$
    select * from filter_predictions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) i
    where not $11 or i.id in (select v.prediction_id from label_votes v where v.is_disputed)
$$;
