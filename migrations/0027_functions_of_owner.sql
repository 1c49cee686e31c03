-- Some functions run with the rights of the owner of the tables. PostgreSQL lets every role call a new function, so another
-- role of the database, such as one that only reads, could delete drawings. `api migrate` grants the functions to the role of
-- the api.
revoke execute on all functions in schema public from public;
