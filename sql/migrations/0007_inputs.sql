-- What a batch run read, and what it sent, when it first ran: its rerun goes by that, whatever has been written since.
set local search_path to desk;
create table inputs (
    account text not null, name text not null,
    decided_at timestamptz not null,                -- the run's decision time
    body bytea,                                     -- MessagePack; null once retention has dropped it
    primary key (account, name, decided_at)
);

-- Results that the venue changed after it had told them.
create table corrections (
    account text not null, ticker text not null, was text not null, became text not null,
    observed_at timestamptz not null, primary key (account, ticker, observed_at)
);

-- What the world waits for in some events: each version as it was first listed, so that a past run reads its own.
create table milestones (
    milestone_id text not null, title text not null, kind text not null, start_at timestamptz not null,
    event_tickers jsonb not null, raw jsonb not null, observed_at timestamptz not null,
    primary key (milestone_id, observed_at)
);
