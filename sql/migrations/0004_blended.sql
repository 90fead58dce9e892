-- What the record supports, which is scored, beside what is traded on: while a category's answers are too few, orders
-- explore with a weight of their own. Estimates made before had one number for both.
alter table desk.estimates add column p_blended double precision;
update desk.estimates set p_blended = p_yes;
alter table desk.estimates alter column p_blended set not null;
