-- What a person paid in or withdrew since the account opened: cash and peak count it from now on, and never did before.
alter table desk.equity add column paid_in_dollars numeric(20, 6) not null default 0;
