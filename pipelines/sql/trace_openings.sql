/* ---
id: trace_openings
doc: What each reported account of a party of trace_parties held before the first day, in fen of CNY; NULL where neither the first entry of the window nor the last one before it states a balance, or no rate values it.
--- */
-- The first entry of the window tells it best: its balance, less what it brought or plus what it took. A gap in the
-- extracts before the window then does no harm.
WITH own AS (
    SELECT entities.account_key, entities.canonical_key, entities.party_key
    FROM entities
    JOIN trace_parties ON trace_parties.party_key = entities.party_key
    WHERE entities.is_reported
),

placed AS (
    SELECT
        own.party_key, own.canonical_key, transactions.currency,
        transactions.booked_day >= $from_day AS is_inside,
        transactions.balance,
        CASE WHEN transactions.direction = 'in' THEN transactions.amount ELSE -transactions.amount END AS brought,
        row_number() OVER (
            PARTITION BY own.canonical_key, transactions.currency, transactions.booked_day >= $from_day
            ORDER BY
                CASE WHEN transactions.booked_day >= $from_day THEN transactions.booked_day ELSE -transactions.booked_day END,
                CASE WHEN transactions.booked_day >= $from_day THEN transactions.sequence ELSE -transactions.sequence END,
                transactions.record_id
        ) AS place
    FROM transactions
    JOIN own ON own.account_key = transactions.account_key
    WHERE transactions.booked_day <= $to_day AND transactions.succeeded
),

held AS (
    SELECT
        party_key, canonical_key, currency,
        COALESCE(
            max(CASE WHEN is_inside THEN balance - brought END), max(CASE WHEN NOT is_inside THEN balance END)
        ) AS balance
    FROM placed
    WHERE place = 1
    GROUP BY party_key, canonical_key, currency
),

rates AS (
    SELECT currency, min(cny_micro) AS cny_micro
    FROM reference_fx
    WHERE $from_day BETWEEN valid_from_day AND valid_to_day
    GROUP BY currency
)

SELECT
    held.party_key,
    CASE
        WHEN count(*) = count(CASE WHEN held.currency = 'CNY' THEN held.balance ELSE held.balance * rates.cny_micro END)
        THEN CAST(sum(
            CASE
                WHEN held.currency = 'CNY' THEN held.balance
                ELSE held.balance // 1000000 * rates.cny_micro
                    + (held.balance % 1000000 * rates.cny_micro + 500000) // 1000000
            END
        ) AS BIGINT)
    END AS opening
FROM held
LEFT JOIN rates ON rates.currency = held.currency
GROUP BY held.party_key
ORDER BY held.party_key
