-- Money moves before they are seen from a bank; a pair of reporting banks turns one event into two entries.
SELECT
    i,
    kind,
    CAST(CASE WHEN kind = 'pair' OR hash(i, $seed, 20) % 2 = 0 THEN payer ELSE payee END AS INTEGER) AS own,
    CAST(CASE kind WHEN 'pair' THEN payee
         WHEN 'outside' THEN $accounts + CAST(floor($accounts * power(u3, 2)) AS INTEGER) END AS INTEGER) AS other,
    CASE WHEN kind = 'pair' OR hash(i, $seed, 20) % 2 = 0 THEN 'out' ELSE 'in' END AS direction,
    $first_day + day AS day,
    second,
    CASE WHEN hash(i, $seed, 21) % 20 = 0 THEN 7200 ELSE CAST(hash(i, $seed, 22) % 120 AS INTEGER) - 20 END AS lag,
    CASE WHEN hash(i, $seed, 23) % 3 = 0
         THEN 50000 * CAST(1 + floor(200 * power(u4, 4)) AS BIGINT)
         ELSE CAST(exp(5 + 9 * u4) AS BIGINT) + 1 END AS amount
FROM (
    SELECT
        i,
        CASE WHEN pick < 45 THEN 'pair' WHEN pick < 82 THEN 'outside' WHEN pick < 91 THEN 'cash'
             WHEN pick < 94 THEN 'bank' ELSE 'clearing' END AS kind,
        -- Cubes and squares of a uniform number give the few hubs and the many quiet accounts of a real city.
        CAST(floor($accounts * power(u1, 2)) AS INTEGER) AS payer,
        CAST((CAST(floor($accounts * power(u2, 3)) AS BIGINT) * 7919 + 13) % $accounts AS INTEGER) AS payee,
        CAST(floor($days * u5) AS INTEGER) AS day,
        CAST(25200 + floor(57600 * u6) AS INTEGER) AS second,
        u3, u4
    FROM (
        SELECT
            i, hash(i, $seed, 10) % 100 AS pick,
            hash(i, $seed, 11) % 1000003 / 1000003.0 AS u1, hash(i, $seed, 12) % 1000003 / 1000003.0 AS u2,
            hash(i, $seed, 13) % 1000003 / 1000003.0 AS u3, hash(i, $seed, 14) % 1000003 / 1000003.0 AS u4,
            hash(i, $seed, 15) % 1000003 / 1000003.0 AS u5, hash(i, $seed, 16) % 1000003 / 1000003.0 AS u6
        FROM range(CAST($rows / 1.45 AS BIGINT)) AS numbers(i)
    )
)
