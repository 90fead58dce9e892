-- name: examples
-- Every prompt of a full estimate whose market's score was known at :now, once, with the price then and the titles of
-- the articles on the market that were seen only later.
select distinct on (c.prompt_hash) e.occurred_at, m.settled_at, s.outcome, e.p_price, c.prompt,
    array(
        select a.title from desk.article_markets k join desk.articles a using (account, article_id)
        where k.account = e.account and k.ticker = e.ticker and a.observed_at > e.occurred_at
    ) as later_titles
from desk.estimates e
join desk.estimate_scores s on s.estimate_id = e.estimate_id and s.forecaster = 'blended'
join desk.markets m on m.ticker = e.ticker
join desk.forecaster_calls c on c.estimate_id = e.estimate_id and c.stage = 'full'
where e.account = :account and s.observed_at <= :now and m.settled_at is not null
order by c.prompt_hash, e.occurred_at, c.call_id;
