-- Seed data: :rows predictions, one for every half minute until now, by two versions of the model, from all sources and
-- at all confidences. A fifth of them are labelled. Every run writes the same data, apart from the times.
--
--   psql "$DATABASE_URL" --set rows=1000000 --file bench/seed-data.sql
select setseed(0.5);

create temporary table seed as
select
    (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0')
        || '7' || lpad(to_hex(floor(random() * 4096)::int), 3, '0')
        || '8' || lpad(to_hex(floor(random() * 4096)::int), 3, '0') || lpad(to_hex(n), 12, '0'))::uuid as id,
    n, at, floor(random() * 10)::smallint as prediction, (1 - random() ^ 3 * 0.9)::real as confidence,
    random() < 0.05 as is_none, case when at < now() - interval '100 days' then 'older' else 'newer' end as model,
    (array['canvas', 'upload', 'api'])[1 + floor(random() ^ 2 * 3)::int] as source,
    case when random() < 0.9 then (2 + exp(random() * 5))::real end as latency_ms,
    random() as label_draw
from (select n, now() - n * interval '30 seconds' as at from generate_series(1, :rows) as n) as moments;

-- Insert in portions, since digits never inserts so many rows at once.
do $$
begin
    for portion in 0 .. (select max(n) / 10000 from seed) loop
        insert into predictions
            (id, created_at, prediction, confidence, probabilities, verdict, reason, model, bitmap, input, input_kind,
                source, latency_ms)
        select id, at, prediction, confidence,
            array_fill(((1 - confidence) / 9)::real, array[prediction]) || confidence
                || array_fill(((1 - confidence) / 9)::real, array[9 - prediction]),
            case when is_none then 'not_a_digit' else 'digit' end, case when is_none then 'unlike_a_digit' end, model,
            decode(repeat(lpad(to_hex(prediction * 20), 2, '0'), 784), 'hex'),
            '{"strokes":[[[10,10],[20,90]]],"width":100,"height":100}', 'strokes', source, latency_ms
        from seed where n / 10000 = portion;
    end loop;
end
$$;

-- Most labels agree with the prediction, fewer at low confidence. Some are `unsure`, and some are withdrawn.
insert into labels (prediction_id, true_label)
select id, case
        when label_draw < 0.01 then 'unsure'
        when label_draw < 0.02 then 'not_a_digit'
        when label_draw < 0.02 + 0.18 * confidence then case when is_none then 'not_a_digit' else prediction::text end
        else ((prediction + 1 + floor(label_draw * 9000)::int % 9) % 10)::text
    end
from seed where label_draw < 0.2;
insert into labels (prediction_id, true_label) select id, null from seed where label_draw between 0.05 and 0.055;
select apply_pending_counts();
analyze predictions, prediction_index, labels, pending_counts, prediction_counts, confidence_bins, latency_buckets;
