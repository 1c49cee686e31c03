-- Limits on what the service stores: the total of all inputs, and blocks.

-- PostgreSQL gives up here, and `api migrate` tries again, rather than let all requests queue up behind a long transaction.
set local lock_timeout = '5s';

-- The predictions and the bytes of their inputs, in one row, without those in `pending_stored_inputs`. It is right from
-- migration 0024 on, which counts the rows that are there already.
create table stored_inputs (
    is_only_row boolean primary key default true,
    drawings bigint not null,
    bytes bigint not null,
    constraint stored_inputs_is_only_row_check check (is_only_row)
);
insert into stored_inputs (drawings, bytes) values (0, 0);

-- The change of the total by each statement. If each statement changed the total itself, statements would
-- wait for each other to commit.
create table pending_stored_inputs (
    drawings bigint not null,
    bytes bigint not null
) with (autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0);

-- PostgreSQL knows the length of a stored input without reading it.
create function note_stored_inputs() returns trigger language plpgsql security definer
set plan_cache_mode = force_generic_plan set search_path = pg_catalog, public, pg_temp as $$
begin
    if tg_op <> 'DELETE' then
        insert into pending_stored_inputs (drawings, bytes)
        select count(*), sum(octet_length(input)) from added having count(*) > 0;
    end if;
    if tg_op <> 'INSERT' then
        insert into pending_stored_inputs (drawings, bytes)
        select -count(*), -sum(octet_length(input)) from removed having count(*) > 0;
    end if;
    return null;
end
$$;

create trigger predictions_inserts_are_measured after insert on predictions
    referencing new table as added for each statement execute function note_stored_inputs();
create trigger predictions_updates_are_measured after update on predictions
    referencing new table as added old table as removed for each statement execute function note_stored_inputs();
create trigger predictions_deletes_are_measured after delete on predictions
    referencing old table as removed for each statement execute function note_stored_inputs();

-- The total with what is pending, so that it is never behind.
create view all_stored_inputs as
select sum(drawings)::bigint as drawings, sum(bytes)::bigint as bytes
from (select drawings, bytes from stored_inputs union all select drawings, bytes from pending_stored_inputs) parts;

-- Adds the pending rows to the total. It is one statement, so that it deletes exactly what it added. Only one caller does so
-- at a time; the others return at once.
create function apply_pending_stored_inputs() returns void language plpgsql security definer
set search_path = pg_catalog, public, pg_temp as $$
begin
    if pg_try_advisory_xact_lock('stored_inputs'::regclass::oid::bigint) then
        with deleted as (
            delete from pending_stored_inputs returning drawings, bytes
        ), applied as (
            select sum(drawings) as drawings, sum(bytes) as bytes from deleted having count(*) > 0
        )
        update stored_inputs total set drawings = total.drawings + applied.drawings, bytes = total.bytes + applied.bytes
        from applied;
    end if;
end
$$;

-- Visitors and networks that may neither store nor label. An operator adds a row and removes it; the service removes it
-- after `expires_at`. No other table relates an address to drawings, and neither does this one.
create table blocks (
    id uuid primary key,
    visitor_id uuid unique,
    network cidr unique,
    reason text not null,
    created_by text,
    created_at timestamptz not null default now(),
    expires_at timestamptz,
    constraint blocks_subject_check check (num_nonnulls(visitor_id, network) = 1),
    constraint blocks_reason_check check (char_length(reason) between 1 and 200)
);
