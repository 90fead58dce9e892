-- name: books
-- Every market's net holding, whose trades made it, and what it paid or would bring, as known at :end.
with known as (
    select ticker, owner, coalesce(strategy, owner) as strategy, book_side, price_dollars, count_contracts, fee_dollars, sequence,
           case book_side when 'bid' then count_contracts else -count_contracts end as signed
    from desk.fills where account = :account and observed_at <= :end
), traded as (
    select ticker, owner, strategy, sum(signed) as count, -sum(signed * price_dollars) as cash, sum(fee_dollars) as fees
    from known group by ticker, owner, strategy
), held as (
    select ticker, owner, desk.holding_of(book_side, price_dollars, count_contracts, fee_dollars order by sequence) as h,
           (array_agg(price_dollars order by sequence desc))[1] as last
    from known group by ticker, owner
)
select t.ticker, t.owner, coalesce(m.category, 'unknown'), (h).count_contracts, (h).cost_dollars, (h).fees_dollars,
       (h).realized_dollars, last, s.value_dollars, k.sold_now_dollars, strategy, count, cash, fees
from traded t join held using (ticker, owner) left join desk.markets m using (ticker)
left join desk.settlements s on s.account = :account and s.ticker = t.ticker and s.observed_at <= :end
left join lateral (
    select sold_now_dollars from desk.marks k
    where s.ticker is null and (h).count_contracts <> 0 and k.account = :account and k.ticker = t.ticker
      and k.count_contracts = (h).count_contracts and k.cost_dollars = (h).cost_dollars
      and k.observed_at <= :end and k.observed_at > cast(:end as timestamptz) - interval '1 day'
    order by k.observed_at desc limit 1
) k on true
order by t.ticker, t.owner, strategy;

-- name: add_part!
insert into desk.result_parts (account, strategy, category, realized_dollars, unrealized_dollars, fees_dollars, observed_at)
values (:account, :strategy, :category, :realized, :unrealized, :fees, :at) on conflict do nothing;

-- name: points
select observed_at, strategy, category, realized_dollars, unrealized_dollars, fees_dollars from desk.result_parts
where account = :account and observed_at > :since and observed_at <= :end order by observed_at, strategy, category;
