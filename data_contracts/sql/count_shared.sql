SELECT count(*) FROM checked_shared
