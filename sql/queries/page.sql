-- name: account^
-- With the wall seconds since the desk was last started.
select account, mode, initial_bankroll_dollars, opened_at,
       extract(epoch from clock_timestamp() - chosen_at)::double precision as up_s
from desk.accounts where account = :account;

-- name: heartbeats
-- Signs of life, by the wall clock.
select process, state, details, extract(epoch from now() - observed_at)::double precision as age_s
from desk.heartbeats order by process;

-- name: listed^
-- When discovery last wrote a watch list: Airflow's pulse, seen from outside.
select max(observed_at) as at from desk.watchlist where account = :account;

-- name: equity_curve
-- The last value of each interval of ``width_s`` seconds.
select distinct on (bin) observed_at, equity_dollars
from (select observed_at, equity_dollars,
             date_bin(make_interval(secs => :width_s), observed_at, timestamptz '2000-01-01 00:00Z') as bin
      from desk.equity where account = :account and observed_at >= :since) points
order by bin, observed_at desc;

-- name: latest_equity^
select cash_dollars, marks_dollars, equity_dollars, peak_dollars, today_dollars, realized_dollars, fees_dollars,
       paid_in_dollars, observed_at
from desk.equity where account = :account order by observed_at desc limit 1;

-- name: exposures
select ticker, risk_dollars from desk.exposures where account = :account and risk_dollars > 0;

-- name: entries_today
-- What counts against the day's entries, as in the gate: what filled or still may.
select desk, count(*) as entries from desk.orders
where account = :account and action = 'enter' and created_at >= :day
  and (filled_contracts > 0 or state in ('pending', 'sent', 'resting', 'unknown')) group by desk;

-- name: settled^
select count(*) as markets, coalesce(sum(pnl_dollars), 0) as pnl
from desk.settlements where account = :account and observed_at > :since;

-- name: refused
-- Why not more; what was asked already in its bucket is no obstacle.
select reason, stage, sum(count)::bigint as count, count(distinct ticker) as markets,
       (array_agg(value order by observed_at desc))[1] as value,
       (array_agg(threshold order by observed_at desc))[1] as threshold, max(observed_at) as observed_at
from desk.refusals
where observed_at > :since and (account is null or account = :account) and reason <> 'already_asked' group by reason, stage order by 3 desc, 1 limit 8;

-- name: orders
select client_order_id, ticker, outcome, action, style, exit_rule, price_dollars, count_contracts, filled_contracts, state,
       updated_at
from desk.orders where account = :account order by created_at desc limit 15;

-- name: fills
select ticker, outcome, action, owner, price_dollars, count_contracts, is_taker, fee_dollars, occurred_at
from desk.fills where account = :account order by occurred_at desc limit 15;

-- name: settlements
select ticker, result, count_contracts, pnl_dollars, verified, occurred_at
from desk.settlements where account = :account order by occurred_at desc limit 10;

-- name: alerts
select app, severity, subject, body, observed_at from desk.alerts
where severity in ('warning', 'critical') and observed_at > :since order by observed_at desc limit 8;

-- name: dead_letters^
select count(*) as count, max(observed_at) as observed_at,
       (array_agg(app || ': ' || error || ' ' || body order by observed_at desc))[1] as latest
from desk.dead_letters where observed_at > :since;

-- name: definitions
select ticker, definition::text as definition from desk.markets where ticker = any(:tickers);

-- name: worth
-- What further accounts are worth, in the order given.
select a.account, e.equity_dollars, e.today_dollars, e.observed_at,
       (select count(*) from desk.positions p where p.account = a.account and p.count_contracts <> 0) as positions
from unnest(:accounts) with ordinality a (account, place) left join lateral (
    select equity_dollars, today_dollars, observed_at from desk.equity where account = a.account
    order by observed_at desc limit 1
) e on true order by a.place;
