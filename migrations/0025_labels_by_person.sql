-- no-transaction
-- The labels of a person: which drawings the person has labelled, and from which queue. PostgreSQL builds the index while
-- the service goes on inserting rows. If it is interrupted, an invalid index remains: run `drop index labels_user_id_idx` and
-- `api migrate`.
create index concurrently labels_user_id_idx on labels (user_id, prediction_id) include (origin) where role is not null;
