/* Where an account's entries go on from an earlier batch: the balance before its first entry here against the last
   balance known of it. Accounts whose first day another batch reports too are left out: their order is not known. */
WITH firsts AS (
    SELECT account_key, currency, min(booked_day) AS first_day
    FROM _own_entries
    GROUP BY account_key, currency
),
openings AS (
    SELECT own.account_key, own.currency, own.booked_day, own.sheet, own."row",
           own.balance - CASE WHEN own.direction = 'in' THEN own.amount ELSE -own.amount END AS opening
    FROM _own_entries AS own
    INNER JOIN firsts ON firsts.account_key = own.account_key AND firsts.currency = own.currency AND firsts.first_day = own.booked_day
    WHERE own.sequence = 1 AND own.succeeded AND own.balance IS NOT NULL
),
shared AS (
    SELECT DISTINCT other.account_key, other.currency
    FROM _other_entries AS other
    INNER JOIN firsts ON firsts.account_key = other.account_key AND firsts.currency = other.currency AND firsts.first_day = other.booked_day
),
closings AS (
    SELECT other.account_key, other.currency, other.balance AS closing
    FROM _other_entries AS other
    INNER JOIN firsts ON firsts.account_key = other.account_key AND firsts.currency = other.currency AND other.booked_day < firsts.first_day
    WHERE other.succeeded
    QUALIFY row_number() OVER (
        PARTITION BY other.account_key, other.currency ORDER BY other.booked_day DESC, other.sequence DESC
    ) = 1
)
SELECT openings.opening = closings.closing AS continues, openings.sheet, openings."row"
FROM openings
INNER JOIN closings ON closings.account_key = openings.account_key AND closings.currency = openings.currency
LEFT JOIN shared ON shared.account_key = openings.account_key AND shared.currency = openings.currency
WHERE shared.account_key IS NULL AND closings.closing IS NOT NULL
ORDER BY openings."row"
