from kalshi_desk.adapters.kafka.broker import Broker


def test_a_plain_broker_has_no_credentials() -> None:
    broker = Broker("a:1,b:2")
    assert broker.options() == {"bootstrap_servers": "a:1,b:2", "security_protocol": "PLAINTEXT"}
    assert broker.acks == 1


def test_a_cluster_waits_for_all_replicas() -> None:
    assert Broker("a:1", replication=3).acks == "all"


def test_credentials_reach_the_client_and_never_the_text() -> None:
    broker = Broker("a:1", security_protocol="SASL_SSL", username="u", password="secret")
    options = broker.options()
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("u", "secret")
    assert options["ssl_context"].verify_mode.name == "CERT_REQUIRED"
    assert "secret" not in repr(broker)


def test_librdkafka_is_told_in_its_own_words() -> None:
    assert Broker("a:1").librdkafka_options() == {"bootstrap.servers": "a:1", "security.protocol": "PLAINTEXT"}
    told = Broker("a:1", security_protocol="SASL_SSL", username="u", password="secret").librdkafka_options()
    assert (told["sasl.mechanism"], told["sasl.username"], told["sasl.password"]) == ("PLAIN", "u", "secret")
