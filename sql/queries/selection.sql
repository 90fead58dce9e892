-- name: measured^
-- What the side bought fell by, a minute after a desk's resting entries were filled: fills that tell, and their mean.
-- Quotes are the crypto desk's own looks, or the listings of market_discovery, at most :reach from their instant.
with made as (
    select f.ticker, f.book_side, f.occurred_at from desk.fills f join desk.orders o using (client_order_id)
    where f.account = :account and o.desk = :desk and f.action = 'enter' and not f.is_taker and f.occurred_at <= :now
    order by f.sequence desc limit :most
), quotes as not materialized (
    select ticker, observed_at, (bid_dollars + ask_dollars) / 2 as mid from desk.fair_values
    where :desk = 'crypto' and bid_dollars is not null and ask_dollars is not null
    union all
    select ticker, observed_at, (bid_dollars + ask_dollars) / 2 from desk.market_snapshots
    where :desk = 'forecast' and bid_dollars is not null and ask_dollars is not null
)
select count(*), avg(case book_side when 'bid' then before.mid - after.mid else after.mid - before.mid end)::double precision
from made
cross join lateral (
    select mid from quotes q
    where q.ticker = made.ticker and observed_at <= occurred_at and observed_at > occurred_at - cast(:reach as interval)
    order by observed_at desc limit 1
) before
cross join lateral (
    select mid from quotes q
    where q.ticker = made.ticker and observed_at <= :now and observed_at >= occurred_at + interval '1 minute'
        and observed_at < occurred_at + interval '1 minute' + cast(:reach as interval)
    order by observed_at limit 1
) after;
