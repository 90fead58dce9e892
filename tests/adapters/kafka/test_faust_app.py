from types import SimpleNamespace

from faust import SASLCredentials

from kalshi_desk.adapters.kafka.broker import Broker
from kalshi_desk.adapters.kafka.faust_app import agent_topic, faust_app, lag_of
from kalshi_desk.adapters.kafka.topics import CRYPTO_INPUTS


def test_the_settings_that_lose_nothing() -> None:
    conf = faust_app("pricer", Broker("a:1,b:2"), worker="one").conf
    assert [str(url) for url in conf.broker] == ["kafka://a:1", "kafka://b:2"]
    assert (conf.broker_session_timeout, conf.broker_heartbeat_interval) == (6.0, 0.5)
    assert (conf.consumer_auto_offset_reset, conf.topic_disable_leader) == ("earliest", True)
    assert (conf.id, conf.consumer_group_instance_id) == ("pricer", "pricer-one")


def test_producers_read_nothing() -> None:
    assert faust_app("feed", Broker("a:1"), worker="one", producer_only=True).producer_only
    assert not faust_app("pricer", Broker("a:1"), worker="one").producer_only


def test_credentials_are_handed_over() -> None:
    broker = Broker("a:1", security_protocol="SASL_SSL", username="u", password="p")
    assert isinstance(faust_app("x", broker, worker="one").conf.broker_credentials, SASLCredentials)


def test_an_agents_topic_is_raw() -> None:
    topic = agent_topic(faust_app("pricer", Broker("a:1"), worker="one"), CRYPTO_INPUTS)
    assert list(topic.topics) == [CRYPTO_INPUTS.name]
    assert (topic.key_type, topic.value_type) == (bytes, bytes)


def test_lag_counts_what_is_not_committed() -> None:
    monitor = SimpleNamespace(tp_end_offsets={"a": 10, "b": 5}, tp_committed_offsets={"a": 7})
    assert lag_of(SimpleNamespace(monitor=monitor)) == 3
