/* ---
id: planted_records
doc: The records that a truth names by institution and serial number.
--- */
SELECT transactions.record_id, transactions.institution, transactions.serial
FROM transactions
JOIN (SELECT DISTINCT unnest($serials) AS serial) AS wanted
    ON wanted.serial = transactions.serial
