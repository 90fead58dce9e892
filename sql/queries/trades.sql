-- name: trades
-- Fills and settlements of an account in the order in which they happened; prices are in YES terms.
select 'fill' as kind, occurred_at, account, ticker, owner, strategy, outcome, action, price_dollars, count_contracts,
    fee_dollars, is_taker, null::numeric as cost_dollars, null::numeric as revenue_dollars, null::numeric as pnl_dollars,
    null::boolean as verified, fill_id as reference, venue_order_id
from desk.fills where account = :account
union all
select 'settlement', occurred_at, account, ticker, null, null, result, null, value_dollars, count_contracts,
    fees_dollars, null, cost_dollars, revenue_dollars, pnl_dollars, verified, null, null
from desk.settlements where account = :account
order by occurred_at, ticker, kind, reference;
