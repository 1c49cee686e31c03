-- Dumps the database into the file $DUMP, and prints the rows of the same snapshot.
begin transaction isolation level repeatable read read only;
select pg_export_snapshot() as snapshot \gset
\setenv SNAPSHOT :snapshot
\! pg_dump --snapshot="$SNAPSHOT" --format=custom --no-privileges --file="$DUMP"
\if :SHELL_ERROR
do $$ begin raise exception 'there is no dump'; end $$;
\endif
\ir rows.sql
commit;
