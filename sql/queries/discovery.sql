-- name: has_pages^
-- Whether the answers of an interval are stored already.
select count(*) as pages from desk.pages where dag_id = :dag_id and account = :account and interval_start = :interval_start;

-- name: drop_pages!
delete from desk.pages where dag_id = :dag_id and account = :account and interval_start = :interval_start;

-- name: add_page!
insert into desk.pages (dag_id, account, interval_start, page, body, observed_at)
values (:dag_id, :account, :interval_start, :page, :body, :observed_at);

-- name: pages
select body, observed_at from desk.pages
where dag_id = :dag_id and account = :account and interval_start = :interval_start order by page;

-- name: upsert_market!
-- What is newer stays: a rerun of an old interval changes nothing.
insert into desk.markets (ticker, event_ticker, series_ticker, title, category, desk, status, open_at, close_at,
    strike_type, floor_strike_dollars, cap_strike_dollars, result, settlement_value_dollars, expiration_value,
    definition, first_observed_at, observed_at)
values (:ticker, :event_ticker, :series_ticker, :title, :category, :desk, :status, :open_at, :close_at,
    :strike_type, :floor_strike, :cap_strike, :result, :settlement_value, :expiration_value,
    :definition, :observed_at, :observed_at)
on conflict (ticker) do update set
    desk = excluded.desk, title = excluded.title, category = excluded.category, status = excluded.status,
    close_at = excluded.close_at, strike_type = excluded.strike_type,
    floor_strike_dollars = coalesce(excluded.floor_strike_dollars, markets.floor_strike_dollars),
    cap_strike_dollars = coalesce(excluded.cap_strike_dollars, markets.cap_strike_dollars),
    result = coalesce(excluded.result, markets.result),
    settlement_value_dollars = coalesce(excluded.settlement_value_dollars, markets.settlement_value_dollars),
    expiration_value = coalesce(excluded.expiration_value, markets.expiration_value),
    definition = excluded.definition, observed_at = excluded.observed_at
where markets.observed_at < excluded.observed_at;

-- name: upsert_series!
insert into desk.series (series_ticker, title, category, frequency, fee_type, fee_multiplier, raw, observed_at)
values (:series_ticker, :title, :category, :frequency, :fee_type, :fee_multiplier, :raw, :observed_at)
on conflict (series_ticker) do update set title = excluded.title, category = excluded.category,
    frequency = excluded.frequency, fee_type = excluded.fee_type, fee_multiplier = excluded.fee_multiplier,
    raw = excluded.raw, observed_at = excluded.observed_at
where series.observed_at < excluded.observed_at;

-- name: upsert_event!
insert into desk.events (event_ticker, series_ticker, title, category, mutually_exclusive, raw, observed_at)
values (:event_ticker, :series_ticker, :title, :category, :mutually_exclusive, :raw, :observed_at)
on conflict (event_ticker) do update set title = excluded.title, category = excluded.category, raw = excluded.raw,
    observed_at = excluded.observed_at
where events.observed_at < excluded.observed_at;

-- name: add_snapshot!
insert into desk.market_snapshots (ticker, bid_dollars, bid_contracts, ask_dollars, ask_contracts, volume_contracts,
    open_interest_contracts, interval_start, observed_at)
values (:ticker, :bid, :bid_count, :ask, :ask_count, :volume, :open_interest, :interval_start, :observed_at)
on conflict do nothing;

-- name: drop_watchlist!
delete from desk.watchlist where account = :account and interval_start = :interval_start;

-- name: add_watch!
insert into desk.watchlist (account, interval_start, ticker, desk, rank, observed_at)
values (:account, :interval_start, :ticker, :desk, :rank, :observed_at);
