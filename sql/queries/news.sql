-- name: has_pages^
-- Whether this interval was asked for, and whether a later one was.
select count(*) filter (where interval_start = :interval_start) as pages,
       count(*) filter (where interval_start > :interval_start) as later
from desk.pages where dag_id = :dag_id and account = :account and interval_start >= :interval_start;

-- name: drop_pages!
delete from desk.pages where dag_id = :dag_id and account = :account and interval_start = :interval_start;

-- name: add_page!
insert into desk.pages (dag_id, account, interval_start, page, body, observed_at)
values (:dag_id, :account, :interval_start, :page, :body, :observed_at);

-- name: pages
select body, observed_at from desk.pages
where dag_id = :dag_id and account = :account and interval_start = :interval_start order by page;

-- name: last_answers
-- The newest answer of each address before this interval, for its age and for what a conditional request needs.
select distinct on (body ->> 'address') body ->> 'address', observed_at, body ->> 'etag', body ->> 'modified'
from desk.pages
where dag_id = :dag_id and account = :account and interval_start < :interval_start
  and interval_start > cast(:interval_start as timestamptz) - interval '1 day'
  and body ->> 'kind' in ('answer', 'unchanged', 'left_out')
order by body ->> 'address', observed_at desc;

-- name: failing
-- Whom this interval asked in vain for the :times-th time in a row, within a day.
with failed as (
    select body ->> 'source' as source, body ->> 'address' as address, body ->> 'fault' as fault from desk.pages
    where dag_id = :dag_id and account = :account and interval_start = :interval_start and body ->> 'kind' = 'fault'
), asked as (
    select body ->> 'address' as address, body ->> 'kind' = 'fault' as failed, interval_start from desk.pages
    where dag_id = :dag_id and account = :account and interval_start <= :interval_start
      and interval_start > cast(:interval_start as timestamptz) - interval '1 day'
      and body ->> 'kind' in ('answer', 'unchanged', 'fault')
)
select source, address, fault from failed f
where :times = (
    select count(*) from asked a where a.address = f.address and a.interval_start > coalesce(
        (select max(interval_start) from asked b where b.address = f.address and not b.failed), '-infinity'))
order by address;

-- name: topics
-- The forecast desk's markets on the newest watch list, with what they are called.
select w.ticker, m.title, e.title
from desk.watchlist w
join desk.markets m using (ticker)
left join desk.events e on e.event_ticker = m.event_ticker
where w.account = :account and w.desk = 'forecast' and w.observed_at <= :now
  and w.interval_start = (select max(interval_start) from desk.watchlist
                          where account = :account and observed_at <= :now)
order by w.rank;

-- name: last_run^
-- When the run before this one was decided.
select max(observed_at) from desk.pages where dag_id = :dag_id and account = :account and observed_at < :now;

-- name: known_ids
-- Articles that an earlier run knew already.
select article_id from desk.articles
where account = :account and article_id = any(:ids) and observed_at < :now;

-- name: recent
-- What new articles may repeat and new markets may be about.
select article_id from desk.articles
where account = :account and vector is not null and observed_at < :now
  and observed_at > cast(:now as timestamptz) - interval '3 days'
order by observed_at desc, article_id limit 2000;

-- name: articles
select source, url, title, summary, published_at, observed_at, vector from desk.articles
where account = :account and article_id = any(:ids) order by observed_at desc, article_id;

-- name: save_article!
-- A rerun writes its own rows anew; of what was known before it changes nothing.
insert into desk.articles (account, article_id, source, url, title, summary, published_at, observed_at, kept, reason,
    vector)
values (:account, :article_id, :source, :url, :title, :summary, :published_at, :now, false, :reason, :vector)
on conflict (account, article_id) do update set
    title = excluded.title, summary = excluded.summary, published_at = excluded.published_at, vector = excluded.vector,
    kept = false, reason = excluded.reason
where articles.observed_at = excluded.observed_at;

-- name: drop_links!
delete from desk.article_markets where account = :account and observed_at = :now;

-- name: add_link^
insert into desk.article_markets (account, article_id, ticker, relevance, observed_at)
values (:account, :article_id, :ticker, :relevance, :now)
on conflict do nothing returning article_id;

-- name: keep_linked!
-- An article that may be evidence is kept as soon as one market is about it.
update desk.articles a set kept = linked, reason = case when linked then null else 'off_topic' end
from (
    select article_id, exists (select 1 from desk.article_markets l
                               where l.account = :account and l.article_id = f.article_id) as linked
    from desk.articles f
    where account = :account and vector is not null and observed_at <= :now
      and observed_at > cast(:now as timestamptz) - interval '3 days'
) fit
where a.account = :account and a.article_id = fit.article_id and a.kept <> linked;

-- name: drop_observations!
delete from desk.economic_series where account = :account and observed_at = :now;

-- name: add_observation!
-- A vintage that says what the one before said is none.
insert into desk.economic_series (account, series_id, date, value, vintage_at, observed_at)
select :account, :series_id, :date, cast(:value as numeric), :vintage_at, :now
where not exists (
    select 1 from (
        select value from desk.economic_series
        where account = :account and series_id = :series_id and date = :date and vintage_at <= :vintage_at
          and observed_at <= :now
        order by vintage_at desc limit 1
    ) before where before.value is not distinct from cast(:value as numeric)
)
on conflict do nothing;

-- name: evidence
-- What was known of a market, the most relevant and newest first: relevance halves in a week.
select a.article_id, a.source, a.title, a.summary, a.published_at, l.relevance
from desk.article_markets l join desk.articles a using (account, article_id)
where l.account = :account and l.ticker = :ticker and l.observed_at <= :now and a.observed_at <= :now and a.kept
  and coalesce(a.published_at, a.observed_at) > cast(:now as timestamptz) - make_interval(secs => :max_age_s)
order by l.relevance * power(0.5, extract(epoch from :now - coalesce(a.published_at, a.observed_at)) / 604800) desc,
    a.article_id
limit :most;

-- name: economic
-- The newest value of each series, as it was given then.
select distinct on (series_id) series_id, date, value::text
from (
    select distinct on (series_id, date) series_id, date, value from desk.economic_series
    where account = :account and vintage_at <= :now and observed_at <= :now
    order by series_id, date, vintage_at desc
) newest where value is not null order by series_id, date desc;
