-- The web service connects as a role that owns no table and may not change rows (`api migrate` makes that role and grants
-- it what it needs). The functions that keep the tables derived from `predictions` and `labels` therefore run with the
-- rights of their owner. Each names its schema, because a caller's search_path could name tables of the caller's own.
alter function enter_history() security definer set search_path = pg_catalog, public, pg_temp;
alter function relabel_history() security definer set search_path = pg_catalog, public, pg_temp;
alter function tally_history() security definer set search_path = pg_catalog, public, pg_temp;
alter function fold_changes() security definer set search_path = pg_catalog, public, pg_temp;

-- Every few seconds, all rows of `changes` are counted and deleted. The web service may no longer vacuum the table, so
-- autovacuum does, as soon as 1,000 rows are dead instead of after a share of a size that is nearly always 0.
alter table changes set (
    autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 0
);
