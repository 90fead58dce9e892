-- name: refusals
-- The refusals of a market by reason, with the latest value and threshold.
select stage, reason, sum(count)::bigint, (array_agg(value order by observed_at desc))[1],
    (array_agg(threshold order by observed_at desc))[1], max(observed_at)
from desk.refusals where ticker = :ticker and observed_at >= :since
group by stage, reason order by 3 desc, 1, 2;

-- name: funnel^
-- How far the market came: seen, priced, with edge, sized and allowed, sent, filled.
select
    (select count(*) from desk.books where ticker = :ticker and observed_at >= :since),
    (select count(*) from desk.fair_values where ticker = :ticker and observed_at >= :since),
    (select count(*) from desk.signals where ticker = :ticker and observed_at >= :since and account = :account),
    (select count(*) from desk.orders where ticker = :ticker and created_at >= :since and account = :account),
    (select count(*) from desk.orders where ticker = :ticker and created_at >= :since and account = :account
        and venue_order_id is not null),
    (select count(*) from desk.fills where ticker = :ticker and observed_at >= :since and account = :account);

-- name: ended
-- Orders of the market that came to nothing, by how and why.
select event, reason, count(*) from desk.order_events
where ticker = :ticker and account = :account and observed_at >= :since and event in ('rejected', 'expired', 'canceled')
    and filled_contracts = 0
group by event, reason order by 3 desc, 1;

-- name: known^
select exists (select 1 from desk.markets where ticker = :ticker)
    or exists (select 1 from desk.books where ticker = :ticker)
    or exists (select 1 from desk.refusals where ticker = :ticker);
