-- name: candidates
-- The forecast markets of the newest watch list known at :now, each with its book, its last look and what came since.
-- A price older than two hours of event time is none.
with newest as (
    select max(interval_start) as interval_start from desk.watchlist where account = :account and observed_at <= :now
)
select w.ticker, w.rank, m.definition->>'rules_primary' as rules_primary,
       m.definition->>'rules_secondary' as rules_secondary, s.bid_dollars, s.ask_dollars,
       l.occurred_at, b.bid_dollars as last_bid, b.ask_dollars as last_ask, e.rules, n.observed_at as news_at
from newest
join desk.watchlist w on w.account = :account and w.interval_start = newest.interval_start and w.desk = 'forecast'
join desk.markets m on m.ticker = w.ticker
left join lateral (
    select bid_dollars, ask_dollars from desk.market_snapshots
    where ticker = w.ticker and observed_at <= :now and observed_at > cast(:now as timestamptz) - interval '2 hours'
    order by observed_at desc limit 1
) s on true
left join lateral (
    select occurred_at from desk.forecaster_calls
    where account = :account and ticker = w.ticker and occurred_at < :now and stage = 'screen' and p_yes is not null
    order by occurred_at desc limit 1
) l on true
left join lateral (
    select bid_dollars, ask_dollars from desk.market_snapshots
    where ticker = w.ticker and observed_at <= l.occurred_at and observed_at > l.occurred_at - interval '2 hours'
    order by observed_at desc limit 1
) b on true
left join lateral (
    select details->>'rules' as rules from desk.estimates
    where account = :account and ticker = w.ticker and occurred_at < :now order by occurred_at desc limit 1
) e on true
left join lateral (
    select k.observed_at from desk.article_markets k join desk.articles a using (account, article_id)
    where k.account = :account and k.ticker = w.ticker and a.kept and k.observed_at <= :now
    order by k.observed_at desc limit 1
) n on true
where m.status = 'active' and m.close_at > :now and m.category is not null;

-- name: asked
-- What is asked about these markets; the event says what the market's own title may leave out, and who decides it.
select m.ticker, m.series_ticker, m.category, m.title, e.title as event_title, m.close_at, e.raw->>'sub_title' as about,
       jsonb_path_query_array(e.raw, '$.settlement_sources[*].name') as sources
from desk.markets m left join desk.events e using (event_ticker)
where m.ticker = any(:tickers);

-- name: milestones
-- What the world waits for in these markets' events, as it was known at :now, the next first.
select m.ticker, k.title, k.kind, k.start_at
from desk.markets m join (
    select distinct on (milestone_id) * from desk.milestones where observed_at <= :now
    order by milestone_id, observed_at desc
) k on k.event_tickers @> to_jsonb(m.event_ticker)
where m.ticker = any(:tickers) and k.start_at > :now
order by m.ticker, k.start_at, k.milestone_id;

-- name: base_rates
select distinct on (scope, name) scope, name, markets, yes from desk.base_rates
where account = :account and observed_at <= :now and markets > 0 order by scope, name, observed_at desc;

-- name: add_page!
insert into desk.pages (dag_id, account, interval_start, page, body, observed_at)
values (:dag_id, :account, :interval_start, :page, :body, :now)
on conflict (dag_id, account, interval_start, page) do update set body = excluded.body;

-- name: pages
select page, body::text as body from desk.pages
where dag_id = :dag_id and account = :account and interval_start = :interval_start order by page;

-- name: lock_spend
-- One call at a time reserves its cost, so that no two spend the same dollar.
select pg_advisory_xact_lock(hashtext('forecaster_calls ' || :account));

-- name: own_call^
select p_yes, answer is not null as answered from desk.forecaster_calls where call_id = :call_id;

-- name: same_call^
-- The answer that was paid for the same prompt, model and sample before.
select p_yes, fault, answer, input_tokens, output_tokens from desk.forecaster_calls
where account = :account and prompt_hash = :prompt_hash and vendor = :vendor and model = :model
  and evidence_set = :evidence_set and sample = :sample and answer is not null and not cached and occurred_at <= :at
order by occurred_at desc limit 1;

-- name: spent^
select coalesce(sum(cost_dollars), 0) as daily, coalesce(sum(cost_dollars) filter (where ticker = :ticker), 0) as market
from desk.forecaster_calls
where account = :account and occurred_at >= :day_start and occurred_at < :day_end;

-- name: reserve_call!
-- A call that was never finished keeps what it reserved: the vendor may have charged it.
insert into desk.forecaster_calls (call_id, account, estimate_id, ticker, stage, vendor, model, evidence_set, sample,
    prompt_hash, prompt, fault, cached, input_tokens, output_tokens, cost_dollars, occurred_at, observed_at)
values (:call_id, :account, :estimate_id, :ticker, :stage, :vendor, :model, :evidence_set, :sample,
    :prompt_hash, :prompt, 'unfinished', false, 0, 0, :reserved, :at, :at)
on conflict (call_id) do update set fault = 'unfinished', prompt_hash = excluded.prompt_hash, prompt = excluded.prompt,
    cost_dollars = forecaster_calls.cost_dollars + excluded.cost_dollars;

-- name: finish_call!
update desk.forecaster_calls set answer = :answer, p_yes = :p_yes, fault = :fault, input_tokens = :input_tokens,
    output_tokens = :output_tokens, cost_dollars = cost_dollars - cast(:reserved as numeric) + cast(:cost as numeric)
where call_id = :call_id;

-- name: reuse_call!
insert into desk.forecaster_calls (call_id, account, estimate_id, ticker, stage, vendor, model, evidence_set, sample,
    prompt_hash, prompt, answer, p_yes, fault, cached, input_tokens, output_tokens, cost_dollars, occurred_at, observed_at)
values (:call_id, :account, :estimate_id, :ticker, :stage, :vendor, :model, :evidence_set, :sample,
    :prompt_hash, :prompt, :answer, :p_yes, :fault, true, :input_tokens, :output_tokens, 0, :at, :at)
on conflict (call_id) do nothing;

-- name: calls
select stage, vendor, model, evidence_set, p_yes, fault, cost_dollars from desk.forecaster_calls
where estimate_id = :estimate_id
order by stage, vendor, evidence_set, sample;

-- name: known_estimates
select estimate_id from desk.estimates where estimate_id = any(:estimate_ids);

-- name: newer_estimates
-- Markets that have an estimate of a later run already: an older one is stored but not announced.
select distinct ticker from desk.estimates where account = :account and ticker = any(:tickers) and occurred_at > :now;

-- name: current^
select status, close_at, definition->>'rules_primary' as rules_primary,
       definition->>'rules_secondary' as rules_secondary
from desk.markets where ticker = :ticker;

-- name: add_estimate!
insert into desk.estimates (estimate_id, account, ticker, category, p_vendors, p_ensemble, p_ensemble_stderr,
    p_calibrated, p_blended, p_yes, p_stderr, p_price, p_base_rate, blend_weight, exploratory, details, occurred_at,
    observed_at)
values (:estimate_id, :account, :ticker, :category, :p_vendors, :p_ensemble, :p_ensemble_stderr,
    :p_calibrated, :p_blended, :p_yes, :p_stderr, :p_price, :p_base_rate, :blend_weight, :exploratory, :details, :at, :at)
on conflict (estimate_id) do nothing;

-- name: month_spend^
select coalesce(sum(cost_dollars), 0) as spent, min(occurred_at) as since from desk.forecaster_calls
where account = :account and occurred_at > cast(:now as timestamptz) - interval '30 days' and occurred_at <= :now;
