/* Booked entries of many accounts in the order of time, balances following from the amounts. */
SELECT
    i,
    a,
    c,
    h,
    strftime(TIMESTAMP '2026-08-01 00:00:00' + to_seconds(CAST(i * $seconds // $rows AS BIGINT)), '%Y-%m-%d %H:%M:%S') AS booked,
    is_in,
    fen,
    100000000 + CAST(sum(CASE WHEN is_in THEN fen ELSE -fen END) OVER (PARTITION BY a ORDER BY i ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS balance
FROM (
    SELECT
        i,
        h,
        CAST(h % $accounts AS BIGINT) AS a,
        CAST(h // 7919 % $people AS BIGINT) AS c,
        h // 64 % 2 = 0 AS is_in,
        CAST(h // 128 % 4000000 AS BIGINT) + 1 AS fen
    FROM (SELECT i, hash(i, $seed + 1) // 2 AS h FROM range($rows) AS t (i))
)
