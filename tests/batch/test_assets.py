from airflow.sdk import Asset
from airflow.sdk.module_loading import import_string

from kalshi_desk.adapters.kafka.topics import ESTIMATE_REQUESTS, TOPICS
from kalshi_desk.adapters.postgres.queries import SQL
from kalshi_desk.batch import assets, requests

ALL = {name: value for name, value in vars(assets).items() if isinstance(value, Asset)}


def test_every_asset_is_a_table_or_a_topic_that_exists():
    tables = "\n".join(file.read_text() for file in (SQL / "migrations").glob("*.sql"))
    for asset in ALL.values():
        kind, name = asset.uri.removeprefix("desk://").split("/")
        assert name in TOPICS if kind == "topics" else f"create table {name} (" in tables, asset.uri


def test_names_and_places_are_told_once():
    assert len({asset.name for asset in ALL.values()}) == len({asset.uri for asset in ALL.values()}) == len(ALL)


def test_requests_are_watched_on_kafka():
    (watcher,) = assets.REQUESTS.watchers
    path, arguments = watcher.trigger.serialize()
    assert path.endswith("AwaitMessageTrigger")
    assert (arguments["topics"], arguments["kafka_config_id"]) == ([ESTIMATE_REQUESTS.name], "kafka_default")
    assert import_string(arguments["apply_function"]) is requests.wish
