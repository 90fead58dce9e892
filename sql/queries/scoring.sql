-- name: unresolved
-- Markets whose result is not known here yet: closed up to the end of the window, or estimated and still not settled,
-- for an event may end early. What closed comes first, then what is nearest to its close.
select m.ticker from desk.markets m
where m.result is null and m.open_at <= :end and (
    m.close_at <= :end and m.desk = 'crypto'
    or exists (select 1 from desk.estimates e where e.ticker = m.ticker and e.account = :account and e.observed_at <= :end))
order by m.close_at <= :end desc, abs(extract(epoch from m.close_at - :end)), m.ticker limit 200;

-- name: settled_estimated
-- Estimated markets whose result came in the window or in the day before: a settlement can be corrected.
select m.ticker, m.result from desk.markets m
where m.settled_at > cast(:start as timestamptz) - interval '1 day' and m.settled_at <= :end and m.result is not null
  and exists (select 1 from desk.estimates e where e.ticker = m.ticker and e.account = :account) order by m.ticker;

-- name: correct_result!
update desk.markets set result = :result, settlement_value_dollars = :value, expiration_value = :expiration_value,
    status = :status where ticker = :ticker;

-- name: unverify!
-- What was booked by a result that the venue has changed is compared with it again.
update desk.settlements set verified = false where account = :account and ticker = :ticker;

-- name: add_correction!
insert into desk.corrections (account, ticker, was, became, observed_at)
values (:account, :ticker, :was, :became, :observed_at)
on conflict (account, ticker, observed_at) do update set became = excluded.became;

-- name: set_result!
update desk.markets set result = :result, settlement_value_dollars = :value, expiration_value = :expiration_value,
    status = :status, settled_at = coalesce(settled_at, :settled_at)
where ticker = :ticker and result is null;

-- name: scorable
-- The last fair value at most 30 s old at fixed times to the close, of the markets settled in the window, and of those
-- of the day before whose result came too late for their own.
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
where m.settled_at > cast(:start as timestamptz) - interval '1 day' and m.settled_at <= :end and m.result in ('yes', 'no')
  and not exists (select from desk.scores s where s.account = :account and s.ticker = m.ticker)
order by m.ticker, g.minutes;

-- name: drop_scores!
-- What this run wrote before, and what was scored against a result that has been corrected since.
delete from desk.scores s using desk.markets m
where s.account = :account and s.ticker = m.ticker
  and m.settled_at > cast(:start as timestamptz) - interval '1 day' and m.settled_at <= :end
  and (s.observed_at = :end or s.outcome <> case m.result when 'yes' then 1 when 'no' then 0 else -1 end);

-- name: add_score!
-- A rerun writes its own rows anew; what a correction has taken or a later run has scored it leaves alone.
insert into desk.scores (account, ticker, minutes_to_close, outcome, p_model, p_mid, brier_model, brier_mid,
    log_model, log_mid, observed_at)
select :account, ticker, :minutes_to_close, :outcome, :p_model, :p_mid, :brier_model, :brier_mid,
    :log_model, :log_mid, :observed_at
from desk.markets where ticker = :ticker and result = case :outcome when 1 then 'yes' else 'no' end
on conflict (account, ticker, minutes_to_close) do update set outcome = excluded.outcome, p_model = excluded.p_model,
    p_mid = excluded.p_mid, brier_model = excluded.brier_model, brier_mid = excluded.brier_mid,
    log_model = excluded.log_model, log_mid = excluded.log_mid
where scores.observed_at = excluded.observed_at;

-- name: unverified
select ticker, result, count_contracts, revenue_dollars from desk.settlements
where account = :account and not verified and occurred_at <= :end and observed_at <= :end order by ticker;

-- name: verify!
update desk.settlements set verified = true where account = :account and ticker = :ticker;

-- name: drop_estimate_scores!
-- What this run wrote before, and what was scored against a result that has been corrected since.
delete from desk.estimate_scores s using desk.markets m
where s.account = :account and s.ticker = m.ticker
  and (s.observed_at = :end or s.outcome <> case m.result when 'yes' then 1 when 'no' then 0 else -1 end);

-- name: scorable_estimates
-- Estimates without a score whose market has settled to yes or no; the horizon runs to the market's close.
select e.estimate_id, e.ticker, e.category, extract(epoch from m.close_at - e.occurred_at) / 86400 as horizon_days,
       (m.result = 'yes')::int as outcome, e.p_vendors, e.p_ensemble, e.p_calibrated, e.p_blended, e.p_price, e.p_base_rate
from desk.estimates e join desk.markets m on m.ticker = e.ticker
where e.account = :account and e.observed_at <= :end and e.occurred_at < m.settled_at
  and m.settled_at <= :end and m.result in ('yes', 'no')
  and not exists (select 1 from desk.estimate_scores s where s.estimate_id = e.estimate_id)
order by e.estimate_id;

-- name: add_estimate_score!
-- A rerun writes its own rows anew; what a correction has taken or a later run has scored it leaves alone.
insert into desk.estimate_scores (estimate_id, account, ticker, category, forecaster, horizon_days, outcome, p, brier,
    log_score, observed_at)
select :estimate_id, :account, ticker, :category, :forecaster, :horizon_days, :outcome, :p, :brier, :log_score,
    :observed_at
from desk.markets where ticker = :ticker and result = case :outcome when 1 then 'yes' else 'no' end
on conflict (estimate_id, forecaster) do update set category = excluded.category, horizon_days = excluded.horizon_days,
    outcome = excluded.outcome, p = excluded.p, brier = excluded.brier, log_score = excluded.log_score
where estimate_scores.observed_at = excluded.observed_at;

-- name: last_scored
select max(observed_at) from desk.estimate_scores where account = :account and observed_at <= :now;

-- name: scored
-- Every score known at :now, with the event whose luck it shares.
select s.forecaster, s.category, s.horizon_days, s.estimate_id, m.event_ticker, s.outcome, s.p, s.brier, s.log_score
from desk.estimate_scores s join desk.markets m using (ticker)
where s.account = :account and s.observed_at <= :now
order by s.estimate_id, s.forecaster;
