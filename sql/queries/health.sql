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

-- name: sellable
-- What the desk may still sell: what it holds, as far as the account's net position has it; the venue nets.
select ticker, (sign(own) * least(abs(own), sign(own) * net))::text
from (select ticker, sum(count_contracts) as net, sum(count_contracts) filter (where owner = 'desk') as own
      from desk.positions where account = :account group by ticker) held
where own * net > 0 order by ticker;

-- name: open_intents
select state, count(*) from desk.intents where account = :account and state in ('pending', 'sent') group by state;

-- name: opened^
-- When the account was opened, and the wall seconds since the desk was last started.
select opened_at, extract(epoch from clock_timestamp() - chosen_at)::double precision
from desk.accounts where account = :account;

-- name: batch_runs
-- When what each DAG read was last kept; a name begins with the DAG's.
select name, max(decided_at) from desk.inputs where account = :account group by name;
