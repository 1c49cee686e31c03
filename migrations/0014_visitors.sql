-- Who drew and who labelled. Without this nobody can tell later which drawings come from one hand, or which labels come
-- from the person who drew.

set local lock_timeout = '5s';

-- A visitor is a browser. Its cookie holds a random token of 128 bits; the id is a part of the token's SHA-256, so that
-- the database does not hold the token. The first drawing or label that is stored makes the row.
create table visitors (
    id uuid primary key,
    created_at timestamptz not null default now()
);

-- The visitor who drew; null where a program drew, and for all rows before this migration.
-- `may_train` says whether the person allowed the drawing to train a model; null where nobody was asked.
alter table predictions add column visitor_id uuid;
alter table predictions add column may_train boolean;
-- No row has a visitor yet. Checking that row by row would hold the lock for as long as the table is large.
alter table predictions add constraint predictions_visitor_id_fkey
    foreign key (visitor_id) references visitors (id) not valid;

-- The visitor who labelled; null where a program labelled. `origin` says how the person came to the drawing:
--   own             the person who drew it
--   queue           the labelling queue, the lowest confidence first
--   random_sample   the labelling queue, chosen at random
--   gold            the labelling queue, a drawing whose label an operator confirmed
--   api             a program
--   open            somebody who looked at another's drawing, and all labels before this migration
alter table labels add column labeller uuid;
alter table labels add column origin text not null default 'open';
alter table labels add constraint labels_origin_check
    check (origin in ('own', 'queue', 'random_sample', 'gold', 'api', 'open')) not valid;
