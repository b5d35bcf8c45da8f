/* ---
id: plain_transfers
--- */
-- A plain table of transfers as others keep it; what cannot be read is NULL and counted by its reader.
SELECT
    file_row_number AS edge_id,
    transfer_id,
    date_diff('second', CAST('1970-01-01' AS TIMESTAMP), TRY_CAST(paid_at AS TIMESTAMP)) AS second,
    CAST(payer AS VARCHAR) AS payer,
    CAST(payee AS VARCHAR) AS payee,
    TRY_CAST(round(TRY_CAST(amount AS DOUBLE) * 100) AS BIGINT) AS amount
FROM given
