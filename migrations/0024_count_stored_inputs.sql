-- Counts the inputs that were stored before migration 0019, which noted only later ones. It locks no prediction, so the
-- service goes on inserting rows.

set local lock_timeout = '5s';

-- Nobody applies pending rows meanwhile.
select pg_advisory_xact_lock('stored_inputs'::regclass::oid::bigint);

-- One statement sees the same transactions in both tables: it counts exactly the rows that the deleted notes are about.
with superseded as (
    delete from pending_stored_inputs
)
update stored_inputs set drawings = counted.drawings, bytes = counted.bytes
from (select count(*) as drawings, coalesce(sum(octet_length(input)), 0) as bytes from predictions) counted;
