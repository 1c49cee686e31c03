-- What meets all of these conditions, for pages and exports alike; a condition that is null always holds. The planner puts
-- the body in the place of the call, and leaves out what holds.
create function history_of(
    first uuid, beyond uuid, said text, true_label text, is_labelled boolean, only_wrong boolean, only_doubtful boolean,
    only_digits boolean, model text, source text
) returns setof history language sql stable as $$
    select * from history h
    where h.id >= $1 and h.id < $2
        and ($3 is null or h.said = $3)
        and ($4 is null or h.true_label = $4)
        and ($5 is null or (h.true_label is not null) = $5)
        and (not $6 or (h.true_label <> h.said and h.true_label <> 'unsure'))
        and (not $7 or h.confidence < 0.9)
        and (not $8 or h.true_label ~ '^[0-9]$')
        and ($9 is null or h.model = $9)
        and ($10 is null or h.source = $10)
$$;
