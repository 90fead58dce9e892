import subprocess
import sys

from kalshi_desk.embedded.place import Place
from kalshi_desk.embedded.psql import connection
from kalshi_desk.settings import load_settings


def test_it_reads_as_the_role_that_cannot_write(place):
    assert connection(place) == f"postgresql://desk_read@127.0.0.1:{place.port(3)}/desk"


def test_a_given_database_is_used_as_it_is():
    given = load_settings(_env_file=None, database_url="postgresql://desk@db:5432/desk")
    assert connection(Place(given)) == "postgresql://desk@db:5432/desk"


def test_the_prompt_is_the_wheels_own():
    answer = subprocess.run(
        [sys.executable, "-m", "kalshi_desk.embedded.psql", "--version"], capture_output=True, text=True, check=True
    )
    assert answer.stdout.startswith("psql (PostgreSQL)")
