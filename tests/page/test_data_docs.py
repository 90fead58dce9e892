import pytest
from aiohttp.test_utils import TestClient, TestServer

from kalshi_desk.page.data_docs import add_docs
from kalshi_desk.page.hub import Hub
from kalshi_desk.page.server import Desk, page_app
from tests.page import facts as f


@pytest.fixture
async def client(tmp_path):
    app = page_app(Desk(f.facts, None, Hub(f.facts), frozenset({"127.0.0.1"}), "secret"))
    add_docs(app, tmp_path / "data-docs")
    (tmp_path / "secret").write_text("no")
    async with TestClient(TestServer(app)) as client:
        yield client


async def test_the_docs_are_served_without_scripts(client, tmp_path):
    folder = tmp_path / "data-docs" / "validations"
    folder.mkdir(parents=True)
    (folder.parent / "index.html").write_text("<script>1</script>all")
    (folder / "fills.html").write_text("fills")
    answer = await client.get("/data-docs/")
    assert (answer.status, await answer.text()) == (200, "<script>1</script>all")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-popups; default-src 'none'")
    assert "script" not in policy
    assert await (await client.get("/data-docs/validations/fills.html")).text() == "fills"


@pytest.mark.parametrize(
    "path", ["/data-docs/", "/data-docs/%2e%2e/secret", "/data-docs/..%2Fsecret", "/data-docs//etc/passwd"]
)
async def test_nothing_else_is(client, path):
    assert (await client.get(path)).status == 404
