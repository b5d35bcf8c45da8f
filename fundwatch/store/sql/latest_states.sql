/* States: of one record the latest holds: by the day that the file describes, then by arrival, then by place in the
   file. Identical in the warehouse and over Parquet. */
SELECT ranked.* EXCLUDE (_file, _rank)
FROM (
    SELECT
        s.*,
        row_number() OVER (
            PARTITION BY s.record_id
            ORDER BY f.state_day DESC, f.number DESC, s."row" DESC NULLS LAST, s.sheet DESC NULLS LAST, f.path DESC
        ) AS _rank
    FROM query_table($states) AS s
    JOIN _files AS f ON f.file = s._file
) AS ranked
WHERE _rank = 1
