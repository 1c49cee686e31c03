-- no-transaction
-- The reason `too_little_ink` is called `too_small`. The rows are updated in portions of 10,000, each of which is committed
-- by itself, so that no row stays locked for long. A run that broke off starts over and skips what is done.
do $$
declare
    last_id uuid := '00000000-0000-0000-0000-000000000000';
    portion uuid[];
begin
    loop
        select array_agg(id order by id) into portion
        from (select id from predictions where id > last_id order by id limit 10000) as next;
        exit when portion is null;
        update predictions set reason = 'too_small' where id = any(portion) and reason = 'too_little_ink';
        last_id := portion[array_upper(portion, 1)];
        commit;
    end loop;
end
$$;
