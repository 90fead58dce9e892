-- name: last^
select hash from desk.audit_log where account = :account order by entry desc limit 1;

-- name: lock^
select pg_advisory_xact_lock(hashtext('desk.audit_log'), hashtext(:account));

-- name: add!
insert into desk.audit_log (account, at, actor, action, details, previous_hash, hash)
values (:account, :at, :actor, :action, :details, :previous_hash, :hash);

-- name: same^
select entry from desk.audit_log
where account = :account and at = :at and actor = :actor and action = :action and details = cast(:details as jsonb);

-- name: all
select at, actor, action, details::text, previous_hash, hash from desk.audit_log where account = :account order by entry;

-- name: newest^
select details::text from desk.audit_log where account = :account and action = :action order by entry desc limit 1;

-- name: count^
select count(*) from desk.audit_log
where account = :account and action = any(:actions) and details @> cast(:details as jsonb);
