-- name: standings
-- The newest rung of each strategy and category before this run, when it came, and the last time it was paper.
select distinct on (strategy, lower(category)) strategy, category, rung, changed_at as since,
       max(changed_at) filter (where rung = 'paper') over (partition by strategy, lower(category)) as began
from desk.rungs
where account = :account and changed_at <= :now and not (changed_at = :now and changed_by = :record)
order by strategy, lower(category), changed_at desc;

-- name: forecast_proofs
-- By how much each settled estimate's Brier score was lower than its price's.
select s.category, s.ticker, m.event_ticker as event, e.occurred_at as at, price.brier - s.brier as gain
from desk.estimate_scores s
join desk.estimate_scores price on price.estimate_id = s.estimate_id and price.forecaster = 'price'
join desk.estimates e on e.estimate_id = s.estimate_id
join desk.markets m on m.ticker = s.ticker
where s.account = :account and s.forecaster = 'blended' and s.observed_at <= :now and price.observed_at <= :now
order by e.occurred_at, s.estimate_id;

-- name: trade_proofs
-- What each settled market earned that the desk alone traded by this strategy; markets of one hour share their luck.
select m.category, p.ticker, date_trunc('hour', m.close_at)::text as event, min(f.occurred_at) as at,
       p.pnl_dollars::double precision as gain
from desk.settlements p
join desk.fills f on f.account = p.account and f.ticker = p.ticker
join desk.markets m on m.ticker = p.ticker
where p.account = :account and p.observed_at <= :now
group by m.category, p.ticker, m.close_at, p.pnl_dollars
having bool_and(f.owner = 'desk' and f.strategy = :strategy)
order by 4, 2;

-- name: price_proofs
-- For a strategy that may not trade yet: by how much its fair value was nearer to the outcome than the mid, 5 minutes
-- before the close.
select m.category, s.ticker, date_trunc('hour', m.close_at)::text as event, least(m.close_at, s.observed_at) as at,
       s.brier_mid - s.brier_model as gain
from desk.scores s join desk.markets m using (ticker)
where s.account = :account and s.observed_at <= :now and s.minutes_to_close = 5 and s.brier_mid is not null
order by 4, s.ticker;

-- name: add_rung^
insert into desk.rungs (account, strategy, category, rung, changed_at, changed_by, reason)
values (:account, :strategy, :category, :rung, :changed_at, :changed_by, :reason)
on conflict do nothing returning rung;

-- name: newest_rung^
select rung, changed_at, changed_by, reason from desk.rungs
where account = :account and strategy = :strategy and lower(category) = lower(:category)
order by changed_at desc limit 1;
