import os
import subprocess
import threading
import time
from contextlib import closing, suppress

import psutil
import psycopg2
import pytest

from kalshi_desk.embedded import postgres
from kalshi_desk.embedded.place import ROOT
from kalshi_desk.embedded.postmaster import orphans
from kalshi_desk.wiring import addresses

pytestmark = pytest.mark.embedded
BUSY = "select count(*) from generate_series(1, 2000000) a, generate_series(1, 2000000) b"


def start(place):
    process = subprocess.Popen(postgres.program(place).command, cwd=ROOT, stderr=subprocess.DEVNULL)
    url = addresses.database_url(place.settings)
    while postgres.fault(url) is not None:
        assert process.poll() is None
        time.sleep(0.05)
    return process, url


def calculate(url):
    with suppress(psycopg2.Error), closing(psycopg2.connect(url)) as db, db.cursor() as cursor:
        cursor.execute(BUSY)


def busy(url):
    with closing(psycopg2.connect(url)) as db, db.cursor() as cursor:
        cursor.execute("select pid from pg_stat_activity where query = %s", (BUSY,))
        return cursor.fetchone()


def test_a_query_that_outlives_a_killed_server_does_not_keep_the_next_one_away(place):
    postgres.prepare(place)
    killed, url = start(place)
    threading.Thread(target=calculate, args=(url,)).start()
    while (found := busy(url)) is None:
        time.sleep(0.05)
    folder = os.path.realpath(postgres.cluster(place))
    assert orphans(folder) == []
    killed.kill()
    killed.wait()
    assert found[0] in {process.pid for process in orphans(folder)}
    again, _ = start(place)
    assert not psutil.pid_exists(found[0])
    assert orphans(folder) == []
    again.send_signal(2)
    assert again.wait(10) == 0
