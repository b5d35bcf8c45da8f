SELECT code AS institution, $first_day AS day, $first_day + 1 AS declared_day FROM institutions WHERE sector = 'micro_loan'
