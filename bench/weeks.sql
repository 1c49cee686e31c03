-- Spreads the drawings over the last ten weeks, with more drawings in each later week. Every drawing and its label get
-- a new time and a new id. For screenshots of the pages.
--
--   psql "$DATABASE_URL" --file bench/weeks.sql
select setseed(0.5);

create temporary table moved as
select p.id as old, at,
    (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(random()::text), 1, 3)
        || '8' || substr(md5(random()::text), 1, 15))::uuid as id
from predictions p
cross join lateral (select now() - random() ^ 1.5 * interval '70 days' as at where p.id is not null) moments;

insert into predictions
    (id, created_at, prediction, confidence, probabilities, verdict, reason, model, bitmap, input, input_kind, source,
        latency_ms)
select m.id, at, prediction, confidence, probabilities, verdict, reason, model, bitmap, input, input_kind, source, latency_ms
from moved m join predictions p on p.id = old;

insert into labels (prediction_id, true_label)
select m.id, h.true_label from moved m join prediction_index h on h.id = old where h.true_label is not null;

delete from predictions where id in (select old from moved);
