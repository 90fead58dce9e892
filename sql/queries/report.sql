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
        where account = :account and observed_at > :start and observed_at <= :end) as lowest;

-- name: activity^
select (select count(distinct ticker) from desk.fair_values where observed_at > :start and observed_at <= :end) as priced_markets,
       (select count(*) from desk.signals where account = :account and observed_at > :start and observed_at <= :end) as signals,
       (select coalesce(sum(count), 0) from desk.refusals where observed_at > :start and observed_at <= :end) as refusals,
       (select count(*) from desk.orders where account = :account and created_at > :start and created_at <= :end) as orders,
       (select count(*) from desk.fills where account = :account and occurred_at > :start and occurred_at <= :end) as fills,
       (select count(*) from desk.settlements
        where account = :account and occurred_at > :start and occurred_at <= :end) as settlements,
       (select count(*) from desk.dead_letters where observed_at > :start and observed_at <= :end) as dead_letters,
       (select count(*) from desk.alerts where observed_at > :start and observed_at <= :end) as alerts;

-- name: refusals
select reason, sum(count)::bigint as count from desk.refusals
where observed_at > :start and observed_at <= :end group by reason order by 2 desc, 1 limit 10;

-- name: settled
select ticker, count_contracts, result, pnl_dollars from desk.settlements
where account = :account and occurred_at > :start and occurred_at <= :end order by occurred_at, ticker;

-- name: skill
select minutes_to_close as minutes, count(*) as n, avg(brier_model) as brier_model, avg(brier_mid) as brier_mid
from desk.scores s join desk.markets m using (ticker)
where s.account = :account and m.settled_at > :start and m.settled_at <= :end and p_mid is not null
group by minutes_to_close order by minutes_to_close desc;

-- name: save_report!
insert into desk.daily_reports (account, date, summary, markdown, html, observed_at)
values (:account, :date, :summary, :markdown, :html, :observed_at)
on conflict (account, date) do update set summary = excluded.summary, markdown = excluded.markdown,
    html = excluded.html, observed_at = excluded.observed_at;
