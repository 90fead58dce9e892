import pytest

from kalshi_desk.batch.desk import run_of
from kalshi_desk.batch.training import examples
from kalshi_desk.domain.units import Nanos
from tests.batch.forecasts import DAY, add_estimate, add_market, add_score, at, execute, open_account, run_after
from tests.orders import ACCOUNT

pytestmark = pytest.mark.embedded


def add_call(url, estimate_id, ticker, *, days, prompt, stage="full", sample=0):
    execute(
        url,
        """insert into desk.forecaster_calls (call_id, account, estimate_id, ticker, stage, vendor, model, evidence_set,
               sample, prompt_hash, prompt, cached, input_tokens, output_tokens, cost_dollars, occurred_at, observed_at)
           values (%s, %s, %s, %s, %s, 'gpt', 'm', 0, %s, md5(%s), %s, false, 0, 0, 0, %s, %s)""",
        (f"{estimate_id}{stage}{sample}{prompt}", ACCOUNT, estimate_id, ticker, stage, sample, prompt, prompt,
         at(days), at(days)),
    )  # fmt: skip


def add_article(url, ticker, title, *, days):
    execute(
        url,
        """insert into desk.articles (account, article_id, source, url, title, summary, published_at, observed_at, kept)
           values (%s, %s, 's', 'u', %s, '', %s, %s, true)""",
        (ACCOUNT, title, title, at(days), at(days)),
    )
    execute(
        url,
        """insert into desk.article_markets (account, article_id, ticker, relevance, observed_at)
           values (%s, %s, %s, 1, %s)""",
        (ACCOUNT, title, ticker, at(days)),
    )


def settled(url, *, prompt="Question id: M\n"):
    """Open the account with one estimate of day 1 that settled on day 3."""
    open_account(url)
    add_market(url, "M", settled=3, result="yes")
    estimate = add_estimate(url, "M", days=1, p={"gpt": 0.7, "price": 0.4})
    for sample in (0, 1):
        add_call(url, estimate, "M", days=1, prompt=prompt, sample=sample)
    add_score(url, "M", days=1, outcome=1, known=3.1)
    return estimate


def read(days=20):
    with run_of(run_after(days), DAY) as run:
        return list(examples(run))


def test_a_prompt_is_one_example_with_what_was_seen_later(paper_desk):
    estimate = settled(paper_desk)
    add_call(paper_desk, estimate, "M", days=1, prompt="screened", stage="screen")
    add_article(paper_desk, "M", "early", days=0.5)
    add_article(paper_desk, "M", "late", days=2)
    [found] = read()
    assert (found.asked_at, found.settled_at) == (Nanos.of(at(1)), Nanos.of(at(3)))
    assert (found.outcome, found.price, found.prompt) == (1, 0.4, "Question id: M\n")
    assert list(found.later_titles) == ["late"]


def test_what_is_not_answered_yet_is_no_example(paper_desk):
    settled(paper_desk)
    assert read(days=3) == []
