/* ---
id: midnight_accounts
doc:
  zh: 有流水与有变的流水隔午夜相配的账户
  en: Accounts of which legs are paired across a midnight with legs of a day that changed
reads: [touched_entries, changed_entries, transactions, entities]
--- */
-- A transfer pairs legs of one day, or of the five minutes before a midnight with those of the five after it. So a
-- change reaches the day beyond a midnight only where legs of the same accounts and amount lie on both sides of it.
WITH near_midnight AS (
    SELECT account_key, counterparty_key, amount, currency, booked_day, booked_at
    FROM transactions
    WHERE booked_day BETWEEN $first_changed_day - 11 AND $last_changed_day + 1
        AND time_precision <> 'day' AND succeeded AND NOT is_reversal
        AND (
            date_diff('second', date_trunc('day', booked_at), booked_at) <= 300
            OR date_diff('second', date_trunc('day', booked_at), booked_at) >= 86100
        )
    UNION ALL
    SELECT account_key, counterparty_key, amount, currency, booked_day, booked_at
    FROM changed_entries
    WHERE time_precision <> 'day' AND succeeded AND NOT is_reversal
        AND (
            date_diff('second', date_trunc('day', booked_at), booked_at) <= 300
            OR date_diff('second', date_trunc('day', booked_at), booked_at) >= 86100
        )
),

legs AS (
    SELECT
        LEAST(near.canonical_key, far.canonical_key) AS one_account,
        GREATEST(near.canonical_key, far.canonical_key) AS other_account,
        near_midnight.amount, near_midnight.currency,
        date_diff('second', date_trunc('day', near_midnight.booked_at), near_midnight.booked_at) >= 86100 AS is_before,
        -- The midnight, named by the day that it opens.
        CASE
            WHEN date_diff('second', date_trunc('day', near_midnight.booked_at), near_midnight.booked_at) >= 86100
            THEN near_midnight.booked_day + 1 ELSE near_midnight.booked_day
        END AS midnight
    FROM near_midnight
    JOIN entities AS near ON near.account_key = near_midnight.account_key
    JOIN entities AS far ON far.account_key = near_midnight.counterparty_key
),

midnights AS (
    SELECT one_account, other_account, amount, currency, midnight
    FROM legs
    GROUP BY one_account, other_account, amount, currency, midnight
    HAVING bool_or(is_before) AND NOT bool_and(is_before)
)

SELECT DISTINCT midnights.one_account AS canonical_key
FROM midnights
JOIN touched_entries
    ON touched_entries.amount = midnights.amount
    AND touched_entries.currency = midnights.currency
    AND touched_entries.day BETWEEN midnights.midnight - 1 AND midnights.midnight
WHERE midnights.midnight NOT IN (SELECT booked_day FROM changed_entries)
    OR midnights.midnight - 1 NOT IN (SELECT booked_day FROM changed_entries)
