-- The forecast desk's tables. What stood in their place was never written to.
set local search_path to desk;
drop table article_markets, articles, economic_series, forecaster_calls, estimates, calibrations;

create table articles (
    account text not null,                          -- news of a simulated world is no evidence in the real one
    article_id text not null,                       -- of the normalised link, so that one text is one row
    source text not null, url text not null, title text not null, summary text not null,
    published_at timestamptz,                       -- as the source says; null where it said nothing believable
    observed_at timestamptz not null,
    kept boolean not null, reason text,             -- why it was not kept: old, thin, duplicate, off_topic
    vector bytea,                                   -- its meaning: 384 little-endian floats; null where nobody asked
    primary key (account, article_id), check (kept = (reason is null))
);
create index on articles (account, observed_at desc);
create table article_markets (
    account text not null, article_id text not null, ticker text not null, relevance double precision not null,
    observed_at timestamptz not null,
    primary key (account, article_id, ticker), foreign key (account, article_id) references articles
);
create index on article_markets (account, ticker, observed_at desc);
create table economic_series (
    account text not null, series_id text not null, date date not null, value numeric,  -- null: the source has none
    vintage_at timestamptz not null,                -- from when on the source gave this value for the date
    observed_at timestamptz not null, primary key (account, series_id, date, vintage_at)
);
create table base_rates (                           -- how often YES came, of what had settled and was known then
    account text not null, scope text not null check (scope in ('category', 'series')), name text not null,
    markets int not null, yes int not null, observed_at timestamptz not null,
    primary key (account, scope, name, observed_at)
);

create table estimates (                            -- one full estimate: from raw samples to the number traded on
    estimate_id text primary key, account text not null, ticker text not null, category text not null,
    p_vendors jsonb not null,                       -- {"gpt": 0.61, "claude": 0.55}: each vendor's own mean
    p_ensemble double precision not null, p_ensemble_stderr double precision not null,
    p_calibrated double precision not null,
    p_yes double precision not null, p_stderr double precision not null,  -- after the blend with the price
    p_price double precision, p_base_rate double precision,
    blend_weight double precision not null, exploratory boolean not null,
    details jsonb not null,
    occurred_at timestamptz not null,               -- the run's decision time: nothing known later went in
    observed_at timestamptz not null
);
create index on estimates (account, ticker, occurred_at desc);
create index on estimates (account, occurred_at desc);
create table forecaster_calls (
    call_id text primary key, account text not null, estimate_id text, ticker text not null,
    stage text not null check (stage in ('screen', 'full')), vendor text not null, model text not null,
    evidence_set int not null, sample int not null, prompt_hash text not null, prompt text not null,
    answer text, p_yes double precision, fault text, cached boolean not null,
    input_tokens int not null, output_tokens int not null, cost_dollars numeric(20, 6) not null,
    occurred_at timestamptz not null, observed_at timestamptz not null
);
create index on forecaster_calls (account, occurred_at);
create index on forecaster_calls (account, ticker, occurred_at desc);
create index on forecaster_calls (estimate_id);
create index on forecaster_calls (prompt_hash);
create table calibrations (
    account text not null, category text not null, fitted_at timestamptz not null, resolutions int not null,
    parameters jsonb not null, primary key (account, category, fitted_at)
);
create table estimate_scores (                      -- every estimate, traded or not, once its market has settled
    estimate_id text not null references estimates, account text not null, ticker text not null, category text not null,
    forecaster text not null,                       -- gpt, claude, ensemble, calibrated, blended, price, base_rate
    horizon_days double precision not null, outcome smallint not null, p double precision not null,
    brier double precision not null, log_score double precision not null, observed_at timestamptz not null,
    primary key (estimate_id, forecaster)
);
create table rungs (                                -- the graduation ladder, append only; the newest row counts
    account text not null, strategy text not null, category text not null,
    rung text not null check (rung in ('paper', 'small', 'full')), changed_at timestamptz not null,
    changed_by text not null, reason text not null, primary key (account, strategy, category, changed_at)
);
create table quality_checks (
    account text not null, suite text not null, expectation text not null, critical boolean not null,
    passed boolean not null, observed jsonb not null, interval_start timestamptz not null,
    observed_at timestamptz not null, primary key (account, suite, expectation, interval_start)
);

create table discovery_refusals (                   -- why listed markets are not on the watch list, counted
    account text not null, interval_start timestamptz not null, category text not null, reason text not null,
    markets int not null, observed_at timestamptz not null,
    primary key (account, interval_start, category, reason)
);
