-- name: save_run!
-- A run of the DAG owns one row: running it again replaces what it found.
insert into desk.backtest_runs (run_id, kind, parameters, result, html, started_at, finished_at)
values (:run_id, :kind, :parameters, :result, :html, :at, :at)
on conflict (run_id) do update set kind = excluded.kind, parameters = excluded.parameters, result = excluded.result,
    html = excluded.html, started_at = excluded.started_at, finished_at = excluded.finished_at;

-- name: report$
select html from desk.backtest_runs where run_id = :run_id;
