-- Whose door refused, where a desk has several accounts; null: the desk's own refusals, made before any account is asked.

set local search_path to desk;

alter table refusals add column account text;
