-- Makes it look as if what was drawn today had been drawn over ten weeks, more each week: every drawing again at :times
-- moments of the past, with the label that counts. For pictures of the pages.
--
--   psql "$DATABASE_URL" --set times=5 --file bench/weeks.sql
select setseed(0.5);

create temporary table again as
select p.id as old, at,
    (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3)
        || '8' || substr(md5(random()::text), 1, 15))::uuid as id
from predictions p
cross join lateral (
    select now() - random() ^ 1.5 * interval '70 days' - interval '1 minute' as at
    from generate_series(1, :times) where p.id is not null
) moments;

insert into predictions
    (id, created_at, prediction, confidence, probabilities, verdict, reason, model, bitmap, input, input_kind, source,
        took_ms)
select a.id, at, prediction, confidence, probabilities, verdict, reason, model, bitmap, input, input_kind, source, took_ms
from again a join predictions p on p.id = old;

insert into labels (prediction_id, true_label)
select a.id, h.true_label from again a join history h on h.id = old where h.true_label is not null;
