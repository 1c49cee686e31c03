-- Training examples: the drawings from which a model may learn, and why the others are held back.

set local lock_timeout = '5s';

-- `writer` names the person who drew an imported drawing, if the file does. `is_from_operator` marks drawings that an operator
-- drew, sent with a token or imported. Both are known when a drawing is stored and never change.
alter table predictions add column writer text;
alter table predictions add column is_from_operator boolean not null default false;
alter table predictions add constraint predictions_writer_check check (char_length(writer) between 1 and 100) not valid;

-- The people whose drawings train, decide in the gate, and test are different ones. A hash divides them, so that a person never
-- changes: one in ten belongs to the gate, and one in ten to the test.
create function split_of_writer(writer text) returns text language sql immutable parallel safe as $$
    select case ('x' || left(encode(sha256(convert_to($1, 'UTF8')), 'hex'), 8))::bit(32)::bigint % 10
        when 0 then 'gate' when 1 then 'test' else 'train'
    end
$$;

-- All labelled drawings, and why a drawing is held back: null if a model may learn from it. Anybody can draw, so a drawing of a
-- visitor needs the label of a person whom an operator invited, who did not see the prediction; a labeller who has answered
-- few gold drawings confirms few drawings; and no visitor has a large share. With `trusts_everybody`, all drawings count as
-- those of operators. These are the rules with the version 1 (crates/api/src/store/training_examples.rs).
create function assess_training_examples(trusts_everybody boolean)
returns table (id uuid, writer text, true_label text, held_back text) language sql stable
set search_path = pg_catalog, public, pg_temp as $$
    with labelled as materialized (
        select p.id, i.true_label, p.may_train, p.reason, $1 or p.is_from_operator as is_from_operator,
            coalesce(p.writer, case when not p.is_from_operator then p.visitor_id::text end, p.id::text) as writer
        from prediction_index i join predictions p on p.id = i.id
        where i.true_label is not null
    ), people as materialized (
        select u.id, answers.total >= 20 as is_proven from users u cross join lateral gold_answers(u.id) answers
    ), confirmed as (
        select d.id, min(l.user_id::text) as person,
            count(distinct l.user_id) > 1 or bool_or(l.role = 'operator' or people.is_proven) as is_proven
        from labelled d
        join label_votes v on v.prediction_id = d.id
        cross join lateral last_labels_of_people(d.id) l
        join people on people.id = l.user_id
        where not d.is_from_operator and l.true_label = d.true_label
            and (l.role = 'operator' or l.origin in ('queue', 'random_sample', 'gold'))
        group by d.id
    ), checked as (
        select d.*, c.person, c.is_proven, case
            when d.true_label = 'unsure' then 'unsure'
            when not coalesce(d.may_train, d.is_from_operator) then 'not_allowed'
            when d.reason = 'too_small' then 'too_small'
            when d.is_from_operator then null
            when c.id is null then 'unconfirmed'
            when of_drawer.true_label <> 'unsure' and of_drawer.true_label <> d.true_label then 'contradicted'
        end as held_back
        from labelled d left join confirmed c on c.id = d.id
        left join lateral (
            select l.true_label from labels l
            where l.prediction_id = d.id and (l.role is null or l.origin = 'own' or is_own_drawing(d.id, l.user_id))
            order by l.id desc limit 1
        ) of_drawer on not d.is_from_operator
    -- An id ends with random digits, so each limit keeps a random choice, and the same one each time.
    ), of_people as (
        select *, row_number() over (partition by held_back, is_proven, person order by right(id::text, 8)) as place
        from checked
    ), limited_by_person as (
        select of_people.id, of_people.writer, of_people.true_label, is_from_operator,
            case when held_back is null and not is_proven and place > 50 then 'new_labeller' else held_back end as held_back
        from of_people
    ), of_classes as (
        select *, row_number() over (
            partition by held_back, is_from_operator, case when not is_from_operator then limited_by_person.writer end,
                limited_by_person.true_label
            order by right(limited_by_person.id::text, 8)
        ) as place
        from limited_by_person
    ), limited_by_class as (
        select of_classes.id, of_classes.writer, of_classes.true_label, is_from_operator, case
            when held_back is not null then held_back
            when is_from_operator and place > 1000 then 'operator_limit'
            when not is_from_operator and place > 50 then 'class_limit'
        end as held_back
        from of_classes
    ), of_writers as (
        select *, count(*) filter (where held_back is null) over () as total,
            row_number() over (partition by held_back, limited_by_class.writer order by right(limited_by_class.id::text, 8))
                as place
        from limited_by_class
    )
    select of_writers.id, of_writers.writer, of_writers.true_label, case
        when held_back is null and not is_from_operator and place > greatest(total, 2000) / 100 then 'writer_limit'
        else held_back
    end
    from of_writers
$$;

-- New functions, as in migration 0027.
revoke execute on all functions in schema public from public;
