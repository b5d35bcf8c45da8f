-- Rows whose key another row of the same table has as well.
CREATE OR REPLACE TEMP TABLE checked_shared AS
SELECT keys._row, keys.record_id
FROM checked_keys AS keys
INNER JOIN (SELECT record_id FROM checked_keys WHERE NOT _is_counted GROUP BY record_id HAVING count(*) > 1) AS doubled
    ON doubled.record_id = keys.record_id
