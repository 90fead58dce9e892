-- What the recorder keeps: markets as defined and as they go on, its place in each topic, the partitions of a day.

-- name: ensure_day!
select desk.ensure_day(:day);

-- name: positions
select topic, topic_partition, next_offset from desk.reader_positions where reader = :reader;

-- name: keep_position!
insert into desk.reader_positions (reader, topic, topic_partition, next_offset)
values (:reader, :topic, :topic_partition, :next_offset)
on conflict (reader, topic, topic_partition) do update set next_offset = excluded.next_offset;

-- name: keep_market!
-- An older definition never replaces a newer one; a result once known stays.
insert into desk.markets as m (
    ticker, event_ticker, series_ticker, title, category, desk, status, open_at, close_at, strike_type,
    floor_strike_dollars, cap_strike_dollars, result, settlement_value_dollars, expiration_value, definition,
    first_observed_at, observed_at)
values (
    :ticker, :event_ticker, :series_ticker, :title, :category, :desk, :status, :open_at, :close_at, :strike_type,
    :floor_strike, :cap_strike, nullif(:result, ''), :settlement_value, nullif(:expiration_value, ''), :definition,
    :observed_at, :observed_at)
on conflict (ticker) do update set
    title = excluded.title, category = coalesce(excluded.category, m.category), desk = coalesce(m.desk, excluded.desk),
    status = excluded.status, open_at = excluded.open_at, close_at = excluded.close_at,
    strike_type = excluded.strike_type, floor_strike_dollars = excluded.floor_strike_dollars,
    cap_strike_dollars = excluded.cap_strike_dollars, result = coalesce(excluded.result, m.result),
    settlement_value_dollars = coalesce(excluded.settlement_value_dollars, m.settlement_value_dollars),
    expiration_value = coalesce(excluded.expiration_value, m.expiration_value), definition = excluded.definition,
    observed_at = excluded.observed_at
where excluded.observed_at >= m.observed_at;

-- name: keep_step!
update desk.markets set
    status = coalesce(:status, status), close_at = coalesce(:close_at, close_at), result = coalesce(:result, result),
    settlement_value_dollars = coalesce(:settlement_value, settlement_value_dollars),
    settled_at = case when :settled then coalesce(settled_at, :observed_at) else settled_at end,
    observed_at = greatest(observed_at, :observed_at)
where ticker = :ticker;
