-- The groups at the venue that orders are placed in: a halt stops them there.
set local search_path to desk;
create table order_groups (
    account text not null references accounts, desk text not null check (desk in ('crypto', 'forecast')),
    exchange_index int not null, group_id text not null, contracts int not null, stopped boolean not null,
    primary key (account, desk, exchange_index)
);
