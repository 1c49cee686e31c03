-- The registry of models: each version with its card, weights and evaluation, and the events that led to its state.

set local lock_timeout = '5s';

-- A model is proposed before it has weights. Card, weights, evaluation and comparison are set once and never change; the
-- type json keeps the text as it was sent, so the hashes of files stay valid. `comparison` compares it with the model that
-- served when it was evaluated.
create table models (
    version text primary key,
    card json,
    weights bytea,
    evaluation json,
    comparison json,
    created_at timestamptz not null default now(),
    constraint models_version_check check (version ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    constraint models_weights_check check (octet_length(weights) <= 16777216)
);

-- A model's state is that of its last event. `actor` names the person or program that caused the event; `reason`
-- is the text that they gave.
create table model_events (
    id bigint generated always as identity primary key,
    version text not null references models (version),
    state text not null,
    actor text not null,
    reason text,
    created_at timestamptz not null default now(),
    constraint model_events_state_check
        check (state in ('proposed', 'training', 'evaluated', 'rejected', 'shadow', 'serving', 'retired'))
);
create index model_events_version_idx on model_events (version, id desc);

create view model_states as
select distinct on (version) version, id as event, state, actor, reason, created_at
from model_events order by version, id desc;

create function check_model_event() returns trigger language plpgsql security definer
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
        ('shadow', 'serving'), ('shadow', 'rejected'),
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
create trigger check_model_event before insert on model_events for each row execute function check_model_event();

create function reject_model_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end
$$;
create trigger model_events_are_append_only before update or delete or truncate on model_events
    for each statement execute function reject_model_change();

create function keep_model() returns trigger language plpgsql as $$
begin
    if new.version <> old.version or new.created_at <> old.created_at
        or old.card is not null and new.card::text is distinct from old.card::text
        or old.weights is not null and new.weights is distinct from old.weights
        or old.evaluation is not null and new.evaluation::text is distinct from old.evaluation::text
        or old.comparison is not null and new.comparison::text is distinct from old.comparison::text
    then
        raise exception 'a model never changes; register another version' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;
create trigger keep_model before update on models for each row execute function keep_model();
create trigger models_are_kept before delete or truncate on models
    for each statement execute function reject_model_change();

-- Makes a model serve, and retires the one that served, in one transaction.
create function serve_model(wanted text, by text, why text) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock('model_events'::regclass::oid::bigint);
    insert into model_events (version, state, actor, reason)
    select version, 'retired', by, format('%s serves', wanted) from model_states
    where state = 'serving' and version <> wanted;
    insert into model_events (version, state, actor, reason) values (wanted, 'serving', by, why);
end
$$;
