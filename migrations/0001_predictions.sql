-- Every drawing that was submitted, what it was taken for, and the drawing itself.
--
-- A row is never changed: what people say about a drawing afterwards is in `labels`.
create table predictions (
    -- UUIDv7, made by the service: ids sort by time, so that pages of the history need no other index.
    id            uuid        primary key,
    created_at    timestamptz not null default now(),

    -- What the network said. The digit is the one of the highest probability, even where the verdict is that the
    -- drawing is none.
    prediction    smallint    not null check (prediction between 0 and 9),
    confidence    real        not null check (confidence between 0 and 1),
    probabilities real[]      not null check (cardinality(probabilities) = 10),
    verdict       text        not null check (verdict in ('digit', 'not_a_digit')),
    -- The version of the model, a folder of models/. No foreign key: models live in files.
    model         text        not null,

    -- What the network saw: 28 × 28 grey levels, row by row; 0 is paper.
    bitmap        bytea       not null check (octet_length(bitmap) = 784),

    -- What was sent, as it came: an image file, or JSON. A better preprocessing can start from here, and a better
    -- network can be trained on it.
    input         bytea       not null,
    input_kind    text        not null check (input_kind in ('png', 'jpeg', 'webp', 'gif', 'strokes', 'pixels')),
    source        text        not null check (source in ('canvas', 'upload', 'api'))
);

-- Images are compressed already; a second compression would only cost time.
alter table predictions alter column input set storage external;
