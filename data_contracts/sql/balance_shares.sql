-- Checkable rows, those that agree, those that agree when in and out change places, and disagreements that rows kept out explain:
-- first those of the account itself, then those of an unknown account.
WITH judged AS (
    SELECT series.account_key, CAST(count(*) AS BIGINT) AS checkable,
           CAST(sum(CASE WHEN abs(told.off_by) <= $tolerance THEN 1 ELSE 0 END) AS BIGINT) AS agreeing,
           CAST(sum(CASE WHEN abs(told.inverted_off_by) <= $tolerance THEN 1 ELSE 0 END) AS BIGINT) AS inverted
    FROM checked_offsets AS told
    INNER JOIN checked_series AS series ON series.series = told.series
    WHERE told.off_by IS NOT NULL
    GROUP BY series.account_key
),
summed AS (
    SELECT
        CAST(coalesce(sum(checkable), 0) AS BIGINT) AS checkable, CAST(coalesce(sum(agreeing), 0) AS BIGINT) AS agreeing,
        CAST(coalesce(sum(inverted), 0) AS BIGINT) AS inverted,
        CAST(coalesce(sum(least(checkable - agreeing, coalesce(gaps.rows, 0))), 0) AS BIGINT) AS explained
    FROM judged
    LEFT JOIN checked_gaps AS gaps ON gaps.account_key = judged.account_key
)
SELECT checkable, agreeing, inverted,
       CAST(explained + least(checkable - agreeing - explained, coalesce(gaps.rows, 0)) AS BIGINT) AS explained
FROM summed
LEFT JOIN checked_gaps AS gaps ON gaps.account_key IS NULL
