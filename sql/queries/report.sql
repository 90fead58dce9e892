-- name: money^
-- An account's day: realised P&L is net of the fees of what settled or was closed.
select coalesce((select sum(pnl_dollars) from desk.settlements
                 where account = :account and occurred_at > :start and occurred_at <= :end), 0) as realized,
       coalesce((select sum(fee_dollars) from desk.fills
                 where account = :account and owner = 'desk' and occurred_at > :start and occurred_at <= :end), 0) as fees,
       (select equity_dollars from desk.equity where account = :account and observed_at > :start and observed_at <= :end
        order by observed_at limit 1) as equity_open,
       (select equity_dollars from desk.equity where account = :account and observed_at > :start and observed_at <= :end
        order by observed_at desc limit 1) as equity_close,
       (select min(equity_dollars) from desk.equity
        where account = :account and observed_at > :start and observed_at <= :end) as lowest,
       (select (array_agg(paid_in_dollars order by observed_at desc))[1] - (array_agg(paid_in_dollars order by observed_at))[1]
        from desk.equity where account = :account and observed_at > :start and observed_at <= :end) as paid_in;

-- name: activity^
select (select count(distinct ticker) from desk.fair_values where observed_at > :start and observed_at <= :end) as priced_markets,
       (select count(*) from desk.signals where account = :account and observed_at > :start and observed_at <= :end) as signals,
       (select coalesce(sum(count), 0) from desk.refusals
        where (account is null or account = :account) and observed_at > :start and observed_at <= :end and reason <> 'already_asked') as refusals,
       (select count(*) from desk.orders where account = :account and created_at > :start and created_at <= :end) as orders,
       (select count(*) from desk.fills where account = :account and occurred_at > :start and occurred_at <= :end) as fills,
       (select count(*) from desk.settlements
        where account = :account and occurred_at > :start and occurred_at <= :end) as settlements,
       (select count(*) from desk.dead_letters where observed_at > :start and observed_at <= :end) as dead_letters,
       (select count(*) from desk.alerts where observed_at > :start and observed_at <= :end) as alerts;

-- name: refusals
select reason, sum(count)::bigint as count from desk.refusals
where observed_at > :start and observed_at <= :end and reason <> 'already_asked' group by reason order by 2 desc, 1 limit 10;

-- name: settled
select ticker, count_contracts, result, pnl_dollars from desk.settlements
where account = :account and occurred_at > :start and occurred_at <= :end order by occurred_at, ticker;

-- name: skill
select minutes_to_close as minutes, count(*) as n, avg(brier_model) as brier_model, avg(brier_mid) as brier_mid
from desk.scores s join desk.markets m using (ticker)
where s.account = :account and m.settled_at > :start and m.settled_at <= :end and p_mid is not null
group by minutes_to_close order by minutes_to_close desc;

-- name: save_report^
-- A report of a day that a later run has told already changes nothing.
insert into desk.daily_reports (account, date, summary, markdown, html, observed_at)
values (:account, :date, :summary, :markdown, :html, :observed_at)
on conflict (account, date) do update set summary = excluded.summary, markdown = excluded.markdown,
    html = excluded.html, observed_at = excluded.observed_at
where daily_reports.observed_at <= excluded.observed_at
returning date;

-- name: desks
-- Each desk's day; a settlement belongs to the desk that ordered in its market.
with owners as (select distinct on (ticker) ticker, desk from desk.orders where account = :account order by ticker, created_at),
names as (select unnest(array['crypto', 'forecast']) as desk)
select desk,
       (select coalesce(sum(pnl_dollars), 0) from desk.settlements s join owners o using (ticker)
        where s.account = :account and o.desk = names.desk and s.occurred_at > :start and s.occurred_at <= :end) as realized,
       (select coalesce(sum(fee_dollars), 0) from desk.fills f join owners o using (ticker)
        where f.account = :account and f.owner = 'desk' and o.desk = names.desk and f.occurred_at > :start and f.occurred_at <= :end) as fees,
       (select count(*) from desk.orders d
        where d.account = :account and d.desk = names.desk and d.created_at > :start and d.created_at <= :end) as orders,
       (select count(*) from desk.fills f join owners o using (ticker)
        where f.account = :account and f.owner = 'desk' and o.desk = names.desk and f.occurred_at > :start and f.occurred_at <= :end) as fills,
       (select count(*) from desk.settlements s join owners o using (ticker)
        where s.account = :account and o.desk = names.desk and s.occurred_at > :start and s.occurred_at <= :end) as settlements
from names order by desk;

-- name: forecasters
select forecaster, count(*) as n, avg(brier) as brier, avg(log_score) as log_score
from desk.estimate_scores where account = :account and observed_at > :start and observed_at <= :end group by forecaster;

-- name: estimates^
select count(*) from desk.estimates where account = :account and occurred_at > :start and occurred_at <= :end;

-- name: models
select model, count(*) as calls, count(*) filter (where cached) as cached, count(*) filter (where fault is not null) as faults,
       sum(input_tokens) as input_tokens, sum(output_tokens) as output_tokens, sum(cost_dollars) as cost
from desk.forecaster_calls where account = :account and occurred_at > :start and occurred_at <= :end
group by model order by cost desc, model;

-- name: costs^
select coalesce(sum(cost_dollars) filter (where occurred_at > :start), 0) as models_day,
       coalesce(sum(cost_dollars), 0) as models_month,
       (select coalesce(sum(pnl_dollars), 0) from desk.settlements
        where account = :account and occurred_at > :month and occurred_at <= :end) as realized_month
from desk.forecaster_calls where account = :account and occurred_at > :month and occurred_at <= :end;

-- name: incidents
-- Alerts of one subject, dead letters of one app and error, and failed checks, each told once with how often.
select min(observed_at) as at, severity || ' alert' as kind, app || ': ' || subject as text, count(*) as count
from desk.alerts where observed_at > :start and observed_at <= :end group by severity, app, subject
union all
select min(observed_at), 'dead letter', app || ': ' || left(error, 120), count(*)
from desk.dead_letters where observed_at > :start and observed_at <= :end group by app, left(error, 120)
union all
select min(observed_at), case when critical then 'failed check' else 'warning check' end, suite || ': ' || expectation, count(*)
from desk.quality_checks
where account = :account and not passed and observed_at > :start and observed_at <= :end group by critical, suite, expectation
order by 1, 2, 3 limit 60;

-- name: coming
-- Markets of the forecast desk on the newest watch list, and all that are held, that close within a day of :end.
with newest as (
    select ticker from desk.watchlist where account = :account and desk = 'forecast' and interval_start =
        (select max(interval_start) from desk.watchlist where account = :account and observed_at <= :end)
), held as (
    select ticker, sum(case book_side when 'bid' then count_contracts else -count_contracts end) as count
    from desk.fills f where account = :account and occurred_at <= :end and not exists (
        select from desk.settlements s where s.account = f.account and s.ticker = f.ticker and s.occurred_at <= :end)
    group by ticker
)
select m.ticker, m.title, m.close_at, coalesce(h.count, 0) as held, e.p_yes, e.p_price
from desk.markets m left join held h using (ticker)
left join lateral (
    select p_yes, p_price from desk.estimates e
    where e.account = :account and e.ticker = m.ticker and e.occurred_at <= :end order by e.occurred_at desc limit 1
) e on true
where m.close_at > :end and m.close_at <= cast(:end as timestamptz) + interval '1 day'
  and (coalesce(h.count, 0) <> 0 or m.ticker in (select ticker from newest))
order by coalesce(h.count, 0) = 0, m.close_at, m.ticker limit 40;
