-- The account's result by strategy and category, a point at each scoring run's time: what is once written stands.
set local search_path to desk;
create table result_parts (
    account text not null references accounts, strategy text not null, category text not null,
    realized_dollars numeric(20, 6) not null, unrealized_dollars numeric(20, 6) not null,
    fees_dollars numeric(20, 6) not null, observed_at timestamptz not null,
    primary key (account, observed_at, strategy, category)
);
create index on marks (account, ticker, observed_at desc);
