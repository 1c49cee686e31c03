-- Each prediction with the label that counts, or null while there is none.
create view labelled_predictions as
select p.*, last.true_label
from predictions p
left join lateral (
    select l.true_label from labels l where l.prediction_id = p.id order by l.id desc limit 1
) last on true;

-- One line per prediction, for people with psql.
create view prediction_logs as
select created_at as timestamp, prediction, confidence, true_label, id
from labelled_predictions;
