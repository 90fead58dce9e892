-- name: take^
-- The lease goes to a new holder when it is free or has run out; each taking has its own epoch.
insert into desk.leases (account, holder, epoch, expires_at)
values (:account, :holder, 1, clock_timestamp() + make_interval(secs => :life_s))
on conflict (account) do update
set holder = excluded.holder, epoch = desk.leases.epoch + 1, expires_at = excluded.expires_at
where desk.leases.expires_at < clock_timestamp()
returning epoch;

-- name: renew^
update desk.leases set expires_at = clock_timestamp() + make_interval(secs => :life_s)
where account = :account and holder = :holder and epoch = :epoch and expires_at > clock_timestamp()
returning epoch;

-- name: give_up!
update desk.leases set expires_at = clock_timestamp() where account = :account and holder = :holder and epoch = :epoch;

-- name: hold^
-- Keeps the lease from changing hands until this transaction ends.
select epoch from desk.leases
where account = :account and epoch = :epoch and expires_at > clock_timestamp() for share;
