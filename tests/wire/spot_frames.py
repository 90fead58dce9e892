"""Frames of the spot exchanges, written by hand from their documents."""

COINBASE_MATCH = (
    '{"type":"match","trade_id":912345678,"maker_order_id":"m","taker_order_id":"t","side":"sell","size":"0.00200000",'
    '"price":"91240.11","product_id":"BTC-USD","sequence":99012345,"time":"2026-11-21T14:30:00.101000Z"}'
)
COINBASE_LAST = COINBASE_MATCH.replace('"match"', '"last_match"')
COINBASE_HEARTBEAT = (
    '{"type":"heartbeat","last_trade_id":912345678,"product_id":"BTC-USD","sequence":99012346,'
    '"time":"2026-11-21T14:30:01Z"}'
)
COINBASE_SUBSCRIPTIONS = (
    '{"type":"subscriptions","channels":[{"name":"matches","product_ids":["BTC-USD"],"account_ids":null}]}'
)
COINBASE = [COINBASE_MATCH, COINBASE_LAST, COINBASE_HEARTBEAT, COINBASE_SUBSCRIPTIONS]

KRAKEN_TRADE = (
    '{"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":91240.1,"qty":0.0150,'
    '"ord_type":"market","trade_id":81234567,"timestamp":"2026-11-21T14:30:00.118731Z"},{"symbol":"ETH/USD",'
    '"side":"sell","price":3012,"qty":1.25e-3,"ord_type":"limit","trade_id":7,'
    '"timestamp":"2026-11-21T14:30:00.118732Z"}]}'
)
KRAKEN_HEARTBEAT = '{"channel":"heartbeat"}'
KRAKEN_STATUS = '{"channel":"status","type":"update","data":[{"system":"online","api_version":"v2"}]}'
KRAKEN_REPLY = (
    '{"method":"subscribe","success":true,"result":{"channel":"trade","symbol":"BTC/USD","snapshot":false},'
    '"time_in":"2026-11-21T14:30:00.1Z","time_out":"2026-11-21T14:30:00.2Z","req_id":1}'
)
KRAKEN = [KRAKEN_TRADE, KRAKEN_HEARTBEAT, KRAKEN_STATUS, KRAKEN_REPLY]

BITSTAMP_TRADE = (
    '{"event":"trade","channel":"live_trades_btcusd","data":{"id":216000477,"timestamp":"1795271400",'
    '"microtimestamp":"1795271400596000","amount":0.0792,"amount_str":"0.07920000","price":91240.5,'
    '"price_str":"91240.50","type":0,"buy_order_id":1,"sell_order_id":2}}'
)
BITSTAMP_SUBSCRIBED = '{"event":"bts:subscription_succeeded","channel":"live_trades_btcusd","data":{}}'
BITSTAMP_HEARTBEAT = '{"event":"bts:heartbeat","channel":"","data":{"status":"success"}}'
BITSTAMP_RECONNECT = '{"event":"bts:request_reconnect","channel":"","data":""}'
BITSTAMP = [BITSTAMP_TRADE, BITSTAMP_SUBSCRIBED, BITSTAMP_HEARTBEAT, BITSTAMP_RECONNECT]

GEMINI_TRADE = (
    '{"type":"update","eventId":5,"socket_sequence":3,"timestamp":1795271400,"timestampms":1795271400596,'
    '"events":[{"type":"trade","tid":5,"price":"91240.50","amount":"0.25","makerSide":"ask"},'
    '{"type":"change","side":"ask","price":"91241","remaining":"1","delta":"-0.25","reason":"trade"}]}'
)
GEMINI_HEARTBEAT = '{"type":"heartbeat","socket_sequence":4}'
GEMINI = [GEMINI_TRADE, GEMINI_HEARTBEAT]

BINANCE_TRADE = (
    '{"e":"trade","E":1795271400123,"s":"BTCUSDT","t":5123456789,"p":"91240.10000000","q":"0.00350000",'
    '"T":1795271400121,"m":false,"M":true}'
)
BINANCE_WRAPPED = f'{{"stream":"btcusdt@trade","data":{BINANCE_TRADE}}}'
BINANCE_REPLY = '{"result":null,"id":1}'
BINANCE_SHUTDOWN = '{"e":"serverShutdown","E":1795271400123}'
BINANCE = [BINANCE_TRADE, BINANCE_WRAPPED, BINANCE_REPLY, BINANCE_SHUTDOWN]
