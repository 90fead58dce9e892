-- name: opening^
select initial_bankroll_dollars from desk.accounts where account = :account;

-- name: last_equity^
select peak_dollars, paid_in_dollars, observed_at from desk.equity where account = :account order by observed_at desc limit 1;

-- name: today_at^
select today_dollars from desk.equity where account = :account and observed_at <= :at order by observed_at desc limit 1;

-- name: strategies
-- Who last entered each market that is not settled.
select distinct on (ticker) ticker, strategy from desk.fills f
where account = :account and owner = 'desk' and action = 'enter' and strategy is not null
    and not exists (select from desk.settlements s where s.account = f.account and s.ticker = f.ticker)
order by ticker, sequence desc;

-- name: resumes
select at, details ->> 'scope' from desk.audit_log
where account = :account and at >= :since and action = 'switch:pause' and not (details ->> 'on')::boolean
    and actor not like :breakers;

-- name: pnl_before
-- The desk's own P&L of each market before an instant: netted trades, payouts, fees off; what it held then counts at the
-- last mark of its count within a day, else at cost.
select f.ticker, (f.held).realized_dollars - (f.held).fees_dollars + case
    when s.ticker is null then coalesce(m.mark_dollars - (f.held).cost_dollars, 0)
    when (f.held).count_contracts >= 0 then (f.held).count_contracts * s.value_dollars - (f.held).cost_dollars
    else -(f.held).count_contracts * (1 - s.value_dollars) - (f.held).cost_dollars end
from (
    select ticker, desk.holding_of(book_side, price_dollars, count_contracts, fee_dollars order by sequence) as held
    from desk.fills where account = :account and owner = 'desk' and observed_at < :at group by ticker
) f left join desk.settlements s on s.account = :account and s.ticker = f.ticker and s.observed_at < :at
left join lateral (
    select mark_dollars from desk.marks
    where account = :account and ticker = f.ticker and count_contracts = (f.held).count_contracts
        and (f.held).count_contracts <> 0 and s.ticker is null
        and observed_at < :at and observed_at >= cast(:at as timestamptz) - interval '1 day'
    order by observed_at desc limit 1
) m on true;
