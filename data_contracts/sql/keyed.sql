-- Sixty bits of MD5, as docs/data-model.md writes keys; counted rows add their ordinal among those that say the same.
CREATE OR REPLACE TEMP TABLE checked_keys AS
SELECT _row, _has_key, _is_counted, CAST('0x' || substr(md5($institution || '|' || _text), 1, 15) AS BIGINT) AS record_id
FROM checked_key_texts
WHERE NOT _is_counted
UNION ALL
SELECT _row, _has_key, _is_counted,
       CAST('0x' || substr(md5($institution || '|' || _text || '|'
            || CAST(row_number() OVER (PARTITION BY _text ORDER BY _row) AS VARCHAR)), 1, 15) AS BIGINT)
FROM checked_key_texts
WHERE _is_counted
