"""What an estimate costs on evidence of real length: dated digests of some 27 articles a question.

Tokens are counted by a tokenizer of 30,000 word pieces, which cuts finer than the vendors' own. ``pytest -s`` prints
the figures. An answer is counted as 130 tokens, with 300 more for GPT's thinking; at worst every answer is at its cap
and no vendor's cache helps.
"""

import re
from statistics import fmean

import pyarrow.parquet as pq
import pytest
from tokenizers import Tokenizer

from kalshi_desk.adapters.forecasters.forecaster import MAX_OUTPUT
from kalshi_desk.adapters.sentences import _tokenizer_file
from kalshi_desk.domain.spend import Usage, cost
from kalshi_desk.domain.units import Cash
from kalshi_desk.settings import load_settings
from kalshi_desk.steps.estimate import evidence_sets, screen_evidence
from kalshi_desk.wire.forecast_prompt import forecast_prompt
from kalshi_desk.wiring.forecasters import token_price
from tests.forecasts import NOW, article, asked

pytestmark = pytest.mark.recording
RULES = (
    "If the Bureau of Labor Statistics reports a value above the strike for the month, the market resolves to Yes. " * 8
)
THOUGHT, SAID = 300, 130
FULL_SHARE = 0.3
LIMIT = Cash.parse("55")


@pytest.fixture(scope="module")
def prompts(recordings_dir):
    """Tokens of the first look's prompt and of each evidence set's, of every question that has a digest."""
    tokenizer = Tokenizer.from_file(str(_tokenizer_file()))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    table = pq.read_table(recordings_dir / "news_context_q4_2024" / "news.parquet", columns=["title", "news"])
    counts = []
    for row in table.to_pylist():
        evidence = digest(row["news"])
        shown = [screen_evidence(evidence), *evidence_sets(evidence).values()]
        question = asked(title=row["title"], rules=RULES)
        texts = [forecast_prompt(question, part, now=NOW).whole for part in shown]
        counts.append([len(tokenizer.encode(text).ids) for text in texts])
    return counts


def digest(news: str):
    """Return the articles of a digest, best first."""
    parts = re.split(r"\n\n(?=\*\*)", news)[1:]
    split = [part.split("\nOriginal language")[0].partition("\n") for part in parts]
    return tuple(article(n, title=title.strip("*"), summary=text) for n, (title, _, text) in enumerate(split, 1))


def price(model: str, *, read: int = 0, written: int = 0, sent: int = 0, out: int) -> Cash:
    return cost(
        Usage(input=sent, written=written, read=read, output=out), token_price(load_settings(_env_file=None), model)
    )


def usual(screen: int, *sets: int) -> tuple[Cash, Cash]:
    """Return what the first look and the full estimate cost with two samples a model and set."""
    look = price("gpt-5.4-mini", sent=screen, out=THOUGHT + SAID)
    full = sum(
        2 * price("gpt-6-luna", sent=tokens, out=THOUGHT + SAID)
        + price("claude-haiku-5-5", written=tokens, out=SAID)
        + price("claude-haiku-5-5", read=tokens, out=SAID)
        for tokens in sets
    )
    return look, Cash(full)


def dearest(screen: int, *sets: int) -> Cash:
    look = price("gpt-5.4-mini", sent=screen, out=MAX_OUTPUT)
    full = sum(
        2 * price(model, sent=tokens, out=MAX_OUTPUT) for model in ("gpt-6-luna", "claude-haiku-5-5") for tokens in sets
    )
    return Cash(look + full)


def test_a_thousand_estimates_a_month_cost_less_than_55_dollars(prompts):
    looks, fulls = zip(*(usual(*tokens) for tokens in prompts), strict=True)
    look, full = fmean(looks) / 1e6, fmean(fulls) / 1e6
    worst = fmean(dearest(*tokens) for tokens in prompts) / 1e6
    print(
        f"\n{len(prompts)} digests: {fmean(t[0] for t in prompts):.0f} tokens at first look,"
        f" {fmean(n for t in prompts for n in t[1:]):.0f} in each set; first look ${look:.5f},"
        f" full estimate ${full:.4f}; 1,000 markets with {FULL_SHARE:.0%} in full"
        f" ${1000 * (look + FULL_SHARE * full):.2f}, all in full ${1000 * (look + full):.2f},"
        f" at worst ${1000 * worst:.2f}"
    )
    assert 1000 * (look + full) < LIMIT.number
    assert 1000 * worst < LIMIT.number


def test_prompts_of_real_length_fit_the_markets_budget_in_full(prompts):
    assert max(dearest(*tokens) for tokens in prompts) < Cash.parse("0.20")
    assert max(n for tokens in prompts for n in tokens) < 5_000
