/* ---
id: trace_moves
doc: Every transfer of the window that a party of trace_parties pays or receives, each side with its own booking; and what such a party moves between an account in sight and one of its own that nobody reports.
--- */
-- The order within a pool is that of the pool's own statements, so each leg is looked up under its record; where a leg
-- is missing its side takes the transfer's time and no running number.
WITH touched AS (
    SELECT transfers.*
    FROM transfers
    JOIN trace_parties ON trace_parties.party_key = transfers.from_party
    WHERE transfers.day BETWEEN $from_day AND $to_day
    UNION
    SELECT transfers.*
    FROM transfers
    JOIN trace_parties ON trace_parties.party_key = transfers.to_party
    WHERE transfers.day BETWEEN $from_day AND $to_day
),

-- A pair across midnight is booked a day later on one side.
legs AS (
    SELECT record_id, booked_day, booked_at, time_precision, sequence
    FROM transactions
    WHERE booked_day BETWEEN $from_day - 1 AND $to_day + 1
),

-- An entry belongs to a pool when the pool's own statement shows it. Where that statement is missing for the day, what
-- the other side says stands in for it; where it was received and shows nothing, the other side's leg found no partner,
-- and counting it would make the pool pay twice.
visible AS (
    SELECT canonical_key, min(institution) AS institution FROM entities WHERE is_reported GROUP BY canonical_key
),

silent AS (
    SELECT institution, day FROM coverage WHERE status = 'missing' AND day BETWEEN $from_day AND $to_day
),

own_numbers AS (
    SELECT entities.account_key, entities.canonical_key, entities.party_key, entities.party_kind, entities.is_reported
    FROM entities
    JOIN trace_parties ON trace_parties.party_key = entities.party_key
)

SELECT
    touched.transfer_id AS move_id,
    touched.amount_cny AS amount,
    touched.from_party, touched.from_account, touched.from_kind,
    payers.canonical_key IS NOT NULL AND (touched.out_record IS NOT NULL OR payers_silent.day IS NOT NULL)
        AS from_visible,
    COALESCE(paid.booked_day, touched.day) AS from_day,
    CASE
        WHEN COALESCE(paid.time_precision, touched.time_precision) <> 'day'
        THEN CAST(date_diff('second', date_trunc('day', COALESCE(paid.booked_at, touched.at)),
            COALESCE(paid.booked_at, touched.at)) AS INTEGER)
    END AS from_second,
    paid.sequence AS from_sequence,
    touched.to_party, touched.to_account, touched.to_kind,
    payees.canonical_key IS NOT NULL AND (touched.in_record IS NOT NULL OR payees_silent.day IS NOT NULL)
        AS to_visible,
    COALESCE(got.booked_day, touched.day) AS to_day,
    CASE
        WHEN COALESCE(got.time_precision, touched.time_precision) <> 'day'
        THEN CAST(date_diff('second', date_trunc('day', COALESCE(got.booked_at, touched.at)),
            COALESCE(got.booked_at, touched.at)) AS INTEGER)
    END AS to_second,
    got.sequence AS to_sequence
FROM touched
LEFT JOIN legs AS paid ON paid.record_id = touched.out_record
LEFT JOIN legs AS got ON got.record_id = touched.in_record
LEFT JOIN visible AS payers ON payers.canonical_key = touched.from_account
LEFT JOIN visible AS payees ON payees.canonical_key = touched.to_account
LEFT JOIN silent AS payers_silent
    ON payers_silent.institution = payers.institution AND payers_silent.day = touched.day
LEFT JOIN silent AS payees_silent
    ON payees_silent.institution = payees.institution AND payees_silent.day = touched.day

UNION ALL

-- No transfer, since both accounts are the party's; a reversal is booked the other way round and so undoes its entry.
SELECT
    transactions.record_id,
    CASE WHEN transactions.currency = 'CNY' THEN transactions.amount END,
    near.party_key,
    CASE WHEN transactions.direction = 'out' THEN near.canonical_key ELSE far.canonical_key END,
    near.party_kind,
    transactions.direction = 'out',
    transactions.booked_day,
    CASE
        WHEN transactions.time_precision <> 'day'
        THEN CAST(date_diff('second', date_trunc('day', transactions.booked_at), transactions.booked_at) AS INTEGER)
    END,
    transactions.sequence,
    near.party_key,
    CASE WHEN transactions.direction = 'out' THEN far.canonical_key ELSE near.canonical_key END,
    near.party_kind,
    transactions.direction = 'in',
    transactions.booked_day,
    CASE
        WHEN transactions.time_precision <> 'day'
        THEN CAST(date_diff('second', date_trunc('day', transactions.booked_at), transactions.booked_at) AS INTEGER)
    END,
    transactions.sequence
FROM transactions
JOIN own_numbers AS near ON near.account_key = transactions.account_key AND near.is_reported
JOIN own_numbers AS far
    ON far.account_key = transactions.counterparty_key AND NOT far.is_reported AND far.party_key = near.party_key
WHERE transactions.booked_day BETWEEN $from_day AND $to_day AND transactions.succeeded
ORDER BY move_id
