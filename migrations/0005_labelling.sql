-- Who cannot tell either says `unsure`, which is no truth to judge an answer by, but spares others the question. Who takes
-- a label back says null. Both are labels like any other: the last one counts, the earlier ones stay.
alter table labels alter column true_label drop not null;
alter table labels drop constraint labels_true_label_check;
alter table labels add constraint labels_true_label_check check (true_label ~ '^([0-9]|not_a_digit|unsure)$');

-- Whoever submitted a drawing may delete it. The answer gave them a receipt; this is its SHA-256, so that who reads the
-- table cannot delete with it. Null where it was submitted before there were receipts.
alter table predictions add column receipt bytea check (octet_length(receipt) = 32);

-- How long the model service took to answer, in milliseconds. Null where it was not measured yet.
alter table predictions add column took_ms real check (took_ms >= 0);

-- A drawing that is deleted takes its labels with it. Nothing else deletes labels: the check below sees a deletion that
-- comes from the foreign key one level further down than one that somebody asks for.
alter table labels drop constraint labels_prediction_id_fkey;
alter table labels add constraint labels_prediction_id_fkey
    foreign key (prediction_id) references predictions (id) on delete cascade;

create or replace function refuse_change() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' and pg_trigger_depth() > 1 then
        return null;
    end if;
    raise exception 'labels are append-only: insert another label instead';
end
$$;
