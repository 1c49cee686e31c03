-- Label suspects, and the outcomes of the random sample.

set local lock_timeout = '5s';

-- Label suspects are labelled drawings whose label is probably wrong, by confident learning (Northcutt, Jiang and Chuang, 2021).
-- A model predicts a drawing before any model learns from it, so the stored probabilities are out-of-sample.
--
-- For each class, the mean probability of the class over the latest 300 drawings with this label; a class without any has no
-- row. The stored probabilities are those of the digits, given that the drawing is one, so a rejected drawing is `not_a_digit`
-- with the probability 1, and any other with the probability 0. The limit bounds the work, and lets the means follow the model.
create view class_thresholds as
with classes as (
    select unnest(array['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'not_a_digit']) as class
), latest as (
    -- The index `prediction_index_by_label` has the ids of each label and predicted class in order.
    select c.class, l.id, l.predicted from classes c cross join lateral (
        select i.id, i.predicted from classes d cross join lateral (
            select id, predicted from prediction_index where true_label = c.class and predicted = d.class
            order by id desc limit 300
        ) i
        order by i.id desc limit 300
    ) l
)
select class, avg(case
    when 'not_a_digit' in (class, predicted) then (class = predicted)::integer
    when class = predicted then (select i.confidence from prediction_index i where i.id = latest.id)
    else (select p.probabilities[class::integer + 1] from predictions p where p.id = latest.id)
end)::real as threshold
from latest group by class;

-- The conditions of the function with eleven arguments, and one more: only label suspects. A label is suspect if another class
-- is the most probable one, and at least as probable as it is on average for drawings with its label, until two people whose
-- labels count have given the label. Each label of an operator counts like one of another person. The planner inlines both
-- functions, and uses the index `prediction_index_incorrect`.
create function filter_predictions(
    first uuid, before uuid, predicted text, true_label text, is_labelled boolean, only_incorrect boolean,
    only_low_confidence boolean, only_digits boolean, model text, source text, only_disputed boolean, only_suspect boolean
) returns setof prediction_index language sql stable as $$
    select * from filter_predictions($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) i
    where not $12 or (
        i.true_label <> i.predicted and i.true_label <> 'unsure'
        and case i.predicted when 'not_a_digit' then 1 else i.confidence end
            >= ((select json_object_agg(class, threshold) from class_thresholds) ->> i.predicted)::real
        and (
            select count(distinct coalesce(
                case l.role when 'operator' then l.id::text end, l.user_id::text, l.labeller::text, l.id::text
            ))
            from labels l left join users u on u.id = l.user_id
            where l.prediction_id = i.id and l.true_label = i.true_label and u.labels_count is distinct from false
        ) < 2
    )
$$;

-- The drawings of the random sample that people have labelled, those that were pruned included: how many have an agreed label,
-- how many of these were predicted correctly, how many have none, and how many of all were pruned.
create view random_sample_outcomes as
select i.model, i.day, (s.true_label is not null)::integer::bigint as labelled,
    (s.true_label is not null and s.true_label = i.predicted)::integer::bigint as correct,
    (s.true_label is null)::integer::bigint as undecided, 0::bigint as pruned
from random_sample s join prediction_index i on i.id = s.prediction_id
where s.people > 0
union all
select model, day, sample_labelled, sample_correct, sample_undecided, sample_labelled + sample_undecided from pruned_counts;

-- New functions, as in migration 0027.
revoke execute on all functions in schema public from public;
