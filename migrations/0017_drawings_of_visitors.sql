-- no-transaction
-- The drawings of a visitor, newest first. PostgreSQL builds the index while the service goes on inserting rows.
create index concurrently predictions_visitor_id_idx
    on predictions (visitor_id, id desc) where visitor_id is not null;
