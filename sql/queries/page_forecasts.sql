-- name: watched
-- The top of the forecast desk's newest watch list, with the quote that it was chosen at and the latest estimate.
with newest as (select max(interval_start) as interval_start from desk.watchlist where account = :account)
select w.ticker, w.rank, w.score, w.observed_at, m.title, m.category, m.close_at, m.definition::text as definition,
       s.bid_dollars, s.ask_dollars, e.p_yes, e.p_stderr, e.exploratory, e.occurred_at as estimated_at
from newest
join desk.watchlist w on w.account = :account and w.interval_start = newest.interval_start and w.desk = 'forecast'
join desk.markets m on m.ticker = w.ticker
left join desk.market_snapshots s
    on s.ticker = w.ticker and s.interval_start = w.interval_start and s.observed_at = w.observed_at
left join lateral (
    select p_yes, p_stderr, exploratory, occurred_at from desk.estimates
    where account = :account and ticker = w.ticker order by occurred_at desc limit 1
) e on true
order by w.rank limit 12;

-- name: watch_counts^
-- How long the newest watch list is, and what was left out.
with newest as (select max(interval_start) as interval_start from desk.watchlist where account = :account)
select max(newest.interval_start) as interval_start,
       (select count(*) from desk.watchlist w, newest
        where w.account = :account and w.interval_start = newest.interval_start and w.desk = 'forecast') as watched,
       (select coalesce(sum(markets), 0) from desk.discovery_refusals r, newest
        where r.account = :account and r.interval_start = newest.interval_start) as left_out
from newest;

-- name: left_out
with newest as (select max(interval_start) as interval_start from desk.watchlist where account = :account)
select reason, sum(markets) as markets from desk.discovery_refusals r, newest
where r.account = :account and r.interval_start = newest.interval_start group by reason order by 2 desc, 1 limit 8;

-- name: estimates
select e.ticker, coalesce(m.title, e.ticker) as title, e.category, e.p_vendors, e.p_ensemble, e.p_ensemble_stderr,
       e.p_calibrated, e.p_yes, e.p_stderr, e.p_price, e.blend_weight, e.exploratory, e.occurred_at
from desk.estimates e left join desk.markets m using (ticker)
where e.account = :account and e.occurred_at > :since order by e.occurred_at desc, e.ticker limit 10;

-- name: articles
-- The newest evidence, kept and dropped; what is kept with the market that it tells most about.
select source, recent.title, kept, reason, published_at, recent.observed_at, markets, relevance, m.title as about
from (
    select a.*, row_number() over (partition by kept order by observed_at desc, article_id) as place,
           k.markets, k.relevance, k.ticker
    from desk.articles a
    left join lateral (
        select count(*) as markets, max(relevance) as relevance,
               (array_agg(ticker order by relevance desc, ticker))[1] as ticker
        from desk.article_markets where account = a.account and article_id = a.article_id
    ) k on true
    where a.account = :account and a.observed_at > :since
) recent
left join desk.markets m using (ticker)
where place <= 6 order by kept desc, recent.observed_at desc;

-- name: article_counts
select kept, reason, count(*) as articles from desk.articles
where account = :account and observed_at > :since group by kept, reason order by kept desc, 3 desc, 2;

-- name: spent^
select coalesce(sum(cost_dollars), 0) as dollars, count(*) as calls, count(*) filter (where fault is not null) as faults,
       count(*) filter (where cached) as cached, coalesce(sum(input_tokens + output_tokens), 0) as tokens
from desk.forecaster_calls where account = :account and occurred_at >= :day;
