-- Deletions and revocations, for restores: a backup still holds what was deleted or revoked after it. The backup service
-- copies these rows to a file beside the dumps, and a restore applies those that are newer than its dump.

set local lock_timeout = '5s';

-- `subject` is the id of what `kind` says; no row names a person, a drawing's content or a secret.
--   prediction   the prediction was deleted
--   pruned       `prune_predictions` deleted the predictions up to this id, the oldest first; there is one such row
--   visitor      the visitor deleted everything
--   token        the API token was revoked
--   password     the person's password was changed or removed
--   account      `value` is disabled or enabled
--   role         `value` is the person's new role
--   labels       `value` says whether the person's labels count: true or false
--   gallery      `value` is the new state of the drawing in the gallery
-- Rows that are older than 90 days are deleted.
create table revocations (
    id      bigint generated always as identity primary key,
    at      timestamptz not null default clock_timestamp(),
    kind    text not null,
    subject uuid not null,
    value   text,
    constraint revocations_kind_check check (kind in ('prediction', 'pruned', 'visitor', 'token', 'password', 'account',
        'role', 'labels', 'gallery'))
);
create index revocations_at_idx on revocations (at);
create unique index revocations_pruned_key on revocations (kind) where kind = 'pruned';

-- The rows that are too old. A transaction skips rows that another one deletes.
create function delete_old_revocations() returns void language sql security definer
set search_path = pg_catalog, public, pg_temp as $$
    delete from revocations where id in (
        select id from revocations where at < clock_timestamp() - interval '90 days' order by at limit 1000
        for update skip locked)
$$;

create function note_deleted_predictions() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
    if coalesce(current_setting('digits.is_pruning', true), '') <> 'on' then
        insert into revocations (kind, subject) select 'prediction', id from removed;
        perform delete_old_revocations();
    elsif exists (select from removed) then
        -- `prune_predictions` runs once at a time.
        delete from revocations where kind = 'pruned';
        insert into revocations (kind, subject) select 'pruned', id from removed order by id desc limit 1;
    end if;
    return null;
end
$$;
create trigger predictions_deletes_are_noted after delete on predictions
    referencing old table as removed for each statement execute function note_deleted_predictions();

-- The setting holds while the function runs.
alter function prune_predictions(uuid, integer) set digits.is_pruning = 'on';

-- As before, and it notes the visitors.
create or replace function forget_visitors(forgotten uuid[]) returns void language sql security definer
set search_path = pg_catalog, public, pg_temp as $$
    insert into revocations (kind, subject) select 'visitor', visitor from unnest(forgotten) visitor where visitor is not null;
    update labels set labeller = null where coalesce(user_id, labeller) = any(forgotten) and user_id is null;
    select delete_unused_visitors(forgotten);
$$;

create function note_revoked_token() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into revocations (kind, subject) values ('token', new.id);
    return null;
end
$$;
create trigger revoked_tokens_are_noted after update of revoked_at on api_tokens
    for each row when (old.revoked_at is null and new.revoked_at is not null) execute function note_revoked_token();

create function note_changed_user() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
    if old.password_hash is not null and new.password_hash is distinct from old.password_hash then
        insert into revocations (kind, subject) values ('password', new.id);
    end if;
    if new.is_disabled <> old.is_disabled then
        insert into revocations (kind, subject, value)
        values ('account', new.id, case when new.is_disabled then 'disabled' else 'enabled' end);
    end if;
    if new.role <> old.role then
        insert into revocations (kind, subject, value) values ('role', new.id, new.role);
    end if;
    if new.labels_count <> old.labels_count then
        insert into revocations (kind, subject, value) values ('labels', new.id, new.labels_count::text);
    end if;
    return null;
end
$$;
create trigger changed_users_are_noted after update on users for each row execute function note_changed_user();

create function note_gallery_state() returns trigger language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into revocations (kind, subject, value) values ('gallery', new.prediction_id, new.state);
    return null;
end
$$;
create trigger gallery_states_are_noted after update of state on gallery_drawings
    for each row when (old.state <> new.state) execute function note_gallery_state();

-- New functions, as in migration 0027.
revoke execute on all functions in schema public from public;
