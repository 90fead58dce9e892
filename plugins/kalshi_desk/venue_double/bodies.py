"""REST bodies of the simulated venue: every field that clients require, the deprecated ones included.

Source: docs.kalshi.com, market data, portfolio and SDKs. All times are event time.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from kalshi_desk.domain.inputs import MarketTrade
from kalshi_desk.domain.market import BookSide, Market, Outcome, Quote
from kalshi_desk.domain.position import Holding
from kalshi_desk.domain.units import NANOS, PAYOUT, Cash, Count, Nanos, Price
from kalshi_desk.simulation.accounts import SimFill, SimSettlement
from kalshi_desk.simulation.forecast_listing import About, EventAbout, SeriesAbout, series_about
from kalshi_desk.simulation.forecast_markets import FORECAST_SHARD
from kalshi_desk.simulation.orders import SimOrder
from kalshi_desk.venue_double.listing import Listing

DAY, WEEK = 86_400 * NANOS, 7 * 86_400 * NANOS
USER_ID = "00000000-0000-4000-8000-000000000001"
Body = dict[str, Any]
_SERIES = {"15M": ("fifteen_min", "15 minutes"), "D": ("hourly", "hourly")}


def instant(at: Nanos) -> str:
    """Return RFC 3339 with microseconds, or without a fraction where there is none."""
    seconds, nanos = divmod(int(at), NANOS)
    text = str(Nanos(seconds * NANOS))[:19]
    return f"{text}.{nanos // 1_000:06d}Z" if nanos else f"{text}Z"


def series_body(ticker: str) -> Body:
    """Return a series."""
    if (about := series_about(ticker)) is not None:
        return _forecast_series(ticker, about)
    kind = "15M" if ticker.endswith("15M") else "D"
    coin = ticker.removeprefix("KX").removesuffix(kind)
    return {
        "ticker": ticker, "frequency": _SERIES[kind][0], "title": f"{coin} price {_SERIES[kind][1]}",
        "category": "Crypto", "categories": ["Crypto"], "tags": [coin],
        "settlement_sources": [{"name": "CF Benchmarks", "url": "https://www.cfbenchmarks.com"}],
        "contract_url": "", "contract_terms_url": "", "fee_type": "quadratic", "fee_multiplier": 1,
        "additional_prohibitions": [], "volume_fp": "0.00", "exchange_index": 2,
    }  # fmt: skip


def _forecast_series(ticker: str, about: SeriesAbout) -> Body:
    return {
        "ticker": ticker, "frequency": "custom", "title": about.title, "category": about.category,
        "categories": [about.category], "tags": list(about.tags),
        "settlement_sources": [{"name": about.source, "url": ""}], "contract_url": "", "contract_terms_url": "",
        "fee_type": about.fee.fee_type, "fee_multiplier": about.fee.multiplier_e4 / 10_000,
        "additional_prohibitions": [], "volume_fp": "0.00", "exchange_index": FORECAST_SHARD,
    }  # fmt: skip


def event_body(markets: list[Market], about: EventAbout | None = None) -> Body:
    """Return the event of some markets, all of the same one; ``about`` is told of a forecast event."""
    first = markets[0]
    if about is not None:
        return _crypto_event(first) | {
            "title": about.title, "mutually_exclusive": about.mutually_exclusive,
            "collateral_return_type": "MECNET" if about.mutually_exclusive else "",
            "settlement_sources": [{"name": "the source named in the rules", "url": ""}],
        }  # fmt: skip
    return _crypto_event(first)


def milestone_body(first: Market, about: EventAbout) -> Body:
    """Return the milestone of a forecast event, of which ``first`` is a market."""
    return {
        "id": f"ms-{first.event_ticker}", "category": first.category, "type": "publication", "title": about.milestone,
        "start_date": instant(about.milestone_at), "end_date": None, "notification_message": "", "source_ids": {},
        "details": {}, "primary_event_tickers": [first.event_ticker], "related_event_tickers": [first.event_ticker],
        "last_updated_ts": instant(first.open_time),
    }  # fmt: skip


def _crypto_event(first: Market) -> Body:
    return {
        "event_ticker": first.event_ticker, "series_ticker": first.series_ticker, "title": first.title,
        "sub_title": "", "collateral_return_type": "", "mutually_exclusive": False,
        "strike_date": instant(first.close_time), "category": first.category, "exchange_index": first.exchange_index,
        "settlement_sources": [{"name": "CF Benchmarks", "url": "https://www.cfbenchmarks.com"}],
        "product_metadata": {}, "available_on_brokers": False,
    }  # fmt: skip


def market_body(listing: Listing, about: About | None = None) -> Body:
    """Return a market with its prices of the moment; ``about`` is told of a forecast market."""
    market, last = listing.market, listing.trades[-1].price if listing.trades else Price(0)
    body = {
        "ticker": market.ticker, "event_ticker": market.event_ticker, "market_type": "binary",
        "title": market.title, "subtitle": "", "yes_sub_title": sub_title(market), "no_sub_title": sub_title(market),
        "status": market.status, "created_time": instant(Nanos(market.open_time - DAY)),
        "updated_time": instant(market.open_time), "open_time": instant(market.open_time),
        "close_time": instant(market.close_time),
        "expected_expiration_time": instant(Nanos(market.close_time + 300 * NANOS)),
        "expiration_time": instant(Nanos(market.close_time + WEEK)),
        "latest_expiration_time": instant(Nanos(market.close_time + WEEK)),
        "settlement_timer_seconds": market.settlement_timer_s, "settlement_bounds_type": "default",
        "can_close_early": True, "notional_value_dollars": "1.0000", "liquidity_dollars": "0.0000",
        "last_price_dollars": str(last), "volume_fp": str(listing.volume), "volume_24h_fp": str(listing.volume),
        "open_interest_fp": "0.00", "previous_yes_bid_dollars": "0.0000", "previous_yes_ask_dollars": "0.0000",
        "previous_price_dollars": "0.0000", "result": market.result, "expiration_value": market.expiration_value,
        "rules_primary": market.rules_primary, "rules_secondary": market.rules_secondary,
        "price_level_structure": structure(market), "price_ranges": ranges_body(market),
        "strike_type": market.strike_type, "custom_strike": market.custom_strike,
        "exchange_index": market.exchange_index,
    }  # fmt: skip
    if about is None:
        return body | _quote(listing.matcher.book.quote()) | _strike(market) | _settled(market, listing.settled_at)
    quote = about.quote if listing.matcher.book.reason is not None else listing.matcher.book.quote()
    settled = _settled(market, listing.settled_at or about.settled_at)
    return body | _active(listing, about) | _quote(quote) | _strike(market) | settled


def _active(listing: Listing, about: About) -> Body:
    """Return what a forecast market's listing says otherwise than a crypto market's."""
    volume, lately = Count(about.volume + listing.volume), Count(about.volume_24h + listing.volume)
    body: Body = {
        "yes_sub_title": about.yes_sub_title, "no_sub_title": about.yes_sub_title, "volume_fp": str(volume),
        "volume_24h_fp": str(lately), "open_interest_fp": str(about.open_interest),
        "created_time": instant(about.created_at),
    }  # fmt: skip
    return body if listing.trades else body | {"last_price_dollars": str(about.last_price)}


def sub_title(market: Market) -> str:
    """Return what YES stands for, as far as it is known."""
    return "TBD" if market.floor_strike is None else f"Price to beat: ${str(market.floor_strike)[:-6]}"


def structure(market: Market) -> str:
    """Return the label of a price grid."""
    return "linear_cent" if len(market.price_ranges) == 1 else "tapered_deci_cent"


def ranges_body(market: Market) -> list[Body]:
    """Return the price grid."""
    return [{"start": str(r.start), "end": str(r.end), "step": str(r.step)} for r in market.price_ranges]


def number(text: str) -> Any:
    """Return a decimal as a JSON number with its own digits."""
    exact = Decimal(text).normalize()
    return int(exact) if exact == exact.to_integral() else float(exact)


def _strike(market: Market) -> Body:
    floor, cap = market.floor_strike, market.cap_strike
    strikes = {"floor_strike": floor, "cap_strike": cap}
    return {name: number(str(value)) for name, value in strikes.items() if value is not None}


def _settled(market: Market, at: Nanos | None) -> Body:
    value = market.settlement_value
    body: Body = {} if value is None else {"settlement_value_dollars": str(value)}
    return body if at is None else body | {"settlement_ts": instant(at)}


def _quote(quote: Quote) -> Body:
    bid, ask = quote.bid or Price(0), quote.ask or PAYOUT
    return {
        "yes_bid_dollars": str(bid), "yes_ask_dollars": str(ask), "no_bid_dollars": str(ask.complement),
        "no_ask_dollars": str(bid.complement), "yes_bid_size_fp": str(quote.bid_count),
        "yes_ask_size_fp": str(quote.ask_count),
    }  # fmt: skip


def book_body(listing: Listing, depth: int) -> Body:
    """Return the bids of both outcomes, ascending; ``depth`` 0 means all."""
    sides = {}
    for name, outcome in (("yes_dollars", Outcome.YES), ("no_dollars", Outcome.NO)):
        levels = sorted(listing.shown[outcome].items())[-depth:]
        sides[name] = [[str(price), str(count)] for price, count in levels]
    return {"orderbook_fp": sides}


def trade_body(trade: MarketTrade) -> Body:
    """Return a public trade."""
    return {
        "trade_id": trade.trade_id, "ticker": trade.ticker, "count_fp": str(trade.count),
        "yes_price_dollars": str(trade.price), "no_price_dollars": str(trade.price.complement),
        "taker_side": trade.taker_outcome, "taker_outcome_side": trade.taker_outcome,
        "taker_book_side": "bid" if trade.taker_outcome == "yes" else "ask",
        "created_time": instant(trade.occurred_at), "is_block_trade": False,
    }  # fmt: skip


def direction(side: BookSide) -> Body:
    """Return an order's direction in today's words and yesterday's."""
    outcome = "yes" if side is BookSide.BID else "no"
    return {"outcome_side": outcome, "book_side": str(side), "side": outcome, "action": "buy"}


def order_body(order: SimOrder, exchange_index: int, subaccount: int = 0) -> Body:
    """Return an order as the account sees it."""
    body = {
        "order_id": order.order_id, "user_id": USER_ID, "client_order_id": order.client_order_id or "",
        "ticker": order.ticker, "type": "limit", "status": str(order.state), "yes_price_dollars": str(order.price),
        "no_price_dollars": str(order.price.complement), "fill_count_fp": str(order.filled),
        "remaining_count_fp": str(order.remaining), "initial_count_fp": str(order.count),
        "taker_fill_cost_dollars": str(order.taker_cost), "maker_fill_cost_dollars": str(order.maker_cost),
        "taker_fees_dollars": str(order.taker_fees), "maker_fees_dollars": str(order.maker_fees),
        "created_time": instant(order.created_at), "last_update_time": instant(order.updated_at),
        "self_trade_prevention_type": str(order.self_trade), "cancel_order_on_pause": order.cancel_on_pause,
        "subaccount_number": subaccount, "exchange_index": exchange_index,
    } | direction(order.side)  # fmt: skip
    return body if order.expires_at is None else body | {"expiration_time": instant(order.expires_at)}


def fill_body(fill: SimFill, exchange_index: int, subaccount: int = 0) -> Body:
    """Return a fill as the account sees it."""
    return {
        "fill_id": fill.fill_id, "trade_id": fill.fill_id, "order_id": fill.order_id, "ticker": fill.ticker,
        "market_ticker": fill.ticker, "exchange_index": exchange_index, "count_fp": str(fill.count),
        "yes_price_dollars": str(fill.price), "no_price_dollars": str(fill.price.complement),
        "is_taker": fill.is_taker, "fee_cost": str(fill.fee), "created_time": instant(fill.at),
        "subaccount_number": subaccount, "ts": fill.at // NANOS,
    } | direction(fill.side)  # fmt: skip


def position_body(ticker: str, holding: Holding, exchange_index: int, at: Nanos) -> Body:
    """Return a position in one market."""
    return {
        "ticker": ticker, "exchange_index": exchange_index, "total_traded_dollars": str(holding.cost),
        "position_fp": str(holding.count), "market_exposure_dollars": str(holding.cost),
        "realized_pnl_dollars": str(holding.realized), "fees_paid_dollars": str(holding.fees),
        "last_updated_ts": instant(at),
    }  # fmt: skip


def settlement_body(paid: SimSettlement, market: Market) -> Body:
    """Return a settlement; revenue is told in whole cents, as the venue does."""
    held = paid.holding
    yes, no = Count(max(0, held.count)), Count(max(0, -held.count))
    return {
        "ticker": paid.ticker, "event_ticker": market.event_ticker, "exchange_index": market.exchange_index,
        "market_result": paid.result, "yes_count_fp": str(yes), "no_count_fp": str(no),
        "yes_total_cost_dollars": str(held.cost if yes else Cash(0)),
        "no_total_cost_dollars": str(held.cost if no else Cash(0)), "revenue": paid.revenue // 10_000,
        "settled_time": instant(paid.at), "fee_cost": str(held.fees), "value": paid.value // 100,
    }  # fmt: skip
