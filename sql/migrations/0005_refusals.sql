-- What else would have refused, beside the first reason.

set local search_path to desk;

alter table refusals add column also jsonb not null default '[]';
