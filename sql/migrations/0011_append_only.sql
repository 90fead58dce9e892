-- The audit log only grows: what is in it is neither changed nor taken out.
create function desk.only_grows() returns trigger language plpgsql as $$
begin
    raise exception '% only grows', tg_table_name using hint = 'add an entry that says what was wrong';
end
$$;
create trigger only_grows before update or delete or truncate on desk.audit_log
for each statement execute function desk.only_grows();
