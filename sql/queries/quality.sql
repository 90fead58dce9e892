-- name: failed_critical
-- The newest verdict on each critical expectation of these suites that was known at :now, where it is a failure.
select suite, expectation from (
    select distinct on (suite, expectation) suite, expectation, passed, critical
    from desk.quality_checks
    where account = :account and suite = any(:suites) and observed_at <= :now
    order by suite, expectation, interval_start desc
) newest
where critical and not passed
order by suite, expectation;

-- name: drop_checks!
delete from desk.quality_checks where account = :account and interval_start = :interval_start;

-- name: add_check!
insert into desk.quality_checks
    (account, suite, expectation, critical, passed, observed, interval_start, observed_at)
values (:account, :suite, :expectation, :critical, :passed, :observed, :interval_start, :observed_at);
