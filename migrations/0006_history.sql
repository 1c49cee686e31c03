-- What can be asked of the past without reading it all: `history`, a narrow row for each prediction, with the label that
-- counts, and `tallies`, which say how many there are of each kind. Triggers keep both, in the transaction that changes
-- `predictions` or `labels`, so that they are never behind.

-- A row of predictions holds a kilobyte and never changes; this one a hundred bytes, and its label does.
create table history (
    id          uuid     primary key references predictions (id) on delete cascade,
    day         date     not null, -- in UTC
    -- What it was taken for, as one would label it: a digit, or not_a_digit.
    said        text     not null,
    confidence  real     not null,
    model       text     not null,
    source      text     not null,
    -- Quarters of an octave above a millisecond; null where the time was not measured.
    pace        smallint,
    true_label  text
);

-- One for each filter. Ids sort by time, so each gives its rows newest first.
create index history_by_model on history (model, id);
create index history_by_said on history (said, id);
create index history_by_source on history (source, id);
create index history_by_label on history (true_label, said, id) where true_label is not null;
create index history_unlabelled on history (id) where true_label is null;
create index history_doubtful on history (id) where confidence < 0.9;
create index history_wrong on history (id) where true_label <> said and true_label <> 'unsure';
-- The least certain of those that nobody has labelled come first.
create index history_to_label on history (confidence, id) where true_label is null;

-- How many predictions there are of a kind, and the sum of their confidences. No label is the empty text, because null
-- is equal to nothing, itself included.
create table tallies (
    day         date     not null,
    model       text     not null,
    said        text     not null,
    true_label  text     not null,
    -- The confidence in steps of 5 %; 19 is from 95 % to below 99 %, and 20 what is above.
    step        smallint not null check (step between 0 and 20),
    predictions bigint   not null,
    confidence  double precision not null,
    primary key (day, model, said, true_label, step)
) with (fillfactor = 50); -- the same rows change again and again, and then find room on their page

-- How many predictions took how long.
create table paces (
    day         date     not null,
    model       text     not null,
    pace        smallint not null,
    predictions bigint   not null,
    primary key (day, model, pace)
) with (fillfactor = 50);

create function step(confidence real) returns smallint language sql immutable as $$
    select (case when confidence < 0.99 then least(floor(confidence * 20), 19) else 20 end)::smallint
$$;

create function pace(took_ms real) returns smallint language sql immutable strict as $$
    select floor(4 * ln(greatest(took_ms, 1)) / ln(2))::smallint
$$;

-- Counts some rows in and others out. In one statement and always in the same order, so that no two transactions wait for
-- each other. Its statement is planned once for each connection, whatever the connection wants for its own: to plan it
-- takes longer than to run it. The same holds for the functions below.
create function tally(added history[], removed history[]) returns void language plpgsql
set plan_cache_mode = force_generic_plan as $$
begin
    with change as (
        select (row).*, sign
        from (select unnest(added) as row, 1 as sign union all select unnest(removed), -1) as changed
    ), counted as (
        insert into tallies as old (day, model, said, true_label, step, predictions, confidence)
        select c.day, c.model, c.said, coalesce(c.true_label, ''), step(c.confidence), sum(sign), sum(sign * c.confidence)
        from change c
        group by 1, 2, 3, 4, 5
        order by 1, 2, 3, 4, 5
        on conflict (day, model, said, true_label, step) do update set
            predictions = old.predictions + excluded.predictions,
            confidence = old.confidence + excluded.confidence
    )
    insert into paces as old (day, model, pace, predictions)
    select c.day, c.model, c.pace, sum(sign) from change c where c.pace is not null
    group by 1, 2, 3
    having sum(sign) <> 0 -- a label changes no pace
    order by 1, 2, 3
    on conflict (day, model, pace) do update set predictions = old.predictions + excluded.predictions;
end
$$;

-- A transition table's rows have no type of their own.
create function tally_history() returns trigger language plpgsql set plan_cache_mode = force_generic_plan as $$
declare
    entered history[];
    gone history[];
begin
    if tg_op <> 'DELETE' then
        entered = array(select row(id, day, said, confidence, model, source, pace, true_label)::history from added);
    end if;
    if tg_op <> 'INSERT' then
        gone = array(select row(id, day, said, confidence, model, source, pace, true_label)::history from removed);
    end if;
    perform tally(entered, gone);
    return null;
end
$$;

create function said(predictions) returns text language sql immutable as $$
    select case $1.verdict when 'digit' then $1.prediction::text else 'not_a_digit' end
$$;

-- What is there already.
insert into history (id, day, said, confidence, model, source, pace, true_label)
select p.id, (p.created_at at time zone 'utc')::date, said(p), p.confidence, p.model, p.source, pace(p.took_ms),
    (select l.true_label from labels l where l.prediction_id = p.id order by l.id desc limit 1)
from predictions p;

insert into tallies (day, model, said, true_label, step, predictions, confidence)
select day, model, said, coalesce(true_label, ''), step(confidence), count(*), sum(confidence)
from history group by 1, 2, 3, 4, 5;

create trigger history_is_tallied_in after insert on history
    referencing new table as added for each statement execute function tally_history();
create trigger history_is_tallied_anew after update on history
    referencing new table as added old table as removed for each statement execute function tally_history();
create trigger history_is_tallied_out after delete on history
    referencing old table as removed for each statement execute function tally_history();

-- What comes.
create function enter_history() returns trigger language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
    insert into history (id, day, said, confidence, model, source, pace)
    select p.id, (p.created_at at time zone 'utc')::date, said(p), p.confidence, p.model, p.source, pace(p.took_ms)
    from added p;
    return null;
end
$$;

create trigger predictions_enter_history after insert on predictions
    referencing new table as added for each statement execute function enter_history();

-- Of two labels that come at the same time, the later one counts, whichever is committed first: the lock makes them come
-- one after the other, and each looks for the last one then.
create function relabel_history() returns trigger language plpgsql set plan_cache_mode = force_generic_plan as $$
begin
    perform from history where id = new.prediction_id for update;
    update history set true_label =
        (select l.true_label from labels l where l.prediction_id = new.prediction_id order by l.id desc limit 1)
    where id = new.prediction_id;
    return null;
end
$$;

create trigger labels_enter_history after insert on labels for each row execute function relabel_history();

-- The views tell the label from there: one look for each row, instead of a search among its labels.
create or replace view labelled_predictions as
select p.id, p.created_at, p.prediction, p.confidence, p.probabilities, p.verdict, p.model, p.bitmap, p.input,
    p.input_kind, p.source, h.true_label, p.reason, p.took_ms
from predictions p
join history h on h.id = p.id;
