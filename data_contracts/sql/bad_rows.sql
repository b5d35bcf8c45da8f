CREATE OR REPLACE TEMP TABLE checked_bad AS
SELECT DISTINCT _row FROM checked_hits WHERE level = 'error'
