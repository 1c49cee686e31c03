-- Applies to a restored database what was deleted and revoked since its backup :name of the time :since. Reads the archive
-- from the standard input.
begin;
create temporary table revoked (at timestamptz not null, kind text not null, subject uuid not null, value text);
\copy revoked from pstdin
-- The backup has earlier ones. A transaction of this minute may have been committed after the backup.
delete from revoked where at < :'since'::timestamptz - interval '1 minute';

do $$
declare
    last_pruned uuid := (select subject from revoked where kind = 'pruned' order by at desc limit 1);
begin
    -- The next id is the first one that stays, so the function takes it as the limit.
    while last_pruned is not null and exists (select from predictions where id <= last_pruned) loop
        perform prune_predictions(
            coalesce((select id from predictions where id > last_pruned order by id limit 1), 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
            1000);
    end loop;
end
$$;
with deleted as (
    delete from predictions where id in (select subject from revoked where kind = 'prediction') returning 1
)
select count(*) as drawings from deleted \gset
select from forget_visitors(array(select subject from revoked where kind = 'visitor'));

with changed as (
    update api_tokens set revoked_at = now()
    where revoked_at is null and id in (select subject from revoked where kind = 'token') returning 1
)
select count(*) as tokens from changed \gset

-- A later change may have taken back an earlier one, so the last one decides. Only restrictions are applied.
create temporary table last_values as
select distinct on (kind, subject) kind, subject, value from revoked
where kind in ('account', 'role', 'labels', 'gallery') order by kind, subject, at desc;
with changed as (
    update users set
        password_hash = case when exists (select from revoked where kind = 'password' and subject = id) then null else password_hash end,
        is_disabled = is_disabled or exists (select from last_values where (kind, subject, value) = ('account', id, 'disabled')),
        role = case when exists (select from last_values where (kind, subject, value) = ('role', id, 'labeller')) then 'labeller' else role end,
        labels_count = labels_count and not exists (select from last_values where (kind, subject, value) = ('labels', id, 'false'))
    where id in (select subject from revoked where kind = 'password' union select subject from last_values)
    returning 1
)
select count(*) as people from changed \gset
update gallery_drawings set state = 'hidden'
where prediction_id in (select subject from last_values where (kind, value) = ('gallery', 'hidden'));

-- Nobody knows which sessions ended since the backup.
delete from sessions;
delete from invitations;
insert into audit_log (actor, action, subject, details) values ('command line', 'restore', :'name',
    format('%s drawings deleted, %s API tokens revoked, %s people changed', :drawings, :tokens, :people));
commit;
\echo Applied since the backup: :drawings drawings deleted, :tokens API tokens revoked, :people people changed. All sessions ended.
select format('%s needs a new password: docker compose exec api api user reset %s', name, quote_literal(name))
from users where password_hash is null and id in (select subject from revoked where kind = 'password') order by name;
