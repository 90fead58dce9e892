"""What a rerun must leave as it was: every row of every table, and every topic."""

from contextlib import closing

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.inspect import sizes
from kalshi_desk.adapters.kafka.topics import TOPICS
from kalshi_desk.adapters.postgres.connection import connect

TABLES = """select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'desk' and c.relkind in ('r', 'p') and not c.relispartition order by 1"""


def everything(database: str) -> dict[str, list[str]]:
    """Return the rows of each table of the desk as texts, in order."""
    with closing(connect(database, "test")) as db, db.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        found = {}
        for name in tables:
            cursor.execute(f"select t::text from {name} t order by 1")
            found[name] = [row for (row,) in cursor.fetchall()]
        return found


def records(broker: Broker) -> dict[str, tuple[int, int]]:
    """Return how many partitions and records each topic holds."""
    return sizes(broker, list(TOPICS.values()))
