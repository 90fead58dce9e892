"""One message of every kind with its bytes, written by hand: the format that other programs rely on."""

from kalshi_desk.domain.control import Alert, DeadLetter, EstimateRequest, Rung, Switch, Watch
from kalshi_desk.domain.decisions import FairValue, Refusal, Signal
from kalshi_desk.domain.estimate import Estimate
from kalshi_desk.domain.inputs import (
    BookChanged,
    BookLost,
    FeedAlive,
    IndexTick,
    IndexValue,
    Lifecycle,
    MarketDefined,
    MarketTrade,
    SpotTrade,
    TradingStatus,
)
from kalshi_desk.domain.ledger import Equity, Fill, Mark, Order, OrderEvent, PaidIn, Position, Settlement
from kalshi_desk.domain.market import BookSide, FeeSchedule, Market, MarketStatus, Outcome, PriceRange
from kalshi_desk.domain.units import PAYOUT, Cash, Count, IndexPrice, Nanos, Price, Quantity

AT = Nanos.parse("2026-11-21T12:00:00.5Z")
THEN = Nanos.parse("2026-11-21T12:00:00.25Z")
CLOSE = Nanos.parse("2026-11-21T12:15:00Z")
_AT = '"at":"2026-11-21T12:00:00.500000000Z"'
_BOTH = _AT + ',"occurred_at":"2026-11-21T12:00:00.250000000Z"'
_CLOSE = '"2026-11-21T12:15:00.000000000Z"'

MARKET = Market(
    ticker="T",
    event_ticker="E",
    series_ticker="S",
    title="Up?",
    category=None,
    status=MarketStatus.ACTIVE,
    open_time=THEN,
    close_time=CLOSE,
    strike_type="greater_or_equal",
    floor_strike=IndexPrice.parse("91234.56"),
    cap_strike=None,
    custom_strike={"round_digits": "2"},
    rules_primary="p",
    rules_secondary="s",
    price_ranges=(PriceRange(Price(0), PAYOUT, Price(100)),),
    fee=FeeSchedule("quadratic", 10_000),
    exchange_index=2,
    settlement_timer_s=1,
)
_MARKET = (
    '{"ticker":"T","event_ticker":"E","series_ticker":"S","title":"Up?","category":null,"status":"active",'
    f'"open_time":"2026-11-21T12:00:00.250000000Z","close_time":{_CLOSE},"strike_type":"greater_or_equal",'
    '"floor_strike":"91234.56000000","cap_strike":null,"custom_strike":{"round_digits":"2"},"rules_primary":"p",'
    '"rules_secondary":"s","price_ranges":[{"start":"0.0000","end":"1.0000","step":"0.0100"}],'
    '"fee":{"fee_type":"quadratic","multiplier_e4":10000,"waived_until":null},"exchange_index":2,'
    '"settlement_timer_s":1,"result":"","settlement_value":null,"expiration_value":"","exclusive":null}'
)

INPUTS = {
    SpotTrade(
        at=AT, occurred_at=THEN, underlying="BTC", venue="kraken", price=IndexPrice.parse("91240.1"),
        size=Quantity.parse("0.5"), trade_id="7",
    ): f'{{"kind":"spot_trade",{_BOTH},"underlying":"BTC","venue":"kraken","price":"91240.10000000",'
    '"size":"0.50000000","trade_id":"7"}',
    IndexValue(
        at=AT, occurred_at=THEN, underlying="BTC", index_id="BRTI", value=IndexPrice.parse("91240.11"),
        window_mean=IndexPrice.parse("91236.0175"), window_count=45, window_end=CLOSE,
    ): f'{{"kind":"index_value",{_BOTH},"underlying":"BTC","index_id":"BRTI","value":"91240.11000000",'
    f'"window_mean":"91236.01750000","window_count":45,"window_end":{_CLOSE}}}',
    IndexTick(
        at=AT, occurred_at=THEN, underlying="BTC", index_id="BRTI", value=IndexPrice.parse("91240.11")
    ): f'{{"kind":"index_tick",{_BOTH},"underlying":"BTC","index_id":"BRTI","value":"91240.11000000"}}',
    BookChanged(
        at=AT, occurred_at=THEN, ticker="T", version=3, snapshot=False, yes=((Price(4_000), Count(1_050)),), no=()
    ): f'{{"kind":"book_changed",{_BOTH},"ticker":"T","version":3,"snapshot":false,'
    '"yes":[["0.4000","10.50"]],"no":[]}',
    BookLost(at=AT, ticker="T", reason="gap"): f'{{"kind":"book_lost",{_AT},"ticker":"T","reason":"gap"}}',
    FeedAlive(at=AT, source="kraken"): f'{{"kind":"feed_alive",{_AT},"source":"kraken"}}',
    MarketTrade(
        at=AT, occurred_at=THEN, ticker="T", trade_id="t1", price=Price(4_000), count=Count(100), taker_outcome="no"
    ): f'{{"kind":"market_trade",{_BOTH},"ticker":"T","trade_id":"t1","price":"0.4000","count":"1.00",'
    '"taker_outcome":"no"}',
    Lifecycle(
        at=AT, ticker="T", event="determined", result="yes", settlement_value=PAYOUT
    ): f'{{"kind":"lifecycle",{_AT},"ticker":"T","event":"determined","close_time":null,"result":"yes",'
    '"settlement_value":"1.0000"}',
    TradingStatus(
        at=AT, trading=True, shards=((2, False),)
    ): f'{{"kind":"trading_status",{_AT},"trading":true,"shards":[[2,false]]}}',
}  # fmt: skip
DEFINED = (MarketDefined(at=AT, market=MARKET), f'{{"kind":"market_defined",{_AT},"market":{_MARKET}}}')

DECISIONS = {
    FairValue(
        at=AT, ticker="T", underlying="BTC", p_yes=0.625, stderr=0.01, spot=IndexPrice.parse("91240"),
        strike=IndexPrice.parse("91234.56"), sigma=0.5, seconds_left=300.0, fixed_count=0, bid=Price(6_000), ask=None,
        source="index", seen="17",
    ): f'{{"kind":"fair_value",{_AT},"ticker":"T","underlying":"BTC","p_yes":0.625,"stderr":0.01,'
    '"spot":"91240.00000000","strike":"91234.56000000","sigma":0.5,"seconds_left":300.0,"fixed_count":0,'
    '"bid":"0.6000","ask":null,"source":"index","seen":"17"}',
    Signal(
        at=AT, ticker="T", account="a", desk="crypto", strategy="crypto_fair_value", decision_id="d",
        outcome=Outcome.NO, action="enter", style="take", price=Price(6_000), shown=Count(500), q=0.45, stderr=0.01,
        edge=0.04, edge_adj=0.03, expires_at=CLOSE, seen="17",
    ): f'{{"kind":"signal",{_AT},"ticker":"T","account":"a","desk":"crypto","strategy":"crypto_fair_value",'
    '"decision_id":"d","outcome":"no","action":"enter","style":"take","price":"0.6000","shown":"5.00","q":0.45,'
    f'"stderr":0.01,"edge":0.04,"edge_adj":0.03,"expires_at":{_CLOSE},"exit_rule":null,"exploratory":false,'
    '"cluster":[],"seen":"17"}',
    Refusal(
        at=AT, ticker="T", desk="crypto", stage="gate", reason="min_edge", value="0.01", threshold="0.03",
        also=("market_full 1 against 0",),
    ): f'{{"kind":"refusal",{_AT},"ticker":"T","desk":"crypto","stage":"gate","reason":"min_edge","value":"0.01",'
    '"threshold":"0.03","also":["market_full 1 against 0"],"decision_id":null,"count":1,"seen":null}',
}  # fmt: skip

ESTIMATES = {
    Estimate(
        at=AT, account="a", ticker="T", category="Economics", estimate_id="e1", p_yes=0.625, stderr=0.04,
        exploratory=True,
    ): f'{{"kind":"estimate",{_AT},"account":"a","ticker":"T","category":"Economics","estimate_id":"e1",'
    '"p_yes":0.625,"stderr":0.04,"exploratory":true}',
}  # fmt: skip

LEDGER = {
    Order(
        at=AT, account="a", ticker="T", desk="crypto", strategy="crypto_fair_value", decision_id="d",
        client_order_id="d-1", outcome=Outcome.NO, book_side=BookSide.ASK, action="enter", style="take",
        price=Price(6_000), count=Count(100), reduce_only=False, expires_at=CLOSE, risk=Cash.parse("0.4168"), seen="17",
    ): f'{{"kind":"order",{_AT},"account":"a","ticker":"T","desk":"crypto","strategy":"crypto_fair_value",'
    '"decision_id":"d","client_order_id":"d-1","outcome":"no","book_side":"ask","action":"enter","style":"take",'
    f'"price":"0.6000","count":"1.00","reduce_only":false,"expires_at":{_CLOSE},"risk":"0.416800","exit_rule":null,'
    '"cluster":[],"seen":"17"}',
    OrderEvent(
        at=AT, account="a", ticker="T", client_order_id="d-1", venue_order_id=None, event="sent", filled=Count(0),
        remaining=Count(100),
    ): f'{{"kind":"order_event",{_AT},"account":"a","ticker":"T","client_order_id":"d-1","venue_order_id":null,'
    '"event":"sent","filled":"0.00","remaining":"1.00","reason":null}',
    Fill(
        at=AT, occurred_at=THEN, account="a", ticker="T", fill_id="f1", venue_order_id="v1", client_order_id="d-1",
        owner="desk", strategy=None, outcome=Outcome.NO, action="enter", price=Price(6_000), count=Count(100),
        is_taker=True, fee=Cash.parse("0.0168"),
    ): f'{{"kind":"fill",{_BOTH},"account":"a","ticker":"T","fill_id":"f1","venue_order_id":"v1",'
    '"client_order_id":"d-1","owner":"desk","strategy":null,"outcome":"no","action":"enter","price":"0.6000",'
    '"count":"1.00","is_taker":true,"fee":"0.016800"}',
    Settlement(
        at=AT, occurred_at=THEN, account="a", ticker="T", result="no", value=Price(0), count=Count(-100),
        cost=Cash.parse("0.4"), fees=Cash.parse("0.0168"), revenue=Cash.parse("1"), pnl=Cash.parse("0.5832"),
    ): f'{{"kind":"settlement",{_BOTH},"account":"a","ticker":"T","result":"no","value":"0.0000","count":"-1.00",'
    '"cost":"0.400000","fees":"0.016800","revenue":"1.000000","pnl":"0.583200"}',
    Position(
        at=AT, account="a", ticker="T", owner="desk", count=Count(-100), cost=Cash.parse("0.4"), fees=Cash(16_800),
        realized=Cash(0),
    ): f'{{"kind":"position",{_AT},"account":"a","ticker":"T","owner":"desk","count":"-1.00","cost":"0.400000",'
    '"fees":"0.016800","realized":"0.000000"}',
    Mark(
        at=AT, account="a", ticker="T", count=Count(-100), cost=Cash.parse("0.4"), mark=None, sold_now=Cash(380_000),
        p_yes=0.55,
    ): f'{{"kind":"mark",{_AT},"account":"a","ticker":"T","count":"-1.00","cost":"0.400000","mark":null,'
    '"sold_now":"0.380000","p_yes":0.55}',
    Equity(
        at=AT, account="a", cash=Cash.parse("49"), marks=Cash.parse("1"), equity=Cash.parse("50"),
        peak=Cash.parse("51"), today=Cash.parse("-1"), realized=Cash(0), fees=Cash(0),
    ): f'{{"kind":"equity",{_AT},"account":"a","cash":"49.000000","marks":"1.000000","equity":"50.000000",'
    '"peak":"51.000000","today":"-1.000000","realized":"0.000000","fees":"0.000000","paid_in":"0.000000"}',
    PaidIn(
        at=AT, account="a", total=Cash.parse("-12.5")
    ): f'{{"kind":"paid_in",{_AT},"account":"a","total":"-12.500000"}}',
}  # fmt: skip

CONTROL = {
    Switch(
        at=AT, name="pause", scope="crypto", on=True, by="breaker", reason="daily_loss", until=CLOSE
    ): f'{{"kind":"switch",{_AT},"name":"pause","scope":"crypto","on":true,"by":"breaker","reason":"daily_loss",'
    f'"until":{_CLOSE}}}',
    Rung(
        at=AT, account="a", strategy="forecast_edge", category="Economics", rung="small", by="anna", reason="skill"
    ): f'{{"kind":"rung",{_AT},"account":"a","strategy":"forecast_edge","category":"Economics","rung":"small",'
    '"by":"anna","reason":"skill"}',
    Watch(
        at=AT, ticker="T", series_ticker="S", desk="crypto", open_time=THEN, close_time=CLOSE
    ): f'{{"kind":"watch",{_AT},"ticker":"T","series_ticker":"S","desk":"crypto",'
    f'"open_time":"2026-11-21T12:00:00.250000000Z","close_time":{_CLOSE}}}',
    EstimateRequest(
        at=AT, ticker="T", reason="news"
    ): f'{{"kind":"estimate_request",{_AT},"ticker":"T","reason":"news"}}',
    Alert(
        at=AT, app="portfolio", severity="warning", subject="s", text="t"
    ): f'{{"kind":"alert",{_AT},"app":"portfolio","severity":"warning","subject":"s","text":"t"}}',
    DeadLetter(
        at=AT, app="recorder", source="x", partition=0, offset=5, error="ParseError", text="t", payload="p"
    ): f'{{"kind":"dead_letter",{_AT},"app":"recorder","source":"x","partition":0,"offset":5,"error":"ParseError",'
    '"text":"t","payload":"p"}',
}  # fmt: skip
