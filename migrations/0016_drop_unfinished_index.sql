-- no-transaction
-- If PostgreSQL was interrupted while it built the index of the next migration, an invalid one remains.
drop index concurrently if exists predictions_visitor_id_idx;
