-- A settlement pays for the account's net position: what desk and manual held against each other the venue paid when
-- they were matched. Rows that added up the owners' sides counted those pairs here; their P&L was right.
set local search_path to desk;

update settlements s set revenue_dollars = netted.revenue_dollars
from (
    select account, ticker,
           case when count_contracts >= 0 then count_contracts * value_dollars
                else -count_contracts * (1 - value_dollars) end as revenue_dollars
    from settlements
) netted
where netted.account = s.account and netted.ticker = s.ticker and netted.revenue_dollars <> s.revenue_dollars;
