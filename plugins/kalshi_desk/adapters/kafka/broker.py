"""How to reach the Kafka cluster, in the words of each client library."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Broker:
    """A cluster's address and credentials; ``replication`` is the factor of the topics created there."""

    bootstrap: str
    replication: int = 1
    security_protocol: str = "PLAINTEXT"
    username: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        return f"Broker({self.bootstrap!r}, replication={self.replication}, {self.security_protocol})"

    @property
    def acks(self) -> int | str:
        """What a producer waits for: the one broker there is, or all in-sync replicas."""
        return 1 if self.replication == 1 else "all"

    @property
    def tls(self) -> ssl.SSLContext | None:
        """The TLS context, None on a plain connection."""
        return None if self.security_protocol == "PLAINTEXT" else ssl.create_default_context()

    def options(self) -> dict[str, Any]:
        """Return the connection arguments that aiokafka and kafka-python share."""
        options: dict[str, Any] = {"bootstrap_servers": self.bootstrap, "security_protocol": self.security_protocol}
        if self.tls is not None:
            options["ssl_context"] = self.tls
        if self.security_protocol == "SASL_SSL":
            options |= {
                "sasl_mechanism": "PLAIN",
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        return options

    def librdkafka_options(self) -> dict[str, str]:
        """Return the connection settings in the words of librdkafka."""
        options = {"bootstrap.servers": self.bootstrap, "security.protocol": self.security_protocol}
        if self.security_protocol == "SASL_SSL":
            user, word = self.username or "", self.password or ""
            options |= {"sasl.mechanism": "PLAIN", "sasl.username": user, "sasl.password": word}
        return options
