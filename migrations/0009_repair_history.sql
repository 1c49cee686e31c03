-- 0006 copied the predictions and labels into `history` before it created the triggers that keep it, and took no lock. What
-- an older instance committed in between is in no view, no export and no count. This adds what is missing.

-- PostgreSQL gives up here, and `api migrate` tries again, rather than let all writes queue up behind a long transaction.
set local lock_timeout = '5s';
lock table predictions, labels, history in share row exclusive mode;

insert into history (id, day, said, confidence, model, source, pace, true_label)
select p.id, (p.created_at at time zone 'utc')::date, said(p), p.confidence, p.model, p.source, pace(p.took_ms),
    (select l.true_label from labels l where l.prediction_id = p.id order by l.id desc limit 1)
from predictions p
where not exists (select from history h where h.id = p.id);

update history h set true_label = last.true_label
from (
    select distinct on (prediction_id) prediction_id, true_label from labels order by prediction_id, id desc
) last
where last.prediction_id = h.id and last.true_label is distinct from h.true_label;

-- The proof. The triggers of `history` counted what was added, so that the counts must agree, too.
do $$
declare
    missing bigint := (select count(*) from predictions p where not exists (select from history h where h.id = p.id));
    mislabelled bigint := (
        select count(*) from history h
        where h.true_label is distinct from
            (select l.true_label from labels l where l.prediction_id = h.id order by l.id desc limit 1)
    );
begin
    if missing > 0 or mislabelled > 0 then
        raise exception 'after the repair, history lacks % predictions and % labels', missing, mislabelled;
    end if;
end
$$;
