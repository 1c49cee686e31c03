-- Counting was the dearest part of keeping a drawing: each statement changed the same few rows of `tallies`, and waited
-- until whoever had changed them before was committed. Now a statement only notes in `changes` what has to be counted, and
-- fold_changes(), which the web service calls every few seconds, counts what was noted. Whoever asks for counts asks the
-- views below, which add to what is counted what is only noted, so that they are never behind.
--
-- And `tallies` had a row for each day, model, answer, label and step of confidence that had ever met: half as many as
-- there were drawings. What is asked of them needs no more than `answers`, without the confidence's step, and `steps`,
-- with nothing else.

-- What is counted here must not change meanwhile: nobody would count it again.
lock table history in share mode;

-- What entered `history` (1) or left it (-1): a label does both.
create table changes (
    sign        smallint not null check (sign in (-1, 1)),
    day         date     not null,
    model       text     not null,
    said        text     not null,
    true_label  text,
    confidence  double precision not null,
    -- The confidence in steps of 5 %; 19 is from 95 % to below 99 %, and 20 what is above.
    step        smallint not null check (step between 0 and 20),
    pace        smallint
);

-- How many drawings were taken for what and are labelled what, and the sum of the confidences. No label is the empty text,
-- because null is equal to nothing, itself included.
create table answers (
    day         date     not null,
    model       text     not null,
    said        text     not null,
    true_label  text     not null,
    predictions bigint   not null,
    confidence  double precision not null,
    primary key (day, model, said, true_label)
);

-- How many answers of a confidence were right and how many were not: those that named a digit, and whose drawings somebody
-- has labelled and was not unsure of.
create table steps (
    day         date     not null,
    model       text     not null,
    step        smallint not null check (step between 0 and 20),
    is_right    boolean  not null,
    predictions bigint   not null,
    confidence  double precision not null,
    primary key (day, model, step, is_right)
);

-- `paces` stays as it is: how many predictions took how long.

insert into answers (day, model, said, true_label, predictions, confidence)
select day, model, said, true_label, sum(predictions), sum(confidence) from tallies
where predictions > 0
group by day, model, said, true_label;

insert into steps (day, model, step, is_right, predictions, confidence)
select day, model, step, true_label = said, sum(predictions), sum(confidence) from tallies
where predictions > 0 and said <> 'not_a_digit' and true_label not in ('', 'unsure')
group by day, model, step, true_label = said;

create or replace function tally_history() returns trigger language plpgsql
set plan_cache_mode = force_generic_plan as $$
begin
    if tg_op <> 'DELETE' then
        insert into changes (sign, day, model, said, true_label, confidence, step, pace)
        select 1, day, model, said, true_label, confidence, step(confidence), pace from added;
    end if;
    if tg_op <> 'INSERT' then
        insert into changes (sign, day, model, said, true_label, confidence, step, pace)
        select -1, day, model, said, true_label, confidence, step(confidence), pace from removed;
    end if;
    return null;
end
$$;

drop function tally(history[], history[]);
drop table tallies;

-- What a change adds to each count. All sums are of these.
create view changed_answers as
select day, model, said, coalesce(true_label, '') as true_label, sign as predictions, sign * confidence as confidence
from changes;

create view changed_steps as
select day, model, step, true_label = said as is_right, sign as predictions, sign * confidence as confidence
from changes
where said <> 'not_a_digit' and true_label <> 'unsure';

create view changed_paces as
select day, model, pace, sign as predictions from changes where pace is not null;

create view all_answers as
select * from answers union all select * from changed_answers;

create view all_steps as
select * from steps union all select * from changed_steps;

create view all_paces as
select * from paces union all select * from changed_paces;

-- The counts of one version of the model, or of all where it is null, and from one day on, or of all days. The planner puts
-- their bodies in the place of the call.
create function answers_of(text, date) returns setof all_answers language sql stable as $$
    select * from all_answers a where ($1 is null or a.model = $1) and ($2 is null or a.day >= $2)
$$;

create function steps_of(text, date) returns setof all_steps language sql stable as $$
    select * from all_steps s where ($1 is null or s.model = $1) and ($2 is null or s.day >= $2)
$$;

create function paces_of(text, date) returns setof all_paces language sql stable as $$
    select * from all_paces p where ($1 is null or p.model = $1) and ($2 is null or p.day >= $2)
$$;

-- Counts what was noted, and says how much that was. It is one statement, so that what it counts is what it takes away;
-- whoever comes while another counts leaves it to them.
create function fold_changes() returns bigint language plpgsql as $$
declare
    folded bigint := 0;
begin
    if pg_try_advisory_xact_lock('changes'::regclass::oid::bigint) then
        with answered as (
            insert into answers as counted
            select day, model, said, true_label, sum(predictions), sum(confidence) from changed_answers
            group by day, model, said, true_label
            on conflict (day, model, said, true_label) do update set
                predictions = counted.predictions + excluded.predictions,
                confidence = counted.confidence + excluded.confidence
        ), stepped as (
            insert into steps as counted
            select day, model, step, is_right, sum(predictions), sum(confidence) from changed_steps
            group by day, model, step, is_right
            on conflict (day, model, step, is_right) do update set
                predictions = counted.predictions + excluded.predictions,
                confidence = counted.confidence + excluded.confidence
        ), paced as (
            insert into paces as counted
            select day, model, pace, sum(predictions) from changed_paces
            group by day, model, pace
            having sum(predictions) <> 0 -- a label changes no pace
            on conflict (day, model, pace) do update set predictions = counted.predictions + excluded.predictions
        ), taken as (
            delete from changes returning 1
        )
        select count(*) into folded from taken;
    end if;
    return folded;
end
$$;
