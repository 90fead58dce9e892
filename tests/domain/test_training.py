import json

import pytest

from kalshi_desk.domain.asked import Asked, BaseRate, Evidence
from kalshi_desk.domain.training import CHECKS, Example, chat, leaks, tells_outcome, tells_price
from kalshi_desk.wire.forecast_answer import probability
from kalshi_desk.wire.forecast_prompt import INSTRUCTIONS, forecast_prompt
from tests.questions import day

ASKED = Asked(
    ticker="KXRAIN-26JAN", category="Climate", title="Will it rain?", close_at=day(20),
    rules="If it rains, the market resolves to Yes. It will be settled to No if the record is corrected.",
    base_rates=(BaseRate("category", "Climate", 40, 10),),
)  # fmt: skip


def prompt(title="Clouds gather", summary="The sky is grey over 12 towns.", published=1.0):
    evidence = Evidence(
        article_id="a", source="Wire", title=title, summary=summary, published_at=day(published), relevance=1.0
    )
    return forecast_prompt(ASKED, [evidence], now=day(2)).whole


def example(text=None, **changes):
    fields = {"asked_at": day(2), "settled_at": day(5), "outcome": 1, "price": 0.385, "later_titles": ()} | changes
    return Example(prompt=prompt() if text is None else text, **fields)


def test_a_live_prompt_is_clean_and_becomes_three_messages():
    assert leaks(example()) == []
    system, user, assistant = chat(example())["messages"]
    assert [part["role"] for part in (system, user, assistant)] == ["system", "user", "assistant"]
    assert system["content"] == INSTRUCTIONS.rstrip("\n")
    assert user["content"].startswith("Question id: KXRAIN-26JAN\n")
    assert probability(assistant["content"]) == 0.99
    assert json.loads(chat(example(outcome=0))["messages"][2]["content"])["probability"] == 0.01


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"settled_at": day(2)}, "settled_before_asked"),
        ({"text": prompt(published=2.5)}, None),
        ({"text": prompt(published=3.5)}, "later_date"),
        ({"later_titles": ["Clouds gather"]}, "later_article"),
        ({"later_titles": ["Sun tomorrow", " "]}, None),
        ({"text": prompt(summary="The market resolved YES on Monday.")}, "outcome_told"),
        ({"text": prompt(summary="One in 38.5% of the towns has rain.")}, "price_told"),
        ({"text": prompt(summary="One in 38.5% of the towns has rain."), "price": None}, None),
    ],
)
def test_each_check_finds_its_leak(changes, found):
    assert leaks(example(**changes)) == ([] if found is None else [found])
    assert found is None or found in CHECKS


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("the contract was settled at No.", True),
        ("Resolved as YES", True),
        ("has been determined to 'No' today", True),
        ("this question resolves Yes if it rains", False),
        ("it will be resolved to Yes if it rains", False),
        ("settled to No if the record is corrected", False),
        ("10 of 40 resolved YES in category Climate", False),
        ("nothing was resolved yesterday", False),
    ],
)
def test_reports_of_an_outcome_are_told_from_rules(text, told):
    assert tells_outcome(text) is told


@pytest.mark.parametrize(
    ("text", "price", "told"),
    [
        ("at 38 cents", 0.38, True), ("at 38¢", 0.38, True), ("38.0 %", 0.38, True), ("62 percent", 0.38, True),
        ("$0.38 each", 0.38, True), ("bid .38 now", 0.38, True), ("bid 0.3850", 0.385, True),
        ("138 cents", 0.38, False), ("38 towns", 0.38, False), ("1.38 metres", 0.38, False), ("0.381", 0.38, False),
        ("in 2038", 0.38, False), ("5%", 0.5, False), ("50%", 0.5, True),
    ],
)  # fmt: skip
def test_the_price_is_found_in_its_common_forms(text, price, told):
    assert tells_price(text, price) is told
