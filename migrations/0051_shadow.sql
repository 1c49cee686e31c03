-- The shadow comparison: a challenger that the gate could not decide classifies stored drawings beside the model that serves.

set local lock_timeout = '5s';

-- A drawing that both models classified, as a digit or `not_a_digit`. At most one a version, writer and day (UTC) of the drawing,
-- because the drawings of a writer depend on each other. The deletion of a drawing deletes its pairs.
create table shadow_pairs (
    version text not null references models (version),
    champion text not null references models (version),
    prediction_id uuid not null references predictions (id) on delete cascade,
    predicted_by_champion text not null,
    predicted_by_challenger text not null,
    writer text not null,
    day date not null,
    created_at timestamptz not null default now(),
    primary key (version, prediction_id),
    constraint shadow_pairs_writer_key unique (version, writer, day),
    constraint shadow_pairs_predicted_check check (
        predicted_by_champion ~ '^([0-9]|not_a_digit)$' and predicted_by_challenger ~ '^([0-9]|not_a_digit)$'
    )
);
create index shadow_pairs_prediction_id_idx on shadow_pairs (prediction_id);

-- The label that counts, if it can decide between two models: the trusted label of the training examples (migration 0029).
-- Drawings of operators need no label of another person. With `trusts_everybody`, all drawings count as those of operators.
create function trusted_label(prediction uuid, trusts_everybody boolean) returns text language sql stable as $$
    select i.true_label from prediction_index i join predictions p on p.id = i.id
    where i.id = $1 and i.true_label <> 'unsure' and ($2 or p.is_from_operator or exists (
        select from last_labels_of_people($1) l
        where l.true_label = i.true_label and (l.role = 'operator' or l.origin in ('queue', 'random_sample', 'gold'))
    ))
$$;

-- As before, and a shadow may end without a decision.
create or replace function check_model_event() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
declare
    previous text;
begin
    -- Events wait for each other, so that no two models begin to serve at the same time.
    perform pg_advisory_xact_lock('model_events'::regclass::oid::bigint);
    select state into previous from model_states where version = new.version;
    if not exists (select from models where version = new.version) then
        raise exception 'there is no model %', new.version
            using errcode = 'foreign_key_violation', constraint = 'model_events_version_fkey';
    end if;
    if (coalesce(previous, 'new'), new.state) not in (
        ('new', 'proposed'), ('new', 'evaluated'),
        ('proposed', 'training'), ('proposed', 'rejected'),
        ('training', 'evaluated'), ('training', 'rejected'),
        ('evaluated', 'serving'), ('evaluated', 'shadow'), ('evaluated', 'rejected'),
        ('shadow', 'evaluated'), ('shadow', 'serving'), ('shadow', 'rejected'),
        ('rejected', 'serving'), -- an operator may overrule the gate
        ('serving', 'retired'),
        ('retired', 'serving')
    ) then
        raise exception 'a model that is % cannot become %', coalesce(previous, 'new'), new.state
            using errcode = 'check_violation', constraint = 'model_events_transition_check';
    end if;
    if new.state in ('evaluated', 'serving')
        and not exists (select from models where version = new.version and card is not null and weights is not null)
    then
        raise exception 'the model % has no weights', new.version
            using errcode = 'check_violation', constraint = 'model_events_weights_check';
    end if;
    if new.state = 'serving' and exists (select from model_states where state = 'serving') then
        raise exception 'another model serves' using errcode = 'check_violation', constraint = 'model_events_serving_check';
    end if;
    return new;
end
$$;

-- As before, and it ends the shadow of each other model, whose pairs compare it with the model that served.
create or replace function serve_model(wanted text, by text, why text) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock('model_events'::regclass::oid::bigint);
    insert into model_events (version, state, actor, reason)
    select version, 'retired', by, format('%s serves', wanted) from model_states
    where state = 'serving' and version <> wanted;
    insert into model_events (version, state, actor, reason)
    select version, 'evaluated', by, format('undecided in shadow: %s serves', wanted) from model_states
    where state = 'shadow' and version <> wanted;
    insert into model_events (version, state, actor, reason) values (wanted, 'serving', by, why);
end
$$;

-- New functions, as in migration 0027.
revoke execute on all functions in schema public from public;
