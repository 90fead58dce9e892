"""The bodies of the DAGs: settings and tables in, steps, tables and topics out.

Every function takes ``run_after``, the wall instant that any Airflow run has, and is idempotent on it.
"""
