-- name: has_pages^
-- Whether the answers of an interval are stored already.
select count(*) as pages from desk.pages where dag_id = :dag_id and account = :account and interval_start = :interval_start;

-- name: later_pages^
select 1 from desk.pages
where dag_id = :dag_id and account = :account and interval_start > :interval_start limit 1;

-- name: drop_pages!
delete from desk.pages where dag_id = :dag_id and account = :account and interval_start = :interval_start;

-- name: add_page!
insert into desk.pages (dag_id, account, interval_start, page, body, observed_at)
values (:dag_id, :account, :interval_start, :page, :body, :observed_at);

-- name: page^
select body::text from desk.pages
where dag_id = :dag_id and account = :account and interval_start = :interval_start and page = :page;

-- name: merge_markets!
-- What is as it was is left alone, and what is newer stays: a rerun of an old interval changes nothing.
-- In the order of tickers, as every writer of this table goes, so that none waits for another that waits for it.
insert into desk.markets (ticker, event_ticker, series_ticker, title, category, desk, status, open_at, close_at,
    strike_type, floor_strike_dollars, cap_strike_dollars, result, settlement_value_dollars, expiration_value,
    definition, first_observed_at, observed_at)
select distinct on (ticker) ticker, event_ticker, series_ticker, title, category, desk, status, open_at, close_at,
    strike_type, floor_strike_dollars, cap_strike_dollars, result, settlement_value_dollars, expiration_value,
    definition, first_observed_at, observed_at
from new_markets order by ticker
on conflict (ticker) do update set
    desk = excluded.desk, title = excluded.title, category = excluded.category, status = excluded.status,
    close_at = excluded.close_at, strike_type = excluded.strike_type,
    floor_strike_dollars = coalesce(excluded.floor_strike_dollars, markets.floor_strike_dollars),
    cap_strike_dollars = coalesce(excluded.cap_strike_dollars, markets.cap_strike_dollars),
    result = coalesce(excluded.result, markets.result),
    settlement_value_dollars = coalesce(excluded.settlement_value_dollars, markets.settlement_value_dollars),
    expiration_value = coalesce(excluded.expiration_value, markets.expiration_value),
    definition = excluded.definition, observed_at = excluded.observed_at
where markets.observed_at < excluded.observed_at
  and (markets.desk, markets.status, markets.definition)
      is distinct from (excluded.desk, excluded.status, excluded.definition);

-- name: merge_series!
insert into desk.series (series_ticker, title, category, frequency, fee_type, fee_multiplier, raw, observed_at)
select distinct on (series_ticker)
    series_ticker, title, category, frequency, fee_type, fee_multiplier, raw, observed_at
from new_series order by series_ticker
on conflict (series_ticker) do update set title = excluded.title, category = excluded.category,
    frequency = excluded.frequency, fee_type = excluded.fee_type, fee_multiplier = excluded.fee_multiplier,
    raw = excluded.raw, observed_at = excluded.observed_at
where series.observed_at < excluded.observed_at and series.raw is distinct from excluded.raw;

-- name: merge_events!
insert into desk.events (event_ticker, series_ticker, title, category, mutually_exclusive, raw, observed_at)
select distinct on (event_ticker) event_ticker, series_ticker, title, category, mutually_exclusive, raw, observed_at
from new_events order by event_ticker
on conflict (event_ticker) do update set title = excluded.title, category = excluded.category, raw = excluded.raw,
    observed_at = excluded.observed_at
where events.observed_at < excluded.observed_at and events.raw is distinct from excluded.raw;

-- name: merge_milestones!
-- A version that says what the one before said is none: a rerun of an old interval changes nothing.
insert into desk.milestones (milestone_id, title, kind, start_at, event_tickers, raw, observed_at)
select distinct on (milestone_id) milestone_id, title, kind, start_at, event_tickers, raw, observed_at
from new_milestones n
where raw is distinct from (
    select raw from desk.milestones m where m.milestone_id = n.milestone_id and m.observed_at <= n.observed_at
    order by m.observed_at desc limit 1)
order by milestone_id
on conflict (milestone_id, observed_at) do update set title = excluded.title, kind = excluded.kind,
    start_at = excluded.start_at, event_tickers = excluded.event_tickers, raw = excluded.raw;

-- name: held
-- What the account held at :now, and where it then had an order that could still fill.
select f.ticker from desk.fills f
where f.account = :account and f.observed_at <= :now
  and not exists (select 1 from desk.settlements s
                  where s.account = f.account and s.ticker = f.ticker and s.observed_at <= :now)
group by f.ticker, f.owner
having sum(case f.book_side when 'bid' then f.count_contracts else -f.count_contracts end) <> 0
union
select ticker from desk.orders
where account = :account and created_at <= :now
  and (state in ('pending', 'sent', 'unknown', 'resting') or updated_at > :now);

-- name: drop_choice!
with gone as (delete from desk.discovery_refusals where account = :account and interval_start = :interval_start)
delete from desk.watchlist where account = :account and interval_start = :interval_start;

-- name: chosen
select w.ticker, m.series_ticker, w.desk, m.open_at, m.close_at
from desk.watchlist w join desk.markets m using (ticker)
where w.account = :account and w.interval_start = :interval_start order by w.rank;

-- name: later_choice^
select exists(select from desk.watchlist where account = :account and interval_start > :interval_start);

-- name: material^
-- How many of the forecast desk's markets came or went since the list before, and how many mids moved by :move or more.
with lists as (
    select max(interval_start) as before from desk.watchlist
    where account = :account and interval_start < :interval_start
), now_watched as (
    select ticker from desk.watchlist
    where account = :account and interval_start = :interval_start and desk = 'forecast'
), then_watched as (
    select ticker from desk.watchlist, lists
    where account = :account and interval_start = before and desk = 'forecast'
), mids as (
    select ticker, interval_start, (bid_dollars + ask_dollars) / 2 as mid from desk.market_snapshots, lists
    where interval_start in (before, :interval_start) and observed_at <= :now
      and observed_at > cast(:now as timestamptz) - interval '2 days' and ticker in (select ticker from now_watched)
)
select (select count(*) from now_watched full join then_watched using (ticker)
        where now_watched.ticker is null or then_watched.ticker is null) as changed,
       (select count(*) from mids a join mids b using (ticker)
        where a.interval_start < b.interval_start and abs(a.mid - b.mid) >= cast(:move as numeric)) as moved;

-- name: base_rates_fresh^
select 1 from desk.base_rates
where account = :account and observed_at < :now and observed_at > cast(:now as timestamptz) - interval '1 day' limit 1;

-- name: drop_base_rates!
delete from desk.base_rates where account = :account and observed_at = :now;
