-- name: partitions
-- The day partitions of these tables whose day, as their name has it, is before :day.
select c.relname as name, p.relname as parent from pg_inherits i
join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
join pg_namespace n on n.oid = p.relnamespace
where n.nspname = 'desk' and p.relname = any(:tables)
  and c.relname = p.relname || '_' || right(c.relname, 8) and right(c.relname, 8) < to_char(cast(:day as date), 'YYYYMMDD')
order by c.relname;

-- name: drop_pages!
delete from desk.pages where account = :account and interval_start < :before;

-- name: drop_listings!
delete from desk.pages where dag_id = 'market_discovery' and account = :account and interval_start < :before;

-- name: drop_watchlists!
delete from desk.watchlist where account = :account and interval_start < :before;

-- name: drop_discovery_refusals!
delete from desk.discovery_refusals where account = :account and interval_start < :before;

-- name: empty_inputs!
-- The rows stay: a run that cannot read what it read then must not read something else.
update desk.inputs set body = null where account = :account and decided_at < :before and body is not null;
