-- Prints each table with the number of its rows and a hash, which does not depend on their order.
select format('select %L, count(*), coalesce(sum(hashtextextended(t::text, 0)::numeric), 0) from public.%I t', relname, relname)
from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname collate "C"
\gexec
