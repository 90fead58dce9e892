"""The page in a real browser, over a seeded database; it saves a screenshot of each width and theme."""

import asyncio
import os
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from playwright.async_api import async_playwright

from kalshi_desk.domain.units import Nanos
from kalshi_desk.page.facts import Facts
from kalshi_desk.page.hub import Hub
from kalshi_desk.page.live import LiveState
from kalshi_desk.page.server import Desk, page_app
from kalshi_desk.page.tables import TableReader
from kalshi_desk.settings import Settings
from tests.page import forecast_sample, sample

CHROMIUM = Path("/usr/bin/chromium")
SHOTS = os.environ.get("SCREENSHOTS_DIR")
pytestmark = [
    pytest.mark.embedded,
]


class Running:
    """A page whose facts the test changes while it is looked at."""

    def __init__(self, url):
        self.live = LiveState(sample.ACCOUNT)
        for message in sample.messages():
            self.live.apply(message)
        self.tables = TableReader(url, sample.ACCOUNT).read(sample.NOW)
        self.now, self.thrown = sample.NOW, []

    def facts(self):
        settings = Settings(_env_file=None)
        return Facts(
            mode="paper", account=sample.ACCOUNT, coins=("BTC", "ETH"),
            crypto_series=frozenset(settings.crypto_series), limits=settings.risk_limits, live=self.live,
            llm_daily_budget=settings.llm_daily_budget, scan_interval=settings.scan_interval,
            now=self.now, tables=self.tables, topics_read=True,
        )  # fmt: skip

    async def throw(self, switch):
        self.thrown.append(switch)
        self.live.apply(switch)


async def test_the_page_as_a_person_sees_it(database, tmp_path):
    sample.seed(database)
    forecast_sample.seed(database)
    running = Running(database)
    hub = Hub(running.facts, every_s=0.2)
    desk = Desk(running.facts, running.throw, hub, frozenset({"127.0.0.1"}), "secret")
    job = asyncio.create_task(hub.run())
    shots = Path(SHOTS) if SHOTS else tmp_path
    async with TestServer(page_app(desk)) as server, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        faults = []
        page = await browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        await page.goto(str(server.make_url("/")))
        await page.wait_for_selector("#curve canvas")
        await assert_content(page)
        await page.screenshot(path=shots / "desk-wide.png", full_page=True)
        await assert_live(page, running)
        await assert_switches(page, running)
        await browser.close()
        await shoot_phone(playwright, str(server.make_url("/")), shots)
        assert faults == []
    job.cancel()


async def assert_content(page):
    text = await page.inner_text("body")
    for words in (
        "PAPER", "sim:synthetic:7", "recorder has been silent", "$51.15", "+$0.43", "+$1.13",
        "4 YES on BTC at or above $91,234.56 at 14:30", "2 NO on BTC above $91,499.99 at 15:00",
        "min edge", "$91,240.11", "Settlement mean", "coinbase", "a fill differs from the venue",
        "<script>alert(1)</script>", "One message of the last hour", "Outside by", "61.2¢", "+$1.33",
        "Will the Fed cut rates", "3 watched, 5,566 left out", "thin volume 738", "78.0%", "exploratory",
        "$0.2524 of $1.00", "dropped: off topic", "kept for: Will the Fed",
        "Shares <img src=x onerror=alert(1)> soar", "4.4¢ YES",
    ):  # fmt: skip
        assert words in text, words
    assert await page.locator("script").count() == 2
    unknown = page.locator("#part-positions tr", has_text="2 NO on BTC above")
    assert (await unknown.locator("[data-label='If sold now']").inner_text()).endswith("–")
    assert await page.locator(".coin li", has_text="bitstamp").locator(".old").count() == 1
    assert await page.locator(".coin li", has_text="coinbase").locator(".old").count() == 0


async def assert_live(page, running):
    running.live.apply(sample.book(sample.BTC15, "0.57", "0.58"))
    running.now = Nanos(sample.NOW + 10**9)
    await page.wait_for_selector("#part-markets td:has-text('58¢')")


async def assert_switches(page, running):
    await page.fill("input[name=reason]", "lunch & <i>rest</i>")
    await page.click("button[value=pause]")
    await page.wait_for_selector(".bar.paused")
    assert "lunch & <i>rest</i>" in await page.inner_text("#part-state")
    (switch,) = running.thrown
    assert (switch.name, switch.scope, switch.on, switch.by) == ("pause", "both", True, "page")


async def shoot_phone(playwright, url, shots):
    browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
    page = await browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark")
    await page.goto(url)
    await page.wait_for_selector("#curve canvas")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await page.screenshot(path=shots / "desk-phone-dark.png", full_page=True)
    await browser.close()
