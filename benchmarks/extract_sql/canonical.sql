/* Ten columns of the canonical layout: as narrow as an extract can be that still proves its balances. */
SELECT
    own.account AS account,
    own.name AS account_name,
    own.identity AS holder_identity,
    booked AS booked_at,
    fen AS amount,
    CASE WHEN is_in THEN 'in' ELSE 'out' END AS direction,
    balance AS balance,
    other.card AS counterparty_account,
    other.name AS counterparty_name,
    'S' || lpad(CAST(i AS VARCHAR), 12, '0') AS serial
FROM entries
INNER JOIN people AS own ON own.n = entries.a
INNER JOIN people AS other ON other.n = entries.c
ORDER BY i
