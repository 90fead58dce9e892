-- name: failed_critical
-- The newest verdict on each critical expectation of these suites that was known at :now, where it is a failure.
select suite, expectation from (
    select distinct on (suite, expectation) suite, expectation, passed, critical
    from desk.quality_checks
    where account = :account and suite = any(:suites) and observed_at <= :now
    order by suite, expectation, interval_start desc
) newest
where critical and not passed
order by suite, expectation;

-- name: drop_checks!
delete from desk.quality_checks where account = :account and interval_start = :interval_start;

-- name: add_check!
insert into desk.quality_checks
    (account, suite, expectation, critical, passed, observed, interval_start, observed_at)
values (:account, :suite, :expectation, :critical, :passed, :observed, :interval_start, :observed_at);

-- name: stored_checks
select suite, expectation from desk.quality_checks
where account = :account and interval_start = :interval_start and critical and not passed;

-- name: later_checks^
select exists(select from desk.quality_checks where account = :account and interval_start > :interval_start);

-- name: markets
-- Those that the newest discovery of the window listed: that table is never rewritten, so a rerun sees the same.
select m.ticker as name, length(trim(m.title)) as title_length, m.status, m.category,
       extract(epoch from m.open_at)::double precision as open_s,
       extract(epoch from m.close_at)::double precision as close_s,
       m.settlement_value_dollars::double precision as settlement_value,
       (select true from desk.series s where s.series_ticker = m.series_ticker) as series_known,
       count(*) over (partition by m.event_ticker, m.title, m.floor_strike_dollars, m.cap_strike_dollars,
                      m.definition ->> 'yes_subtitle') as titles
from desk.market_snapshots n join desk.markets m using (ticker)
where n.observed_at > :start and n.observed_at <= :end
  and n.observed_at = (select max(observed_at) from desk.market_snapshots where observed_at > :start and observed_at <= :end)
order by m.ticker;

-- name: snapshots
select n.ticker as name, n.bid_dollars::double precision as bid, n.ask_dollars::double precision as ask,
       n.volume_contracts::double precision as volume, n.open_interest_contracts::double precision as open_interest,
       case when w.ticker is null or (n.bid_dollars is not null and n.ask_dollars is not null) then true end as two_sided
from desk.market_snapshots n
left join desk.watchlist w on w.account = :account and w.ticker = n.ticker and w.observed_at = n.observed_at
where n.observed_at > :start and n.observed_at <= :end
  and n.observed_at = (select max(observed_at) from desk.market_snapshots where observed_at > :start and observed_at <= :end)
order by n.ticker;

-- name: articles
select a.article_id as name, length(trim(a.title)) as title_length, length(trim(a.url)) as url_length,
       extract(epoch from a.published_at)::double precision as published_s,
       extract(epoch from a.published_at - a.observed_at)::double precision as ahead_s,
       (select max(relevance) from desk.article_markets l
        where l.account = a.account and l.article_id = a.article_id and l.observed_at <= :end) as relevance,
       count(*) filter (where a.kept) over (partition by lower(trim(a.title))) as kept_alike
from desk.articles a where a.account = :account and a.observed_at > :start and a.observed_at <= :end
order by a.article_id;

-- name: estimates
select e.ticker as name, e.p_yes, e.p_ensemble, e.p_stderr, e.blend_weight, e.p_price, abs(e.p_yes - e.p_price) as from_price,
       extract(epoch from e.occurred_at)::double precision as occurred_s,
       extract(epoch from e.observed_at)::double precision as observed_s,
       extract(epoch from m.close_at)::double precision as close_s
from desk.estimates e left join desk.markets m using (ticker)
where e.account = :account and e.observed_at > :start and e.observed_at <= :end
order by e.estimate_id;

-- name: fills
-- The venue's highest fee is 0.07 of price times its complement, times what the series multiplies it by.
select f.ticker as name, f.price_dollars::double precision as price, f.count_contracts::double precision as count,
       f.fee_dollars::double precision as fee, extract(epoch from f.observed_at - f.occurred_at)::double precision as delay_s,
       case when f.owner <> 'desk' or exists (select from desk.orders o where o.client_order_id = f.client_order_id)
            then true end as order_known,
       (f.fee_dollars - 0.01 - 0.07 * coalesce(s.fee_multiplier, 1) * f.count_contracts * f.price_dollars
        * (1 - f.price_dollars))::double precision as fee_above_most
from desk.fills f left join desk.markets m using (ticker) left join desk.series s using (series_ticker)
where f.account = :account and f.observed_at > :start and f.observed_at <= :end
order by f.fill_id, f.venue_order_id;

-- name: spot_trades
-- A row for each coin, exchange and minute: there are too many trades to hand them out one by one.
with minutes as (
    select underlying, venue, date_trunc('minute', observed_at) as minute, min(price_dollars) as lowest,
           max(price_dollars) / nullif(min(price_dollars), 0) as range_ratio, min(size_coins) as least_size,
           avg(price_dollars) as mean, max(extract(epoch from observed_at - occurred_at)) as delay_s
    from desk.spot_trades where observed_at > :start and observed_at <= :end group by 1, 2, 3
), middles as (
    select underlying, minute, percentile_cont(0.5) within group (order by mean) as middle
    from minutes group by 1, 2 having count(*) > 1
)
select underlying || ' ' || venue || to_char(minute, ' HH24:MI') as name, lowest::double precision,
       range_ratio::double precision, least_size::double precision, delay_s::double precision,
       (mean / nullif(middle, 0))::double precision as against_others
from minutes left join middles using (underlying, minute)
order by underlying, venue, minute;
