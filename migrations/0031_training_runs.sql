-- Training runs: the examples of each trained model, and the progress of a run.

set local lock_timeout = '5s';

-- The manifest of a model's training examples: its hash as the card names it, the version of the rules that chose the examples,
-- and the last label of the snapshot. They are set when the run begins and never change.
alter table models
    add column manifest_sha256 text,
    add column manifest_rules integer,
    add column manifest_last_label bigint;

-- The examples of a manifest: the hash of what each one taught, and nothing of the drawing. They outlive the drawings, so that
-- one sees how many of them were deleted since.
create table training_manifest_entries (
    version text not null references models (version),
    prediction_id uuid not null,
    sha256 bytea not null,
    primary key (version, prediction_id),
    constraint training_manifest_entries_sha256_check check (octet_length(sha256) = 32)
);
create trigger training_manifest_entries_are_append_only before update or delete or truncate on training_manifest_entries
    for each statement execute function reject_model_change();

-- The progress of each run that has not ended, as the trainer reported it.
create table training_progress (
    version text primary key references models (version),
    progress json not null,
    updated_at timestamptz not null default now()
);

create or replace function keep_model() returns trigger language plpgsql as $$
begin
    if new.version <> old.version or new.created_at <> old.created_at
        or old.card is not null and new.card::text is distinct from old.card::text
        or old.weights is not null and new.weights is distinct from old.weights
        or old.evaluation is not null and new.evaluation::text is distinct from old.evaluation::text
        or old.comparison is not null and new.comparison::text is distinct from old.comparison::text
        or new.manifest_sha256 is distinct from old.manifest_sha256
        or new.manifest_rules is distinct from old.manifest_rules
        or new.manifest_last_label is distinct from old.manifest_last_label
    then
        raise exception 'a model never changes; register another version' using errcode = 'integrity_constraint_violation';
    end if;
    return new;
end
$$;
