/* ---
id: touched_entries
doc:
  zh: 新增或撤销的流水，以及因此可能被冲销或不再被冲销的流水
  en: Entries that came or went, and those that may have become undone or valid thereby
reads: [changed_entries, transactions]
--- */
-- Entries and reversals of one account, counterparty, amount and direction nest like brackets (relation transfers). What
-- an entry's bracket is closed by depends on what comes after it alone, and counts within ten days: a change of day d
-- can change entries of the ten days before it, and unless it is a reversal itself only where one follows within ten.
WITH changed AS (
    SELECT DISTINCT
        account_key, COALESCE(counterparty_key, 0) AS counterparty_key, amount, currency, booked_day, is_reversal,
        CASE WHEN is_reversal THEN CASE WHEN direction = 'in' THEN 'out' ELSE 'in' END ELSE direction END AS direction
    FROM changed_entries
    WHERE succeeded
),

reversals AS (
    SELECT
        account_key, COALESCE(counterparty_key, 0) AS counterparty_key, amount, currency, booked_day,
        CASE WHEN direction = 'in' THEN 'out' ELSE 'in' END AS direction
    FROM transactions
    WHERE is_reversal AND succeeded AND booked_day BETWEEN $first_changed_day AND $last_changed_day + 10
    UNION ALL
    SELECT account_key, counterparty_key, amount, currency, booked_day, direction FROM changed WHERE is_reversal
),

stirred AS (
    SELECT DISTINCT
        changed.account_key, changed.counterparty_key, changed.amount, changed.currency, changed.direction,
        changed.booked_day
    FROM changed
    JOIN reversals
        ON reversals.account_key = changed.account_key
        AND reversals.counterparty_key = changed.counterparty_key
        AND reversals.amount = changed.amount
        AND reversals.currency = changed.currency
        AND reversals.direction = changed.direction
        AND reversals.booked_day BETWEEN changed.booked_day AND changed.booked_day + 10
)

SELECT DISTINCT account_key, booked_day AS day, amount, currency FROM changed_entries

UNION

SELECT entries.account_key, entries.booked_day AS day, entries.amount, entries.currency
FROM transactions AS entries
JOIN stirred
    ON stirred.account_key = entries.account_key
    AND stirred.counterparty_key = COALESCE(entries.counterparty_key, 0)
    AND stirred.amount = entries.amount
    AND stirred.currency = entries.currency
    AND stirred.direction = entries.direction
    AND entries.booked_day BETWEEN stirred.booked_day - 10 AND stirred.booked_day
WHERE entries.succeeded AND NOT entries.is_reversal
    AND entries.booked_day BETWEEN $first_changed_day - 10 AND $last_changed_day
