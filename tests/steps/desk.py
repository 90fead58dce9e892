"""A desk in miniature for the tests of gate, exits and marks: one hourly market, its book, and messages about it."""

import msgspec

from kalshi_desk.domain.control import Rung, Switch
from kalshi_desk.domain.decisions import FairValue, Refusal, Signal
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.inputs import BookChanged, FeedAlive, MarketDefined
from kalshi_desk.domain.ledger import Equity, Fill, OrderEvent, Position
from kalshi_desk.domain.limits import DeskLimits, Limit, RiskLimits, Share
from kalshi_desk.domain.market import FeeSchedule, Market, MarketStatus, Outcome, PriceRange
from kalshi_desk.domain.units import Cash, Count, IndexPrice, Nanos, Price, seconds
from kalshi_desk.steps.gate import decide
from kalshi_desk.steps.gate_state import GateParams, GateState, observe
from kalshi_desk.wiring.gate import ON_PAPER

T0 = Nanos.parse("2026-05-13T12:00:00Z")
TICKER = "KXBTCD-26MAY1309-T80000"
CPI = "KXCPI-26MAY-T3"
ACCOUNT = "sim:synthetic:7"
TRADED = ("sell_dear", "take_profit", "stop", "time_decay", "edge_gone")


def later(seconds_on: float) -> Nanos:
    return Nanos(T0 + seconds(seconds_on))


def limits(**changes):
    crypto = DeskLimits(
        min_edge=0.03,
        fractional_kelly=0.25,
        max_risk_per_trade=Limit(Share.parse("0.01")),
        max_total_risk=Limit(Share.parse("0.08")),
        max_daily_loss=Limit(Share.parse("0.08")),
        max_position_contracts=Count.parse("100"),
        max_entries_per_day=48,
        min_entry_price=Price.parse("0.03"),
        max_entry_price=Price.parse("0.97"),
        exits=frozenset({"sell_dear"}),
    )
    forecast = msgspec.structs.replace(
        crypto,
        min_edge=0.05,
        max_risk_per_trade=Limit(Share.parse("0.02")),
        max_total_risk=Limit(Share.parse("0.12")),
        max_entries_per_day=20,
        min_entry_price=Price.parse("0.05"),
        max_entry_price=Price.parse("0.95"),
        exits=frozenset(TRADED),
    )
    whole = RiskLimits(
        crypto=crypto,
        forecast=forecast,
        max_total_risk=Limit(Share.parse("0.20")),
        max_event_risk=Limit(Share.parse("0.06")),
        max_underlying_risk=Limit(Share.parse("0.08")),
        max_cluster_risk=Limit(Share.parse("0.08")),
        max_strategy_risk=Limit(Share.parse("0.12")),
        max_category_risk=Limit(Share.parse("0.12")),
        max_daily_loss=Limit(Share.parse("0.10")),
        max_drawdown=Share.parse("0.20"),
        max_orders_per_minute=30,
        max_price_distance=Price.parse("0.10"),
        max_order_age_s=3_600,
        min_order_cost=Cash.parse("0.10"),
        initial_bankroll=Cash.parse("50"),
        auto_reinvest=True,
    )
    return msgspec.structs.replace(whole, **changes)


def crypto_limits(**changes):
    return limits(crypto=msgspec.structs.replace(limits().crypto, **changes))


def params(**changes):
    base = GateParams(account=ACCOUNT, limits=limits(), crypto_series=frozenset({"KXBTCD"}), rung_shares=ON_PAPER)
    return msgspec.structs.replace(base, **changes)


def market(ticker=TICKER, **changes):
    base = Market(
        ticker=ticker,
        event_ticker=ticker.rsplit("-", 1)[0],
        series_ticker=ticker.split("-", 1)[0],
        title="Bitcoin price at 9am",
        category="Crypto",
        status=MarketStatus.ACTIVE,
        open_time=later(-600),
        close_time=later(3_000),
        strike_type="greater",
        floor_strike=IndexPrice.parse("80000"),
        cap_strike=None,
        custom_strike={},
        rules_primary="",
        rules_secondary="",
        price_ranges=(PriceRange(Price(100), Price(9_900), Price(100)),),
        fee=FeeSchedule("quadratic", 10_000),
        exchange_index=0,
        settlement_timer_s=60,
    )
    return msgspec.structs.replace(base, **changes)


def defined(ticker=TICKER, **changes):
    return MarketDefined(at=T0, market=market(ticker, **changes))


def book(bid="0.48", ask="0.50", *, ticker=TICKER, at=T0, size="50"):
    """A snapshot with one level a side, prices in YES terms; None leaves a side empty."""
    count = Count.parse(size)
    return BookChanged(
        at=at,
        occurred_at=at,
        ticker=ticker,
        version=1,
        snapshot=True,
        yes=() if bid is None else ((Price.parse(bid), count),),
        no=() if ask is None else ((Price.parse(ask).complement, count),),
    )


def alive(at):
    return FeedAlive(at=at, source="kalshi")


def equity(at=T0, **changes):
    base = {"cash": "50", "marks": "0", "equity": "50", "peak": "50", "today": "0", "realized": "0", "fees": "0"}
    return Equity(at=at, account=ACCOUNT, **{name: Cash.parse(text) for name, text in (base | changes).items()})


def signal(outcome=Outcome.YES, price="0.50", **changes):
    """A wish to buy the outcome at a YES price where it is worth 0.60."""
    base = Signal(
        at=T0,
        ticker=TICKER,
        account=ACCOUNT,
        desk="crypto",
        strategy="crypto_fair_value",
        decision_id="d1",
        outcome=outcome,
        action="enter",
        style="take",
        price=Price.parse(price),
        shown=Count.parse("50"),
        q=0.60,
        stderr=0.0,
        edge=0.0825,
        edge_adj=0.0825,
        expires_at=later(2),
        seen="41",
    )
    return msgspec.structs.replace(base, **changes)


def fair_value(p_yes=0.6, *, at=T0, ticker=TICKER):
    return FairValue(
        at=at,
        ticker=ticker,
        underlying="BTC",
        p_yes=p_yes,
        stderr=0.01,
        spot=IndexPrice.parse("80100"),
        strike=IndexPrice.parse("80000"),
        sigma=0.5,
        seconds_left=3_000.0,
        fixed_count=0,
        bid=None,
        ask=None,
        source="index",
        seen="77",
    )


def estimate(p_yes=0.7, *, at=T0, ticker=CPI, name="estimate-1", account=ACCOUNT, exploratory=False):
    return Estimate(
        at=at,
        account=account,
        ticker=ticker,
        category="Economics",
        estimate_id=name,
        p_yes=p_yes,
        stderr=0.02,
        exploratory=exploratory,
    )


def rung(name, *, strategy="forecast_edge", category="Economics", account=ACCOUNT):
    return Rung(at=T0, account=account, strategy=strategy, category=category, rung=name, by="anna", reason="skill")


def position(count="1", cost="0.5", *, ticker=TICKER, owner="desk", at=T0, fees="0", realized="0"):
    return Position(
        at=at,
        account=ACCOUNT,
        ticker=ticker,
        owner=owner,
        count=Count.parse(count),
        cost=Cash.parse(cost),
        fees=Cash.parse(fees),
        realized=Cash.parse(realized),
    )


def order_event(order, event, *, filled=0, at=T0):
    return OrderEvent(
        at=at,
        account=ACCOUNT,
        ticker=order.ticker,
        client_order_id=order.client_order_id,
        venue_order_id="v1",
        event=event,
        filled=Count(filled),
        remaining=Count(order.count - filled),
    )


def fill(order, count, *, fill_id="f1", at=T0, fee="0"):
    return Fill(
        at=at,
        occurred_at=at,
        account=ACCOUNT,
        ticker=order.ticker,
        fill_id=fill_id,
        venue_order_id="v1",
        client_order_id=order.client_order_id,
        owner="desk",
        strategy=order.strategy,
        outcome=order.outcome,
        action=order.action,
        price=order.price,
        count=Count(count),
        is_taker=True,
        fee=Cash.parse(fee),
    )


def ready(*messages):
    state = GateState()
    for message in (defined(), book(), equity(), *messages):
        observe(state, message)
    return state


def switch(name, scope="both", *, on=True, until=None):
    return Switch(at=T0, name=name, scope=scope, on=on, by="anna", reason="r", until=until)


def ask(state=None, wish=None, *, now=T0, with_params=None):
    return decide(state or ready(), wish or signal(), now=now, params=with_params or params())


def reason(state=None, wish=None, **changes):
    answer = ask(state, wish, **changes)
    return answer.reason if isinstance(answer, Refusal) else None


def forecast(**changes):
    base = {"ticker": CPI, "desk": "forecast", "strategy": "forecast_edge", "seen": "estimate-1", "q": 0.7}
    return signal(**(base | changes))


def forecast_ready(*messages):
    market = defined(CPI, category="Economics", close_time=later(10 * 86_400))
    return ready(market, book(ticker=CPI), *messages)


def exit_signal(**changes):
    base = {"action": "exit", "price": "0.48", "q": 0.4, "exit_rule": "sell_dear", "decision_id": "x1"}
    return signal(**(base | changes))
