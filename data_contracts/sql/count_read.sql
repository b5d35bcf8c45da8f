SELECT count(*) FROM checked_clean WHERE _skip IS NULL
