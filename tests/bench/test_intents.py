from contextlib import closing

import psycopg2
import pytest

from kalshi_desk.bench.intents import intents, own_postgres
from tests.orders import order


@pytest.mark.embedded
def test_each_trial_is_an_intent_of_its_own():
    with own_postgres() as url:
        found = intents(url, order(), 5)
        with closing(psycopg2.connect(url)) as db, db.cursor() as cursor:
            cursor.execute("select count(distinct client_order_id) from desk.intents")
            assert cursor.fetchone() == (5,)
    assert (found.n, found.p50 > 0) == (5, True)
