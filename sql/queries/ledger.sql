-- name: add_intent^
insert into desk.intents (account, lease_epoch, decision_id, client_order_id, ticker, kind, body, created_at)
values (:account, :epoch, :decision_id, :intent_id, :ticker, :kind, :body, :at)
on conflict do nothing returning sequence;

-- name: open_intents
select sequence, state, body::text, sent_at from desk.intents
where account = :account and state in ('pending', 'sent') order by sequence;

-- name: mark_sent!
update desk.intents set state = 'sent', sent_at = clock_timestamp() where sequence = :sequence and state = 'pending';

-- name: close_intent!
update desk.intents set state = :state, done_at = clock_timestamp() where sequence = :sequence;

-- name: withdraw!
update desk.intents set state = 'failed', done_at = clock_timestamp()
where client_order_id = :client_order_id and state = 'pending';

-- name: add_order!
insert into desk.orders (client_order_id, account, decision_id, ticker, desk, strategy, outcome, book_side, action, style,
    exit_rule, price_dollars, count_contracts, remaining_contracts, state, risk_dollars, reduce_only, expires_at, seen,
    created_at, updated_at)
values (:client_order_id, :account, :decision_id, :ticker, :desk, :strategy, :outcome, :book_side, :action, :style,
    :exit_rule, :price, :count, :count, 'pending', :risk, :reduce_only, :expires_at, :seen, :at, :at)
on conflict do nothing;

-- name: add_event^
insert into desk.order_events (account, client_order_id, venue_order_id, ticker, event, filled_contracts,
    remaining_contracts, reason, observed_at)
values (:account, :client_order_id, :venue_order_id, :ticker, :event, :filled, :remaining, :reason, :at)
on conflict do nothing returning event_id;

-- name: advance_order!
update desk.orders o set
    venue_order_id = coalesce(o.venue_order_id, :venue_order_id),
    filled_contracts = greatest(o.filled_contracts, :filled),
    state = case when greatest(o.filled_contracts, :filled) >= o.count_contracts then 'filled'
                 when desk.order_rank(:event) > desk.order_rank(o.state) then :event else o.state end,
    remaining_contracts = case
        when desk.order_rank(:event) = 4 or desk.order_rank(o.state) = 4 then 0
        else o.count_contracts - greatest(o.filled_contracts, :filled) end,
    updated_at = greatest(o.updated_at, :at)
where client_order_id = :client_order_id;

-- name: add_fill^
insert into desk.fills (account, fill_id, venue_order_id, client_order_id, ticker, owner, strategy, outcome, action,
    book_side, price_dollars, count_contracts, is_taker, fee_dollars, occurred_at, observed_at)
values (:account, :fill_id, :venue_order_id, :client_order_id, :ticker, :owner, :strategy, :outcome, :action,
    :book_side, :price, :count, :is_taker, :fee, :occurred_at, :at)
on conflict do nothing returning sequence;

-- name: count_filled!
-- An order's fills tell how far it has come, should they be ahead of its events.
update desk.orders o set
    venue_order_id = coalesce(o.venue_order_id, :venue_order_id),
    filled_contracts = greatest(o.filled_contracts, f.filled),
    state = case when f.filled >= o.count_contracts then 'filled' else o.state end,
    remaining_contracts = case when desk.order_rank(o.state) = 4 or f.filled >= o.count_contracts then 0
                               else least(o.remaining_contracts, o.count_contracts - f.filled) end,
    updated_at = greatest(o.updated_at, :at)
from (select sum(count_contracts) as filled from desk.fills where client_order_id = :client_order_id) f
where o.client_order_id = :client_order_id;

-- name: find_order^
select body::text, o.venue_order_id, o.state, o.filled_contracts, o.remaining_contracts, o.updated_at
from desk.orders o join desk.intents i on i.client_order_id = o.client_order_id
where o.account = :account and (o.client_order_id = :client_order_id or o.venue_order_id = :venue_order_id);

-- name: recent_orders
select body::text, o.venue_order_id, o.state, o.filled_contracts, o.remaining_contracts, o.updated_at
from desk.orders o join desk.intents i on i.client_order_id = o.client_order_id
where o.account = :account and (desk.order_rank(o.state) < 4 or o.created_at >= :since
    or (o.action = 'exit' and not exists (select 1 from desk.settlements s where s.account = o.account and s.ticker = o.ticker)))
order by i.sequence;

-- name: live_fills
-- The fills of markets that are not settled or were settled of late, in the order in which they were booked.
select f.account, f.fill_id, f.venue_order_id, f.client_order_id, f.ticker, f.owner, f.strategy, f.outcome, f.action,
    f.price_dollars, f.count_contracts, f.is_taker, f.fee_dollars, f.occurred_at, f.observed_at
from desk.fills f left join desk.settlements s on s.account = f.account and s.ticker = f.ticker
where f.account = :account and (s.ticker is null or s.observed_at >= :since)
order by f.sequence;

-- name: recent_settlements
select account, ticker, result, value_dollars, count_contracts, cost_dollars, fees_dollars, revenue_dollars, pnl_dollars,
    occurred_at, observed_at
from desk.settlements where account = :account and observed_at >= :since order by observed_at, ticker;

-- name: last_fill_at^
select max(occurred_at) from desk.fills where account = :account;

-- name: add_settlement^
-- Where nothing was held any more the venue lists nothing to verify.
insert into desk.settlements (account, ticker, result, value_dollars, count_contracts, cost_dollars, fees_dollars,
    revenue_dollars, pnl_dollars, verified, occurred_at, observed_at)
values (:account, :ticker, :result, :value, :count, :cost, :fees, :revenue, :pnl, cast(:count as numeric) = 0, :occurred_at, :at)
on conflict do nothing returning ticker;

-- name: verify_settlement!
update desk.settlements set verified = true where account = :account and ticker = :ticker;

-- name: settlements_to_verify
select ticker, result, value_dollars, count_contracts, revenue_dollars from desk.settlements
where account = :account and not verified and count_contracts <> 0;

-- name: opening^
select initial_bankroll_dollars, opened_at from desk.accounts where account = :account;

-- name: cash_booked^
-- Free cash as our books have it: the opening bankroll, all cash moved by fills, and payouts. The venue nets the fills
-- of a market whoever made them, and pays $1 for a matched pair at once.
with held as (
    select desk.holding_of(book_side, price_dollars, count_contracts, fee_dollars order by sequence) as h
    from desk.fills where account = :account group by ticker
)
select a.initial_bankroll_dollars
    + coalesce((select sum((h).realized_dollars - (h).cost_dollars - (h).fees_dollars) from held), 0)
    + coalesce((select sum(revenue_dollars) from desk.settlements where account = :account), 0)
from desk.accounts a where a.account = :account;
