SELECT count(DISTINCT _row) FROM checked_hits WHERE level = 'error'
