-- The desk's tables. Money is numeric, probabilities double precision, instants timestamptz.
-- occurred_at: when the source says; observed_at: when the desk knew; rows of streams carry their record's place,
-- so that writing a record twice changes nothing. High-rate tables are partitioned by the day of observed_at.
create schema if not exists desk;
set local search_path to desk;

create table accounts (
    account text primary key,                       -- <venue>:<source>:<seed or recording>
    mode text not null check (mode in ('paper', 'demo', 'live')),
    initial_bankroll_dollars numeric(20, 6) not null,
    opened_at timestamptz not null,
    chosen_at timestamptz not null                  -- wall clock; the newest is the account in use
);
create table clock_epochs (
    epoch bigint generated always as identity primary key,
    account text not null references accounts,
    from_wall timestamptz not null,
    anchor_event timestamptz not null,
    speed double precision not null check (speed > 0),
    unique (account, from_wall)
);
create table leases (
    account text primary key references accounts,
    holder text not null,
    epoch bigint not null,
    expires_at timestamptz not null                 -- wall clock
);
create table reader_positions (
    reader text not null, topic text not null, topic_partition int not null, next_offset bigint not null,
    primary key (reader, topic, topic_partition)
);

-- what the venue lists
create table series (
    series_ticker text primary key, title text not null, category text, frequency text,
    fee_type text, fee_multiplier numeric(10, 4), raw jsonb not null, observed_at timestamptz not null
);
create table events (
    event_ticker text primary key, series_ticker text not null, title text not null, category text,
    mutually_exclusive boolean not null, raw jsonb not null, observed_at timestamptz not null
);
create table markets (
    ticker text primary key, event_ticker text not null, series_ticker text not null, title text not null, category text,
    desk text check (desk in ('crypto', 'forecast')), status text not null,
    open_at timestamptz not null, close_at timestamptz not null,
    strike_type text, floor_strike_dollars numeric(24, 8), cap_strike_dollars numeric(24, 8),
    result text, settlement_value_dollars numeric(10, 4), expiration_value text, settled_at timestamptz,
    definition jsonb not null, first_observed_at timestamptz not null, observed_at timestamptz not null
);
create index on markets (series_ticker, close_at);
create index on markets (close_at);
create table pages (                                 -- what came from outside, raw, by interval: a rerun reads this
    dag_id text not null, account text not null, interval_start timestamptz not null, page int not null,
    body jsonb not null, observed_at timestamptz not null, primary key (dag_id, account, interval_start, page)
);
create table watchlist (
    account text not null, interval_start timestamptz not null, ticker text not null, desk text not null,
    rank int not null, score double precision, observed_at timestamptz not null,
    primary key (account, interval_start, ticker)
);

-- forecasts (filled by the forecast desk)
create table articles (
    article_id text primary key, source text not null, url text not null, title text not null, summary text,
    published_at timestamptz, observed_at timestamptz not null
);
create table article_markets (
    article_id text not null references articles, ticker text not null, relevance double precision not null,
    observed_at timestamptz not null, primary key (article_id, ticker)
);
create table economic_series (
    series_id text not null, date date not null, value numeric, vintage_at timestamptz not null,
    observed_at timestamptz not null, primary key (series_id, date, vintage_at)
);
create table estimates (
    estimate_id text primary key, account text not null, ticker text not null, p_yes double precision not null,
    p_stderr double precision not null, source text not null, occurred_at timestamptz not null,
    observed_at timestamptz not null, details jsonb not null
);
create table forecaster_calls (
    call_id text primary key, estimate_id text references estimates, ticker text not null, vendor text not null,
    model text not null, prompt_hash text not null, prompt text not null, answer text, p_yes double precision,
    input_tokens int, output_tokens int, cost_dollars numeric(20, 6), fault text, observed_at timestamptz not null
);
create table calibrations (
    category text not null, fitted_at timestamptz not null, parameters jsonb not null, primary key (category, fitted_at)
);
create table correlations (
    ticker_a text not null, ticker_b text not null, p_correlation double precision not null,
    observed_at timestamptz not null, primary key (ticker_a, ticker_b, observed_at)
);

-- the ledger: written by order_execution alone
create table intents (
    sequence bigint generated always as identity primary key,
    account text not null references accounts, lease_epoch bigint not null, decision_id text not null,
    client_order_id text not null unique, ticker text not null,
    kind text not null check (kind in ('order', 'cancel')),
    state text not null default 'pending' check (state in ('pending', 'sent', 'done', 'failed')),
    body jsonb not null, created_at timestamptz not null, sent_at timestamptz, done_at timestamptz,
    unique (account, decision_id, kind, client_order_id)
);
create index on intents (account, state, sequence) where state in ('pending', 'sent');
create table orders (
    client_order_id text primary key, account text not null references accounts, decision_id text not null,
    venue_order_id text, ticker text not null, desk text not null, strategy text not null,
    outcome text not null check (outcome in ('yes', 'no')), book_side text not null, action text not null,
    style text not null, exit_rule text, price_dollars numeric(10, 4) not null, count_contracts numeric(20, 2) not null,
    filled_contracts numeric(20, 2) not null default 0, remaining_contracts numeric(20, 2) not null,
    state text not null, risk_dollars numeric(20, 6) not null, reduce_only boolean not null,
    expires_at timestamptz not null, seen text not null, created_at timestamptz not null, updated_at timestamptz not null
);
create index on orders (account, ticker);
create index on orders (account, created_at);
create index on orders (account, venue_order_id);
-- States rank as in domain/order.py: what ranks lower than what is known changes nothing.
create function order_rank(state text) returns int language sql immutable as $$
    select case state when 'pending' then 0 when 'sent' then 1 when 'unknown' then 2 when 'resting' then 3 else 4 end
$$;
create table order_events (
    event_id bigint generated always as identity primary key,
    account text not null, client_order_id text not null, venue_order_id text, ticker text not null, event text not null,
    filled_contracts numeric(20, 2) not null, remaining_contracts numeric(20, 2) not null, reason text,
    observed_at timestamptz not null,
    unique (client_order_id, event, filled_contracts, remaining_contracts)
);
create table fills (
    sequence bigint generated always as identity unique,  -- the order in which fills were booked
    account text not null references accounts, fill_id text not null, venue_order_id text not null,
    client_order_id text, ticker text not null, owner text not null check (owner in ('desk', 'manual')),
    strategy text, outcome text not null, action text not null, book_side text not null,
    price_dollars numeric(10, 4) not null, count_contracts numeric(20, 2) not null, is_taker boolean not null,
    fee_dollars numeric(20, 6) not null, occurred_at timestamptz not null, observed_at timestamptz not null,
    primary key (account, fill_id, venue_order_id)
);
create index on fills (account, ticker);
create table settlements (
    account text not null references accounts, ticker text not null, result text not null,
    value_dollars numeric(10, 4) not null, count_contracts numeric(20, 2) not null, cost_dollars numeric(20, 6) not null,
    fees_dollars numeric(20, 6) not null, revenue_dollars numeric(20, 6) not null, pnl_dollars numeric(20, 6) not null,
    verified boolean not null default false, occurred_at timestamptz not null, observed_at timestamptz not null,
    primary key (account, ticker)
);
create table audit_log (
    entry bigint generated always as identity primary key,
    account text not null, at timestamptz not null, actor text not null, action text not null, details jsonb not null,
    previous_hash text not null, hash text not null unique
);

-- scores and reports
create table scores (
    account text not null, ticker text not null, minutes_to_close int not null, outcome smallint not null,
    p_model double precision, p_mid double precision, brier_model double precision, brier_mid double precision,
    log_model double precision, log_mid double precision, observed_at timestamptz not null,
    primary key (account, ticker, minutes_to_close)
);
create table daily_reports (
    account text not null, date date not null, summary jsonb not null, markdown text not null, html text not null,
    observed_at timestamptz not null, primary key (account, date)
);
create table backtest_runs (
    run_id text primary key, kind text not null, parameters jsonb not null, result jsonb, html text,
    started_at timestamptz not null, finished_at timestamptz
);

-- health
create table alerts (
    topic_partition int not null, topic_offset bigint not null, app text not null, severity text not null,
    subject text not null, body text not null, observed_at timestamptz not null, primary key (topic_partition, topic_offset, observed_at)
);
create table dead_letters (
    topic_partition int not null, topic_offset bigint not null, app text not null, source text not null,
    source_partition int, source_offset bigint, error text not null, body text not null, payload text not null,
    observed_at timestamptz not null, primary key (topic_partition, topic_offset, observed_at)
);
create table heartbeats (
    process text primary key, state text not null, details jsonb not null, observed_at timestamptz not null  -- wall clock
);

-- high-rate streams, written by recorder
create table spot_trades (
    topic_partition int not null, topic_offset bigint not null, underlying text not null, venue text not null,
    trade_id text not null, price_dollars numeric(24, 8) not null, size_coins numeric(24, 8),
    occurred_at timestamptz not null, observed_at timestamptz not null,
    primary key (topic_partition, topic_offset, observed_at)
) partition by range (observed_at);
create table index_values (
    topic_partition int not null, topic_offset bigint not null, underlying text not null, index_id text not null,
    price_dollars numeric(24, 8) not null, window_mean_dollars numeric(24, 8), window_count int,
    occurred_at timestamptz not null, observed_at timestamptz not null,
    primary key (topic_partition, topic_offset, observed_at)
) partition by range (observed_at);
create table books (
    topic_partition int not null, topic_offset bigint not null, ticker text not null, version bigint not null,
    snapshot boolean not null, yes_levels jsonb not null, no_levels jsonb not null,
    occurred_at timestamptz not null, observed_at timestamptz not null,
    primary key (topic_partition, topic_offset, observed_at)
) partition by range (observed_at);
create table market_snapshots (
    ticker text not null, bid_dollars numeric(10, 4), bid_contracts numeric(20, 2), ask_dollars numeric(10, 4),
    ask_contracts numeric(20, 2), volume_contracts numeric(20, 2), open_interest_contracts numeric(20, 2),
    interval_start timestamptz not null, observed_at timestamptz not null,
    primary key (ticker, interval_start, observed_at)
) partition by range (observed_at);
create table fair_values (
    topic_partition int not null, topic_offset bigint not null, ticker text not null, underlying text not null,
    p_yes double precision not null, p_stderr double precision not null, spot_dollars numeric(24, 8) not null,
    strike_dollars numeric(24, 8) not null, sigma double precision not null, seconds_left double precision not null,
    fixed_count int not null, bid_dollars numeric(10, 4), ask_dollars numeric(10, 4), source text not null,
    seen text not null, observed_at timestamptz not null,
    primary key (topic_partition, topic_offset, observed_at)
) partition by range (observed_at);
create table signals (
    topic_partition int not null, topic_offset bigint not null, account text not null, ticker text not null,
    desk text not null, strategy text not null, decision_id text not null, outcome text not null, action text not null,
    style text not null, price_dollars numeric(10, 4) not null, shown_contracts numeric(20, 2),
    p_outcome double precision not null, p_stderr double precision not null, p_edge double precision not null,
    p_edge_adjusted double precision not null, exit_rule text, expires_at timestamptz not null, seen text not null,
    observed_at timestamptz not null, primary key (topic_partition, topic_offset, observed_at)
) partition by range (observed_at);
create index on signals (decision_id);
create table refusals (
    topic_partition int not null, topic_offset bigint not null, ticker text not null, desk text not null,
    stage text not null, reason text not null, value text, threshold text, decision_id text, count int not null,
    seen text, observed_at timestamptz not null, primary key (topic_partition, topic_offset, observed_at)
) partition by range (observed_at);
create table marks (
    topic_partition int not null, topic_offset bigint not null, account text not null, ticker text not null,
    count_contracts numeric(20, 2) not null, cost_dollars numeric(20, 6) not null, mark_dollars numeric(20, 6),
    sold_now_dollars numeric(20, 6), p_yes double precision, observed_at timestamptz not null,
    primary key (topic_partition, topic_offset, observed_at)
) partition by range (observed_at);
create table equity (
    topic_partition int not null, topic_offset bigint not null, account text not null,
    cash_dollars numeric(20, 6) not null, marks_dollars numeric(20, 6) not null, equity_dollars numeric(20, 6) not null,
    peak_dollars numeric(20, 6) not null, today_dollars numeric(20, 6) not null, realized_dollars numeric(20, 6) not null,
    fees_dollars numeric(20, 6) not null, observed_at timestamptz not null,
    primary key (topic_partition, topic_offset, observed_at)
) partition by range (observed_at);

create index on spot_trades (underlying, observed_at desc);
create index on index_values (underlying, observed_at desc);
create index on books (ticker, observed_at desc);
create index on fair_values (ticker, observed_at desc);
create index on signals (ticker, observed_at desc);
create index on refusals (ticker, observed_at desc);
create index on equity (account, observed_at desc);

-- A day's partitions of every partitioned table; the recorder calls it before the first row of a day.
create function ensure_day(day date) returns void language plpgsql as $$
declare parent text;
begin
    for parent in
        select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'desk' and c.relkind = 'p'
    loop
        execute format(
            'create table if not exists desk.%I partition of desk.%I for values from (%L) to (%L)',
            parent || to_char(day, '_YYYYMMDD'), parent, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
    end loop;
end $$;

-- Net holding per market from fills alone, in the order in which they were booked: + YES, - NO.
-- Opposite fills net, for a matched pair pays $1; closing a part takes its share of the cost, rounded up to $0.000001,
-- just as domain/position.py has it.
create type holding as (
    count_contracts numeric, cost_dollars numeric, fees_dollars numeric, realized_dollars numeric
);
create function holding_after(
    held holding, book_side text, price_dollars numeric, count_contracts numeric, fee_dollars numeric
) returns holding language plpgsql immutable as $$
declare
    bid boolean := book_side = 'bid';
    bought numeric := case when bid then price_dollars else 1 - price_dollars end;
    closes numeric := greatest(0, least(case when bid then -held.count_contracts else held.count_contracts end, count_contracts));
    share numeric := 0;
begin
    if closes > 0 then
        share := ceil(held.cost_dollars * 1000000 * closes / abs(held.count_contracts)) / 1000000;
    end if;
    return row(
        held.count_contracts + case when bid then count_contracts else -count_contracts end,
        round(held.cost_dollars - share + bought * (count_contracts - closes), 6),
        held.fees_dollars + fee_dollars,
        round(held.realized_dollars + (1 - bought) * closes - share, 6))::holding;
end $$;
alter function holding_after set search_path = desk;
create aggregate holding_of(text, numeric, numeric, numeric) (sfunc = holding_after, stype = holding, initcond = '(0,0,0,0)');

create view positions as
select account, ticker, owner, (held).count_contracts, (held).cost_dollars, (held).fees_dollars, (held).realized_dollars,
       occurred_at
from (
    select f.account, f.ticker, f.owner, max(f.occurred_at) as occurred_at,
           holding_of(f.book_side, f.price_dollars, f.count_contracts, f.fee_dollars order by f.sequence) as held
    from fills f
    where not exists (select 1 from settlements s where s.account = f.account and s.ticker = f.ticker)
    group by f.account, f.ticker, f.owner
) booked;

-- Worst losses, fees in: what is held pays nothing, resting and unanswered entries fill and pay nothing.
create view exposures as
select account, ticker, sum(risk_dollars) as risk_dollars
from (
    select account, ticker, cost_dollars + fees_dollars as risk_dollars from positions where count_contracts <> 0
    union all
    select account, ticker, risk_dollars * remaining_contracts / count_contracts from orders
    where action = 'enter' and state in ('pending', 'sent', 'resting', 'unknown') and remaining_contracts > 0
) parts
group by account, ticker;
