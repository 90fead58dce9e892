"""Build a Faust app with the settings that were measured to lose nothing.

No Tables, one event at a time, raw values, no leader topic, short sessions; every topic exists before an app names it.
"""

from __future__ import annotations

import faust
from faust import SASLCredentials, SSLCredentials

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.topics import Topic

SESSION_S = 6.0
HEARTBEAT_S = 0.5
COMMIT_S = 0.5


class DeskApp(faust.App):
    """A Faust app without Tables, so without folders."""

    def _create_directories(self) -> None:
        return


class ProducerApp(DeskApp):
    """A Faust app that reads nothing: its tasks publish."""

    producer_only = True


def faust_app(name: str, broker: Broker, *, worker: str, producer_only: bool = False) -> faust.App:
    """Return the app ``name``; ``worker`` tells its workers apart within the group and must be unique."""
    return (ProducerApp if producer_only else DeskApp)(
        name,
        broker=[f"kafka://{address.strip()}" for address in broker.bootstrap.split(",")],
        broker_credentials=_credentials(broker),
        broker_session_timeout=SESSION_S,
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_commit_interval=COMMIT_S,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=f"{name}-{worker}",
        key_serializer="raw",
        value_serializer="raw",
        topic_disable_leader=True,
        topic_replication_factor=broker.replication,
        topic_allow_declare=False,
        stream_wait_empty=False,
        web_enabled=False,
        worker_redirect_stdouts=False,
    )


def agent_topic(app: faust.App, topic: Topic) -> faust.types.TopicT:
    """Return the Faust side of a topic: raw keys and values, never declared from here."""
    return app.topic(topic.name, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")


def lag_of(app: faust.App) -> int:
    """Return how many records the app has not yet committed, over all its partitions, as far as it knows."""
    monitor = app.monitor
    return sum(
        max(0, end - monitor.tp_committed_offsets.get(tp, end)) for tp, end in dict(monitor.tp_end_offsets).items()
    )


def _credentials(broker: Broker) -> SASLCredentials | SSLCredentials | None:
    if broker.security_protocol == "SASL_SSL":
        return SASLCredentials(
            username=broker.username, password=broker.password, ssl_context=broker.tls, mechanism="PLAIN"
        )
    return SSLCredentials(context=broker.tls) if broker.tls is not None else None
