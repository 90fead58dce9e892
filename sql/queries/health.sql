-- name: details_of^
select details from desk.heartbeats where process = :process;

-- name: heartbeats
select process, state, extract(epoch from now() - observed_at)::double precision, details from desk.heartbeats
order by process;

-- name: equity^
select equity_dollars::text, today_dollars::text, peak_dollars::text, cash_dollars::text, fees_dollars::text, observed_at
from desk.equity where account = :account order by observed_at desc limit 1;

-- name: holdings
select ticker, owner, count_contracts::text, cost_dollars::text from desk.positions
where account = :account and count_contracts <> 0 order by ticker, owner;

-- name: open_intents
select state, count(*) from desk.intents where account = :account and state in ('pending', 'sent') group by state;
