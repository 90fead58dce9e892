"""Twenty of the hundred seeds of ``python -m tests.integration.simulated_truth``, which takes a minute and a half."""

import pytest

from tests.integration.simulated_truth import count

SEEDS, ENOUGH = 20, 17


@pytest.mark.parametrize("insight", [0.0, 0.4])
def test_bias_weight_and_pnl_are_what_the_construction_implies(insight):
    found = count(SEEDS, insight)
    assert found["traded"] == SEEDS
    assert min(found["bias"], found["weight"], found["pnl"]) >= ENOUGH, found
