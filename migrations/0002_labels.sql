-- What people say that a drawing really is. Append-only: the last label counts, the earlier ones stay.
create table labels (
    -- Tells which of two labels of one drawing is the later one, whatever the clocks say.
    id            bigint      primary key generated always as identity,
    prediction_id uuid        not null references predictions (id),
    true_label    text        not null check (true_label ~ '^([0-9]|not_a_digit)$'),
    created_at    timestamptz not null default now()
);

-- Finds the last label of a drawing.
create index labels_of_prediction on labels (prediction_id, id desc);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'labels are append-only: insert another label instead';
end
$$;

create trigger labels_are_append_only before update or delete or truncate on labels
    for each statement execute function refuse_change();
