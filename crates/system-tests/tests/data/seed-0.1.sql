-- Rows for a database of version 0.1.0, with the names that it had: as many predictions as :rows says.
select setseed(0.5);

create temporary table past as
select
    (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0')
        || '7' || lpad(to_hex(floor(random() * 4096)::int), 3, '0')
        || '8' || lpad(to_hex(floor(random() * 4096)::int), 3, '0') || lpad(to_hex(n), 12, '0'))::uuid as id,
    n, at, floor(random() * 10)::smallint as prediction, (1 - random() ^ 3 * 0.9)::real as confidence,
    random() < 0.05 as is_none, case when at < now() - interval '100 days' then 'older' else 'newer' end as model,
    (array['canvas', 'upload', 'api'])[1 + floor(random() ^ 2 * 3)::int] as source,
    case when random() < 0.9 then (2 + exp(random() * 5))::real end as took_ms,
    random() as fate
from (select n, now() - n * interval '30 seconds' as at from generate_series(1, :rows) as n) as moments;

-- In portions: digits never inserts so many at once.
do $$
begin
    for portion in 0 .. (select max(n) / 10000 from past) loop
        insert into predictions
            (id, created_at, prediction, confidence, probabilities, verdict, reason, model, bitmap, input, input_kind,
                source, took_ms)
        select id, at, prediction, confidence,
            array_fill(((1 - confidence) / 9)::real, array[prediction]) || confidence
                || array_fill(((1 - confidence) / 9)::real, array[9 - prediction]),
            case when is_none then 'not_a_digit' else 'digit' end, case when is_none then 'unlike_a_digit' end, model,
            decode(repeat(lpad(to_hex(prediction * 20), 2, '0'), 784), 'hex'),
            '{"strokes":[[[10,10],[20,90]]],"width":100,"height":100}', 'strokes', source, took_ms
        from past where n / 10000 = portion;
    end loop;
end
$$;

-- Most labels agree with what was said, the less the surer; some people are unsure, and some take back what they said.
insert into labels (prediction_id, true_label)
select id, case
        when fate < 0.01 then 'unsure'
        when fate < 0.02 then 'not_a_digit'
        when fate < 0.02 + 0.18 * confidence then case when is_none then 'not_a_digit' else prediction::text end
        else ((prediction + 1 + floor(fate * 9000)::int % 9) % 10)::text
    end
from past where fate < 0.2;
insert into labels (prediction_id, true_label) select id, null from past where fate between 0.05 and 0.055;
select fold_changes();
analyze predictions, history, labels, changes, answers, steps, paces;
