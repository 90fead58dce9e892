"""Airflow DAGs: schedule, retries, parameters and runbook; their bodies call steps."""
