-- The keys of submissions: a client that repeats a request with the same Idempotency-Key gets the row of the first one.
--
-- A row is written in the transaction of its prediction. It has no foreign key: when the prediction is deleted, the row
-- stays, so that a late repetition does not submit the drawing again. The web service deletes it after 24 hours.
create table idempotency_keys (
    -- SHA-256 of the key. The key itself is a secret: the deletion token of the drawing is derived from it.
    key_hash      bytea       primary key check (octet_length(key_hash) = 32),
    -- SHA-256 of what was submitted: a key belongs to one drawing.
    request_hash  bytea       not null check (octet_length(request_hash) = 32),
    prediction_id uuid        not null,
    created_at    timestamptz not null default now()
);

-- Finds the keys that have expired.
create index idempotency_keys_by_age on idempotency_keys (created_at);
