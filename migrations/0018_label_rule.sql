-- Several people may label a drawing. Which label counts: that of an operator; else that of most labellers; else that of
-- the person who drew it, or of somebody who had not logged in.

set local lock_timeout = '5s';

-- The label that counts for a prediction; null if there is none.
--   * Each person has one vote, the last label. A withdrawn label and `unsure` are no vote.
--   * Nobody votes on their own drawing: such a label is the drawer's own.
--   * If two labels have most votes of labellers, none counts.
--   * If nobody voted and somebody is unsure, the label is `unsure`.
-- Labels without a role come from drawers, from a service without accounts, and from before accounts: the last counts.
create function label_that_counts(prediction uuid) returns text language sql stable
set search_path = pg_catalog, public, pg_temp as $$
    with of_people as (
        select distinct on (user_id) id, role, true_label from labels
        where prediction_id = $1 and role is not null and origin <> 'own' order by user_id, id desc
    ), votes as (
        select id, role, true_label from of_people where true_label is not null and true_label <> 'unsure'
    ), counted as (
        select true_label, count(*) as votes from votes where role = 'labeller' group by true_label
    ), most as (
        select true_label from counted where votes = (select max(votes) from counted)
    ), of_drawer as (
        select true_label from labels
        where prediction_id = $1 and (role is null or origin = 'own') order by id desc limit 1
    )
    select case
        when exists (select from votes where role = 'operator')
            then (select true_label from votes where role = 'operator' order by id desc limit 1)
        when exists (select from most) then (select max(true_label) from most having count(*) = 1)
        when exists (select from of_drawer where true_label is not null) then (select true_label from of_drawer)
        when exists (select from of_people where true_label = 'unsure') then 'unsure'
    end
$$;

-- As before, but with that rule. Labels that arrive at the same time wait for each other.
create or replace function index_label() returns trigger language plpgsql security definer
set plan_cache_mode = force_generic_plan set search_path = pg_catalog, public, pg_temp as $$
begin
    perform from prediction_index where id = new.prediction_id for update;
    update prediction_index set true_label = label_that_counts(new.prediction_id) where id = new.prediction_id;
    return null;
end
$$;
