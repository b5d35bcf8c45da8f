/* ---
id: plain_faults
--- */
SELECT
    sum(CASE WHEN is_unread THEN 1 ELSE 0 END) AS unread,
    min(CASE WHEN is_unread THEN edge_id END) AS first_row,
    count(*) - count(DISTINCT transfer_id) - sum(CASE WHEN transfer_id IS NULL THEN 1 ELSE 0 END) AS repeated
FROM (
    SELECT
        edge_id, transfer_id,
        transfer_id IS NULL OR second IS NULL OR payer IS NULL OR payee IS NULL OR amount IS NULL AS is_unread
    FROM plain
) AS judged
