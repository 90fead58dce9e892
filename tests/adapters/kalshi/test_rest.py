from aiohttp import web
from aiohttp.test_utils import TestServer

from kalshi_desk.adapters.kalshi.auth import Signer
from kalshi_desk.adapters.kalshi.rest import open_rest
from kalshi_desk.clock import wall_now
from tests.adapters.kalshi import keys
from tests.wire.test_kalshi_markets import STATUS
from tests.wire.test_kalshi_orders import CREATED, ORDER


async def test_reads_and_writes_over_a_socket():
    asked = []

    async def answer(request):
        asked.append((request.method, request.path, request.headers["KALSHI-ACCESS-KEY"]))
        return web.Response(text=STATUS if request.method == "GET" else CREATED)

    app = web.Application()
    app.router.add_route("*", "/trade-api/v2/{rest:.*}", answer)
    async with TestServer(app) as server:
        base = str(server.make_url("/trade-api/v2"))
        async with open_rest(base, Signer("k", keys.pem(keys.rsa())), wall=wall_now) as rest:
            assert (await rest.reads.status()).exchange_active
            assert (await rest.writes.create(ORDER)).order_id == "5c0e"
    assert asked == [
        ("GET", "/trade-api/v2/exchange/status", "k"),
        ("POST", "/trade-api/v2/portfolio/events/orders", "k"),
    ]
