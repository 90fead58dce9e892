"""The ``msg`` bodies of the simulated venue's websocket, as JSON text: written once, sent to every subscriber.

Source: docs.kalshi.com, WebSockets, with the deprecated fields that clients require. All times are event time.
"""

from __future__ import annotations

import json
from typing import Any

from kalshi_desk.domain.inputs import IndexTick, IndexValue, Lifecycle, MarketTrade
from kalshi_desk.domain.market import Market, Outcome
from kalshi_desk.domain.position import Holding
from kalshi_desk.domain.units import NANOS, Nanos, Price
from kalshi_desk.simulation.accounts import SimFill
from kalshi_desk.simulation.orders import SimOrder
from kalshi_desk.venue_double.bodies import USER_ID, direction, instant, number, ranges_body, structure, sub_title
from kalshi_desk.venue_double.listing import Delta, Listing

MILLI = 1_000_000


def text(body: Any) -> str:
    """Return compact JSON."""
    return json.dumps(body, separators=(",", ":"))


def delta(ticker: str, change: Delta, at: Nanos, *, yes_price: bool) -> str:
    """Return a change of one level; ``yes_price`` tells the NO side's prices in YES terms."""
    outcome, price, size = change
    told = price.complement if yes_price and outcome is Outcome.NO else price
    return (
        f'{{"market_ticker":"{ticker}","market_id":"{ticker}","price_dollars":"{told}","delta_fp":"{size}",'
        f'"side":"{outcome}","ts":"{instant(at)}","ts_ms":{at // MILLI}}}'
    )


def snapshot(listing: Listing, *, yes_price: bool) -> str:
    """Return a whole book; a side that is empty is absent, as on the exchange."""
    ticker = listing.market.ticker
    body: dict[str, Any] = {"market_ticker": ticker, "market_id": ticker}
    for outcome, name in ((Outcome.YES, "yes_dollars_fp"), (Outcome.NO, "no_dollars_fp")):
        flip = yes_price and outcome is Outcome.NO
        levels = sorted((p.complement if flip else p, count) for p, count in listing.shown[outcome].items())
        if levels:
            body[name] = [[str(price), str(count)] for price, count in levels]
    return text(body)


def ticker(listing: Listing) -> str:
    """Return best prices and volume."""
    quote, market = listing.matcher.book.quote(), listing.market.ticker
    last = listing.trades[-1] if listing.trades else None
    return text(
        {
            "market_ticker": market,
            "market_id": market,
            "price_dollars": str(last.price if last else Price(0)),
            "yes_bid_dollars": str(quote.bid or Price(0)),
            "yes_ask_dollars": str(quote.ask or Price(10_000)),
            "yes_bid_size_fp": str(quote.bid_count),
            "yes_ask_size_fp": str(quote.ask_count),
            "last_trade_size_fp": str(last.count) if last else "0.00",
            "volume_fp": str(listing.volume),
            "open_interest_fp": "0.00",
            "dollar_volume": 0,
            "dollar_open_interest": 0,
            "ts": listing.changed_at // NANOS,
            "ts_ms": listing.changed_at // MILLI,
            "time": instant(listing.changed_at),
        }
    )


def trade(done: MarketTrade) -> str:
    """Return a public trade."""
    return text(
        {
            "trade_id": done.trade_id,
            "market_ticker": done.ticker,
            "yes_price_dollars": str(done.price),
            "no_price_dollars": str(done.price.complement),
            "count_fp": str(done.count),
            "taker_side": done.taker_outcome,
            "taker_outcome_side": done.taker_outcome,
            "taker_book_side": "bid" if done.taker_outcome == "yes" else "ask",
            "is_block_trade": False,
            "ts": done.occurred_at // NANOS,
            "ts_ms": done.occurred_at // MILLI,
        }
    )


def index_second(value: IndexValue, trailing: tuple[str, int]) -> str:
    """Return a second of the index; ``trailing`` is the mean of the last minute before it and its count."""
    at, minute = value.occurred_at, 60 * NANOS
    body: dict[str, Any] = {
        "index_id": value.index_id,
        "received_at": value.at // MILLI,
        "data": text({"type": "value", "id": value.index_id, "time": at // MILLI, "value": str(value.value)}),
        "avg_60s_data": _window(trailing[0], trailing[1], Nanos(at - minute), at),
    }
    if value.window_mean is not None and value.window_count is not None and value.window_end is not None:
        body["last_60s_windowed_average_15min"] = _window(
            str(value.window_mean), value.window_count, Nanos(value.window_end - minute), Nanos(at + MILLI)
        )
    return text(body)


def _window(mean: str, size: int, start: Nanos, end: Nanos) -> dict[str, Any]:
    return {
        "value": mean, "window_size": size, "window_start_ts_ms": start // MILLI,
        "window_end_ts_exclusive": end // MILLI,
    }  # fmt: skip


def index_tick(tick: IndexTick) -> str:
    """Return a value of the index between the seconds."""
    stamp = tick.occurred_at // MILLI
    return (
        f'{{"index_id":"{tick.index_id}","value_usd":"{tick.value}","source_ts_ms":{stamp},'
        f'"received_at":{tick.at // MILLI},"data":"{{}}"}}'
    )


def created(market: Market) -> str:
    """Return the listing of a market."""
    more = {
        "name": market.title, "title": market.title, "yes_sub_title": sub_title(market),
        "no_sub_title": sub_title(market), "rules_primary": market.rules_primary,
        "rules_secondary": market.rules_secondary, "can_close_early": True, "event_ticker": market.event_ticker,
        "expected_expiration_ts": market.close_time // NANOS + 300, "strike_type": market.strike_type,
        "custom_strike": market.custom_strike,
    } | _strikes(market)  # fmt: skip
    return text(
        {
            "event_type": "created",
            "market_ticker": market.ticker,
            "exchange_index": market.exchange_index,
            "open_ts": market.open_time // NANOS,
            "close_ts": market.close_time // NANOS,
            "price_level_structure": structure(market),
            "price_ranges": ranges_body(market),
            "additional_metadata": more,
        }
    )


def struck(market: Market) -> str:
    """Return the publication of a strike."""
    body = {
        "event_type": "metadata_updated", "market_ticker": market.ticker, "strike_type": market.strike_type,
        "custom_strike": market.custom_strike, "yes_sub_title": sub_title(market),
    }  # fmt: skip
    return text(body | _strikes(market))


def moved(market: Market) -> str:
    """Return the change of a close."""
    close = market.close_time // NANOS
    return text({"event_type": "close_date_updated", "market_ticker": market.ticker, "close_ts": close})


def _strikes(market: Market) -> dict[str, Any]:
    strikes = {"floor_strike": market.floor_strike, "cap_strike": market.cap_strike}
    return {name: number(str(value)) for name, value in strikes.items() if value is not None}


def life(step: Lifecycle) -> str:
    """Return the end of a market: determined or settled."""
    body: dict[str, Any] = {"event_type": step.event, "market_ticker": step.ticker}
    if step.event == "determined":
        body |= {
            "result": step.result, "determination_ts": step.at // NANOS, "settlement_value": str(step.settlement_value)
        }  # fmt: skip
    else:
        body["settled_ts"] = step.at // NANOS
    return text(body)


def fill(done: SimFill, exchange_index: int, subaccount: int = 0) -> str:
    """Return a fill of the account."""
    side = direction(done.side)
    body = {
        "trade_id": done.fill_id, "order_id": done.order_id, "client_order_id": done.client_order_id,
        "market_ticker": done.ticker, "exchange_index": exchange_index, "is_taker": done.is_taker,
        "purchased_side": side["outcome_side"], "yes_price_dollars": str(done.price), "count_fp": str(done.count),
        "fee_cost": str(done.fee), "post_position_fp": str(done.position), "ts": done.at // NANOS,
        "ts_ms": done.at // MILLI, "subaccount": subaccount,
    }  # fmt: skip
    return text(body | side)


def order(state: SimOrder, exchange_index: int, subaccount: int = 0) -> str:
    """Return the full state of an order of the account."""
    body = {
        "order_id": state.order_id, "user_id": USER_ID, "ticker": state.ticker, "status": str(state.state),
        "is_yes": direction(state.side)["outcome_side"] == "yes", "yes_price_dollars": str(state.price),
        "fill_count_fp": str(state.filled), "remaining_count_fp": str(state.remaining),
        "initial_count_fp": str(state.count), "taker_fill_cost_dollars": str(state.taker_cost),
        "maker_fill_cost_dollars": str(state.maker_cost), "taker_fees_dollars": str(state.taker_fees),
        "maker_fees_dollars": str(state.maker_fees), "client_order_id": state.client_order_id or "",
        "self_trade_prevention_type": str(state.self_trade), "created_time": instant(state.created_at),
        "created_ts_ms": state.created_at // MILLI, "last_update_time": instant(state.updated_at),
        "last_updated_ts_ms": state.updated_at // MILLI, "subaccount_number": subaccount,
        "exchange_index": exchange_index,
    } | direction(state.side)  # fmt: skip
    if state.expires_at is not None:
        body |= {"expiration_time": instant(state.expires_at), "expiration_ts_ms": state.expires_at // MILLI}
    return text(body)


def position(market_ticker: str, holding: Holding, subaccount: int = 0) -> str:
    """Return the account's position in a market."""
    return text(
        {
            "user_id": USER_ID,
            "market_ticker": market_ticker,
            "position_fp": str(holding.count),
            "position_cost_dollars": str(holding.cost),
            "realized_pnl_dollars": str(holding.realized),
            "fees_paid_dollars": str(holding.fees),
            "position_fee_cost_dollars": str(holding.fees),
            "volume_fp": "0.00",
            "subaccount": subaccount,
        }
    )
