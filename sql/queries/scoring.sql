-- name: unresolved
-- Markets that closed up to the end of the window and whose result is not known here yet.
select ticker from desk.markets where close_at <= :end and result is null and desk = 'crypto' order by close_at limit 200;

-- name: set_result!
update desk.markets set result = :result, settlement_value_dollars = :value, expiration_value = :expiration_value,
    status = :status, settled_at = coalesce(settled_at, :settled_at)
where ticker = :ticker and result is null;

-- name: scorable
-- The last fair value at most 30 s old at fixed times to the close, of the markets settled in the window;
-- only what was known at the window's end.
select m.ticker, g.minutes as minutes_to_close, (m.result = 'yes')::int as outcome, f.p_yes as p_model,
       case when f.bid_dollars is not null and f.ask_dollars is not null
            then ((f.bid_dollars + f.ask_dollars) / 2)::double precision end as p_mid
from desk.markets m
cross join unnest(array[10, 5, 2, 1]) as g(minutes)
join lateral (
    select p_yes, bid_dollars, ask_dollars from desk.fair_values f
    where f.ticker = m.ticker and f.observed_at <= m.close_at - g.minutes * interval '1 minute'
      and f.observed_at > m.close_at - g.minutes * interval '1 minute' - interval '30 seconds'
    order by f.observed_at desc limit 1
) f on true
where m.settled_at > :start and m.settled_at <= :end and m.result in ('yes', 'no')
order by m.ticker, g.minutes;

-- name: drop_scores!
delete from desk.scores s using desk.markets m
where s.account = :account and s.ticker = m.ticker and m.settled_at > :start and m.settled_at <= :end;

-- name: add_score!
insert into desk.scores (account, ticker, minutes_to_close, outcome, p_model, p_mid, brier_model, brier_mid,
    log_model, log_mid, observed_at)
values (:account, :ticker, :minutes_to_close, :outcome, :p_model, :p_mid, :brier_model, :brier_mid,
    :log_model, :log_mid, :observed_at);

-- name: unverified
select ticker, result, count_contracts, revenue_dollars from desk.settlements
where account = :account and not verified and occurred_at <= :end order by ticker;

-- name: verify!
update desk.settlements set verified = true where account = :account and ticker = :ticker;
