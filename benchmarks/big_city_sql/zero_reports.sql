SELECT code AS institution, $first_day AS day FROM institutions WHERE sector = 'micro_loan'
