-- What correlations are made of, all of it as known at :now.

-- name: subjects
-- The forecast markets on the watch list that are still open.
select m.ticker, m.event_ticker, m.series_ticker, m.title, coalesce(v.mutually_exclusive, false)
from desk.watchlist w
join desk.markets m on m.ticker = w.ticker and m.first_observed_at <= :now and m.close_at > :now
left join desk.events v on v.event_ticker = m.event_ticker
where w.account = :account and w.desk = 'forecast' and w.interval_start = (
    select max(interval_start) from desk.watchlist where account = :account and observed_at <= :now)
order by m.ticker;

-- name: mids
-- The last mid of each market in each hour.
select ticker, date_trunc('hour', observed_at) as hour,
    (array_agg(((bid_dollars + ask_dollars) / 2)::double precision order by observed_at desc))[1]
from desk.market_snapshots
where ticker = any(:tickers) and observed_at > :since and observed_at <= :now
    and bid_dollars is not null and ask_dollars is not null
group by ticker, hour
order by hour, ticker;

-- name: known
-- The newest correlation of every pair that was compared since :oldest.
select distinct on (ticker_a, ticker_b) ticker_a, ticker_b, p_correlation
from desk.correlations
where observed_at <= :now and observed_at > :oldest
order by ticker_a, ticker_b, observed_at desc;

-- name: drop_correlations!
delete from desk.correlations where observed_at = :now and ticker_a = any(:tickers);
