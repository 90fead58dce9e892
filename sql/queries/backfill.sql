-- name: stored_pages^
select count(*) from desk.pages
where dag_id = :dag_id and account = :account and interval_start = :interval_start;
