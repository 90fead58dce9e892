-- name: answered
-- The first estimate of each market whose score was known at :now: one answer teaches once.
select distinct on (e.ticker) e.ticker, m.title, e.category, e.occurred_at, s.observed_at, s.outcome, e.p_price, e.p_vendors,
       m.event_ticker
from desk.estimates e
join desk.estimate_scores s on s.estimate_id = e.estimate_id and s.forecaster = 'blended'
join desk.markets m on m.ticker = e.ticker
where e.account = :account and e.observed_at <= :now and s.observed_at <= :now
order by e.ticker, e.occurred_at, e.estimate_id;

-- name: still_open
-- When each market was first estimated that had not settled at :now.
select min(e.occurred_at) from desk.estimates e join desk.markets m on m.ticker = e.ticker
where e.account = :account and e.observed_at <= :now and coalesce(m.settled_at, 'infinity') > :now
group by e.ticker;

-- name: drop_calibrations!
delete from desk.calibrations where account = :account and fitted_at = :fitted_at;

-- name: add_calibration!
insert into desk.calibrations (account, category, fitted_at, resolutions, parameters)
values (:account, :category, :fitted_at, :resolutions, :parameters);

-- name: newest_calibrations
-- The last calibration of each category fitted at or before :now.
select distinct on (category) parameters::text from desk.calibrations
where account = :account and fitted_at <= :now order by category, fitted_at desc;
