-- Of one market, or of all where :ticker is null.

-- name: refusals
-- Refusals by reason, with the latest value, threshold and what else would have refused.
select stage, reason, sum(count)::bigint, (array_agg(value order by observed_at desc))[1],
    (array_agg(threshold order by observed_at desc))[1], (array_agg(also order by observed_at desc))[1], max(observed_at)
from desk.refusals where (:ticker is null or ticker = :ticker) and observed_at >= :since
    and (account is null or account = :account)
group by stage, reason;

-- name: entries^
-- Signals to enter, made for the account ``desk``, orders of the account that they became, and how many of these were sent, filled, or may still be.
with entered as (
    select o.filled_contracts > 0 as filled, desk.order_rank(o.state) = 4 as ended,
        o.filled_contracts > 0 or o.venue_order_id is not null or exists (
            select 1 from desk.order_events e where e.client_order_id = o.client_order_id and e.event = 'sent') as sent
    from desk.orders o where (:ticker is null or o.ticker = :ticker) and o.created_at >= :since
        and o.account = :account and o.action = 'enter'
)
select (select count(distinct decision_id) from desk.signals where (:ticker is null or ticker = :ticker)
        and observed_at >= :since and account = :desk and action = 'enter'),
    count(*), count(*) filter (where sent), count(*) filter (where filled),
    count(*) filter (where not filled and not ended)
from entered;

-- name: ended
-- Entries that came to nothing, by how and why.
select o.state, e.reason, count(*)
from desk.orders o left join lateral (
    select reason from desk.order_events where client_order_id = o.client_order_id and event = o.state
    order by observed_at desc limit 1
) e on true
where (:ticker is null or o.ticker = :ticker) and o.created_at >= :since and o.account = :account
    and o.action = 'enter' and desk.order_rank(o.state) = 4 and o.filled_contracts = 0
group by o.state, e.reason order by 3 desc, 1, 2;

-- name: known^
select exists (select 1 from desk.markets where ticker = :ticker)
    or exists (select 1 from desk.books where ticker = :ticker)
    or exists (select 1 from desk.refusals where ticker = :ticker);
