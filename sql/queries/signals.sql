-- What forming signals reads, all of it as known at :now.

-- name: estimated
-- The latest usable estimate of each forecast market on the watch list, with the market and its newest quote.
with watched as (
    select ticker from desk.watchlist
    where account = :account and desk = 'forecast' and interval_start = (
        select max(interval_start) from desk.watchlist where account = :account and observed_at <= :now)
)
select distinct on (e.ticker) e.estimate_id, e.ticker, e.category, e.p_yes, e.p_stderr, e.exploratory, e.occurred_at,
    m.definition::text, v.mutually_exclusive, q.bid_dollars::text, q.bid_contracts::text, q.ask_dollars::text,
    q.ask_contracts::text, q.observed_at
from watched w
join desk.estimates e on e.account = :account and e.ticker = w.ticker
left join desk.markets m on m.ticker = e.ticker and m.first_observed_at <= :now
left join desk.events v on v.event_ticker = m.event_ticker
left join lateral (
    select * from desk.market_snapshots s
    where s.ticker = e.ticker and s.observed_at <= :now and s.observed_at > :quoted_after
    order by s.observed_at desc limit 1
) q on true
where e.observed_at <= :now and e.occurred_at > :oldest
order by e.ticker, e.occurred_at desc;

-- name: staked
-- Forecast markets in which something was held or rested: signed contracts, + YES, - NO.
with held as (
    select f.ticker, sum(case when f.book_side = 'bid' then f.count_contracts else -f.count_contracts end) as contracts
    from desk.fills f
    where f.account = :account and f.observed_at <= :now
    group by f.ticker
), resting as (
    select o.ticker, sum(case when o.outcome = 'yes' then o.count_contracts else -o.count_contracts end) as contracts
    from desk.orders o
    where o.account = :account and o.action = 'enter' and o.created_at <= :now and not exists (
        select 1 from desk.order_events e
        where e.client_order_id = o.client_order_id and e.observed_at <= :now
            and e.event in ('filled', 'canceled', 'expired', 'rejected'))
    group by o.ticker
)
select m.ticker, m.event_ticker, m.series_ticker, m.title, coalesce(bool_or(v.mutually_exclusive), false),
    sum(b.contracts) > 0
from (select * from held where contracts <> 0 union all select * from resting) b
join desk.markets m on m.ticker = b.ticker and m.desk = 'forecast'
left join desk.events v on v.event_ticker = m.event_ticker
where not exists (
    select 1 from desk.settlements s where s.account = :account and s.ticker = b.ticker and s.observed_at <= :now)
group by m.ticker
having sum(b.contracts) <> 0
order by m.ticker;

-- name: correlations
-- The newest correlation of each pair of these markets.
select distinct on (ticker_a, ticker_b) ticker_a, ticker_b, p_correlation
from desk.correlations
where ticker_a = any(:tickers) and ticker_b = any(:tickers) and observed_at <= :now and observed_at > :oldest
order by ticker_a, ticker_b, observed_at desc;

-- name: said
-- Decisions and refused markets that an earlier try of the same run has told already; instants are kept to 1 µs.
select decision_id from desk.signals
where account = :account and desk = 'forecast' and action = 'enter'
    and observed_at between :now - interval '2 microseconds' and :now + interval '2 microseconds'
union all
select ticker from desk.refusals
where desk = 'forecast' and stage in ('price', 'quality', 'edge', 'correlation')
    and observed_at between :now - interval '2 microseconds' and :now + interval '2 microseconds';
