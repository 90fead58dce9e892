-- name: crypto^
-- What the side bought fell by, in the minute after our resting entries were filled: fills that tell, and their mean.
with made as (
    select f.ticker, f.book_side, f.occurred_at from desk.fills f join desk.orders o using (client_order_id)
    where f.account = :account and o.desk = 'crypto' and f.action = 'enter' and not f.is_taker and f.occurred_at <= :now
    order by f.sequence desc limit :most
)
select count(*), avg(case book_side when 'bid' then before.mid - after.mid else after.mid - before.mid end)::double precision
from made
cross join lateral (
    select (bid_dollars + ask_dollars) / 2 as mid from desk.fair_values v
    where v.ticker = made.ticker and bid_dollars is not null and ask_dollars is not null
        and observed_at <= occurred_at and observed_at > occurred_at - interval '1 minute'
    order by observed_at desc limit 1
) before
cross join lateral (
    select (bid_dollars + ask_dollars) / 2 as mid from desk.fair_values v
    where v.ticker = made.ticker and bid_dollars is not null and ask_dollars is not null and observed_at <= :now
        and observed_at >= occurred_at + interval '1 minute' and observed_at < occurred_at + interval '2 minutes'
    order by observed_at limit 1
) after;

-- name: forecast^
-- The same by the listings of market_discovery, the last before a fill and the first after it, at most a day apart each.
with made as (
    select f.ticker, f.book_side, f.occurred_at from desk.fills f join desk.orders o using (client_order_id)
    where f.account = :account and o.desk = 'forecast' and f.action = 'enter' and not f.is_taker and f.occurred_at <= :now
    order by f.sequence desc limit :most
)
select count(*), avg(case book_side when 'bid' then before.mid - after.mid else after.mid - before.mid end)::double precision
from made
cross join lateral (
    select (bid_dollars + ask_dollars) / 2 as mid from desk.market_snapshots s
    where s.ticker = made.ticker and bid_dollars is not null and ask_dollars is not null
        and observed_at <= occurred_at and observed_at > occurred_at - interval '1 day'
    order by observed_at desc limit 1
) before
cross join lateral (
    select (bid_dollars + ask_dollars) / 2 as mid from desk.market_snapshots s
    where s.ticker = made.ticker and bid_dollars is not null and ask_dollars is not null and observed_at <= :now
        and observed_at >= occurred_at + interval '1 minute' and observed_at < occurred_at + interval '1 day'
    order by observed_at limit 1
) after;
