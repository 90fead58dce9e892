"""The one-machine default: Kafka, Postgres, Airflow and the apps under a supervisor."""
