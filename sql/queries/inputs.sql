-- name: kept^
select body from desk.inputs where account = :account and name = :name and decided_at = :decided_at;

-- name: keep!
insert into desk.inputs (account, name, decided_at, body) values (:account, :name, :decided_at, :body);

-- name: forget!
delete from desk.inputs where account = :account and name = :name and decided_at = :decided_at;
