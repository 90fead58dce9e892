-- name: all
select desk, exchange_index, group_id, contracts, stopped from desk.order_groups where account = :account
order by desk, exchange_index;

-- name: keep!
insert into desk.order_groups (account, desk, exchange_index, group_id, contracts, stopped)
values (:account, :desk, :exchange_index, :group_id, :contracts, :stopped)
on conflict (account, desk, exchange_index) do update
set group_id = excluded.group_id, contracts = excluded.contracts, stopped = excluded.stopped;
