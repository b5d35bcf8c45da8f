SELECT
    count(*) FILTER (WHERE clean.direction IN ('in', 'out')),
    count(*) FILTER (WHERE clean.direction IN ('credit', 'debit')),
    count(*) FILTER (WHERE clean.direction IN ('in', 'out') AND hits._row IS NOT NULL),
    count(*) FILTER (WHERE clean.direction IN ('credit', 'debit') AND hits._row IS NOT NULL)
FROM checked_clean AS clean
LEFT JOIN (SELECT DISTINCT _row FROM checked_hits WHERE code = 'F032') AS hits ON hits._row = clean._row
WHERE clean._skip IS NULL
