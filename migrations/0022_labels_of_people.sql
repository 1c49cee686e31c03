-- no-transaction
-- The labels that a person gave: an account, or else a visitor. PostgreSQL builds the index while the service goes on
-- inserting rows. If it is interrupted, an invalid index remains: run `drop index labels_of_people` and `api migrate`.
create index concurrently labels_of_people on labels (coalesce(user_id, labeller), id);
