"""Airflow's connections, read from the desk's own settings each time: no key ever stands in Airflow's database."""

from __future__ import annotations

import json

from airflow.sdk.bases.secrets_backend import BaseSecretsBackend

KAFKA = "kafka_default"


class DeskConnections(BaseSecretsBackend):
    """A secrets backend that knows one connection: the broker, which a watched asset listens to.

    The tasks read the venue's, the vendors' and the news sources' keys from the settings themselves, so that no
    connection hands them to whoever asks Airflow for it.
    """

    def get_conn_value(self, conn_id: str, team_name: str | None = None) -> str | None:
        """Return the connection as JSON, None for one that is not the desk's."""
        if conn_id != KAFKA:
            return None
        from kalshi_desk.settings import load_settings
        from kalshi_desk.wiring import addresses

        broker = addresses.broker(load_settings())
        extra = {
            **broker.librdkafka_options(),
            "group.id": "airflow",
            "auto.offset.reset": "latest",
            "enable.auto.commit": False,
        }
        return json.dumps({"conn_type": "kafka", "extra": extra})

    def get_variable(self, key: str, team_name: str | None = None) -> str | None:
        """Return None: the desk keeps nothing in Airflow's variables."""

    def get_config(self, key: str) -> str | None:
        """Return None: no option of Airflow's is kept here."""
