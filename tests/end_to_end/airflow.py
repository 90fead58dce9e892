"""Airflow by its own REST API, as a person uses it: runs, reruns, states."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

from tests.end_to_end.desk import Desk


class Airflow:
    """The desk's Airflow, signed in with the first password."""

    def __init__(self, desk: Desk) -> None:
        self._base = desk.url(1)
        password = (desk.home / "airflow-password").read_text().strip()
        self._token = ""
        self._token = self._ask("POST", "/auth/token", {"username": "admin", "password": password})["access_token"]

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        content = None if body is None else json.dumps(body).encode()
        with urlopen(Request(self._base + path, content, headers, method=method), timeout=30) as answer:
            return json.load(answer)

    def runs(self, dag: str) -> dict[str, str]:
        """Return the states of a DAG's runs by their ids, newest first."""
        found = self._ask("GET", f"/api/v2/dags/{dag}/dagRuns?order_by=-run_after&limit=20")["dag_runs"]
        return {run["dag_run_id"]: run["state"] for run in found}

    def run_after(self, dag: str, run: str) -> str:
        """Return the instant of a run."""
        return str(self._ask("GET", f"/api/v2/dags/{dag}/dagRuns/{run}")["run_after"])

    def trigger(self, dag: str) -> str:
        """Start a run by hand and return its id."""
        return str(self._ask("POST", f"/api/v2/dags/{dag}/dagRuns", {"logical_date": None})["dag_run_id"])

    def clear(self, dag: str, run: str) -> None:
        """Run it again, all tasks of it."""
        self._ask("POST", f"/api/v2/dags/{dag}/dagRuns/{run}/clear", {"dry_run": False})
