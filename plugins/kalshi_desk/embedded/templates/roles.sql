create role desk login
create role desk_read login
create role airflow login
create database desk owner desk
create database airflow owner airflow
alter role desk_read set default_transaction_read_only = on
grant pg_read_all_data to desk_read
