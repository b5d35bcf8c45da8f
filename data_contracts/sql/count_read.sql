SELECT count(*) FROM checked_judged WHERE _skip IS NULL
