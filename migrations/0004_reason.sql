-- Why a drawing is not taken for a digit, kept beside the verdict.
alter table predictions add column reason text
    check (reason in ('too_little_ink', 'several_digits', 'unlike_a_digit'));

-- A drawing that is no digit has a reason, a digit has none. `not valid` holds every new row to that and leaves those
-- alone that are there already: a verdict from before there were reasons stays as it was given, without one.
alter table predictions add constraint reason_goes_with_verdict
    check ((verdict = 'digit') = (reason is null)) not valid;

-- Where people look. Replacing a view keeps the rights to it and the views that others built on it, but allows new
-- columns only at its end; so the columns are named here, in the order that they had.
create or replace view labelled_predictions as
select p.id, p.created_at, p.prediction, p.confidence, p.probabilities, p.verdict, p.model, p.bitmap, p.input,
    p.input_kind, p.source, last.true_label, p.reason
from predictions p
left join lateral (
    select l.true_label from labels l where l.prediction_id = p.id order by l.id desc limit 1
) last on true;

-- One line per prediction. Where there is a reason, the prediction is only the digit that the drawing is most like.
create or replace view prediction_logs as
select created_at as timestamp, prediction, confidence, true_label, id, reason
from labelled_predictions;
