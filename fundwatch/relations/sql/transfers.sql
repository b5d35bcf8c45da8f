/* ---
id: transfers
doc:
  zh: 两个主体之间的资金转移：双方机构各报一次的合为一条，失败、冲补抹及其所冲销的、同一主体账户间的划转不计
  en: >-
    Money moved between two parties: what both sides' institutions report becomes one edge; failed entries, reversals
    with what they undo, and moves between accounts of one party are out
partition: day
amended:
  keys: transfers_of_moved
  by: [transfer_id, day]
  reads: {transactions: moved_entries}
  days: [moved_entries, booked_day]
  is_exact: true
reads: [transactions, entities, loans, loan_flows, reference_fx, reference_lexicon]
--- */
-- Pairing is one-to-one within (from, to, amount, currency): first within five minutes, then across midnight, then
-- within the day, the k-th leg with the k-th in time order. Nearly every group has one leg a side at most and is joined
-- as it is; only the rest (`crowded`, found by a hash aggregate) is ranked in windows. That is exact: a group left out
-- has nothing to choose from. Every step looks one day around at most, so days built alone equal the same days of a
-- longer run.
WITH undoing AS (
    SELECT DISTINCT
        account_key, COALESCE(counterparty_key, 0) AS counterparty_key, amount, currency,
        CASE WHEN direction = 'in' THEN 'out' ELSE 'in' END AS direction
    FROM transactions
    WHERE is_reversal AND succeeded AND booked_day BETWEEN $first_day - 1 AND $last_day + 11
),

-- Entries and reversals of one amount nest like brackets: an entry at depth n is undone by the next reversal that
-- leaves depth n. Depth alternates entry, reversal, entry …, so the entry undone is the row just before in its depth.
nested AS (
    SELECT
        entries.record_id, entries.account_key, entries.counterparty_key, entries.amount, entries.currency,
        entries.booked_day, entries.sequence, entries.booked_at, entries.is_reversal, undoing.direction,
        sum(CASE WHEN entries.is_reversal THEN -1 ELSE 1 END) OVER (
            PARTITION BY undoing.account_key, undoing.counterparty_key, undoing.amount, undoing.currency, undoing.direction
            ORDER BY entries.booked_day, entries.sequence, entries.booked_at, entries.record_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) + CASE WHEN entries.is_reversal THEN 1 ELSE 0 END AS depth
    FROM transactions AS entries
    JOIN undoing
        ON undoing.account_key = entries.account_key
        AND undoing.amount = entries.amount
        AND undoing.counterparty_key = COALESCE(entries.counterparty_key, 0)
        AND undoing.currency = entries.currency
        AND (undoing.direction = entries.direction) <> entries.is_reversal
    WHERE entries.succeeded AND entries.booked_day BETWEEN $first_day - 1 AND $last_day + 11
),

undone AS (
    SELECT record_id
    FROM (
        SELECT
            record_id, is_reversal, booked_day,
            lead(is_reversal) OVER (
                PARTITION BY account_key, COALESCE(counterparty_key, 0), amount, currency, direction, depth
                ORDER BY booked_day, sequence, booked_at, record_id
            ) AS next_is_reversal,
            lead(booked_day) OVER (
                PARTITION BY account_key, COALESCE(counterparty_key, 0), amount, currency, direction, depth
                ORDER BY booked_day, sequence, booked_at, record_id
            ) AS next_day
        FROM nested
    ) AS followed
    WHERE NOT is_reversal AND next_is_reversal AND next_day - booked_day <= 10
),

-- Only what the bank itself writes is read for its own entries; a remark is the customer's word.
bank_summaries AS (
    SELECT
        said.summary,
        min(reference_lexicon.valid_from_day) AS valid_from_day,
        max(reference_lexicon.valid_to_day) AS valid_to_day
    FROM (
        SELECT DISTINCT summary
        FROM transactions
        WHERE counterparty_key IS NULL AND NOT COALESCE(is_cash, FALSE)
            AND booked_day BETWEEN $first_day - 1 AND $last_day + 1
    ) AS said
    JOIN reference_lexicon
        ON reference_lexicon.class = 'bank_entry' AND contains(said.summary, reference_lexicon.term)
    GROUP BY said.summary
),

entries AS (
    SELECT
        record_id, account_key, booked_day, booked_at, time_precision, sequence, amount, currency,
        -- A layout that cannot speak of cash must not lose the bank's own entries: what is not known as cash is none.
        COALESCE(is_cash, FALSE) AS is_cash, channel, merchant_no, summary, remark,
        direction = 'out' AS is_out,
        counterparty_key IS NULL OR (is_cash AND counterparty_key = account_key) AS is_numberless,
        CASE
            WHEN is_cash AND (counterparty_key IS NULL OR counterparty_key = account_key) THEN 0
            WHEN counterparty_key IS NOT NULL THEN counterparty_key
            WHEN COALESCE(counterparty_token, counterparty_name) IS NULL THEN 0
            ELSE CAST('0x' || substr(md5(COALESCE(
                counterparty_token, 'name|' || CAST(account_key AS VARCHAR) || '|' || counterparty_name)), 1, 15)
                AS BIGINT)
        END AS far_key
    FROM transactions
    WHERE booked_day BETWEEN $first_day - 1 AND $last_day + 1
        AND succeeded
        AND NOT is_reversal
        AND NOT EXISTS (SELECT 1 FROM undone WHERE undone.record_id = transactions.record_id)
),

legs AS (
    SELECT
        entries.record_id, entries.booked_day, entries.booked_at, entries.time_precision, entries.sequence,
        entries.amount, entries.currency, entries.is_cash, entries.channel, entries.merchant_no, entries.summary,
        entries.remark, entries.is_out, entries.is_numberless,
        CASE WHEN entries.is_out THEN near.canonical_key ELSE COALESCE(far.canonical_key, 0) END AS from_account,
        CASE WHEN entries.is_out THEN COALESCE(far.canonical_key, 0) ELSE near.canonical_key END AS to_account,
        COALESCE(far.is_reported, FALSE) AS is_pairable
    FROM entries
    JOIN entities AS near ON near.account_key = entries.account_key
    LEFT JOIN entities AS far ON far.account_key = entries.far_key
    WHERE near.party_key <> COALESCE(far.party_key, 0)
),

-- Seconds since midnight; NULL where the bank states the day only.
pairable AS (
    SELECT
        record_id, is_out, from_account, to_account, amount, currency, booked_day, booked_at, sequence,
        CASE
            WHEN time_precision <> 'day'
            THEN CAST(date_diff('second', date_trunc('day', booked_at), booked_at) AS INTEGER)
        END AS second
    FROM legs
    WHERE is_pairable
),

-- A group leaves nothing to choose when it has one leg a side at most and none within five minutes of midnight: the
-- weights sum to 1, 30 or 31. (So do 30 or 31 legs of one side alone, which have nobody to choose either.)
crowded AS (
    SELECT from_account, to_account, amount, currency, booked_day
    FROM pairable
    GROUP BY from_account, to_account, amount, currency, booked_day
    HAVING sum(CASE WHEN second <= 300 OR second >= 86100 THEN 1000 WHEN is_out THEN 1 ELSE 30 END) NOT IN (1, 30, 31)
),

crowd AS (
    SELECT pairable.*
    FROM pairable
    JOIN crowded
        ON crowded.from_account = pairable.from_account
        AND crowded.to_account = pairable.to_account
        AND crowded.amount = pairable.amount
        AND crowded.currency = pairable.currency
        AND crowded.booked_day = pairable.booked_day
),

-- First: bursts of legs less than five minutes apart.
gaps AS (
    SELECT
        crowd.*,
        CASE
            WHEN second - lag(second) OVER (
                PARTITION BY from_account, to_account, amount, currency, booked_day, second IS NULL
                ORDER BY second, record_id
            ) <= 300 THEN 0
            ELSE 1
        END AS starts_burst
    FROM crowd
),

bursts AS (
    SELECT
        gaps.*,
        sum(starts_burst) OVER (
            PARTITION BY from_account, to_account, amount, currency, booked_day, second IS NULL
            ORDER BY second, record_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS burst
    FROM gaps
),

burst_places AS (
    SELECT
        bursts.*,
        row_number() OVER (
            PARTITION BY from_account, to_account, amount, currency, booked_day, second IS NULL, burst, is_out
            ORDER BY booked_at, sequence, record_id
        ) AS burst_place
    FROM bursts
),

after_bursts AS (
    SELECT
        burst_places.*,
        second IS NOT NULL AND count(*) OVER (
            PARTITION BY from_account, to_account, amount, currency, booked_day, second IS NULL, burst, burst_place
        ) = 2 AS by_burst,
        -- The midnight a leg lies within five minutes of, named by the day it opens.
        CASE WHEN second >= 86100 THEN booked_day + 1 WHEN second <= 300 THEN booked_day END AS midnight,
        -- A leg before midnight meets legs of the other side after it.
        is_out = (second >= 86100) AS leads_out
    FROM burst_places
),

-- Second: what is left on the two sides of a midnight.
midnight_places AS (
    SELECT
        after_bursts.*,
        row_number() OVER (
            PARTITION BY from_account, to_account, amount, currency, midnight, by_burst, leads_out, is_out
            ORDER BY booked_at, sequence, record_id
        ) AS midnight_place
    FROM after_bursts
),

after_midnights AS (
    SELECT
        midnight_places.*,
        midnight IS NOT NULL AND NOT by_burst
            AND count(*) OVER (
                PARTITION BY from_account, to_account, amount, currency, midnight, by_burst, leads_out, midnight_place
            ) = 2
            AND max(booked_day * CAST(86400 AS BIGINT) + second) OVER (
                PARTITION BY from_account, to_account, amount, currency, midnight, by_burst, leads_out, midnight_place
            ) - min(booked_day * CAST(86400 AS BIGINT) + second) OVER (
                PARTITION BY from_account, to_account, amount, currency, midnight, by_burst, leads_out, midnight_place
            ) <= 300 AS by_midnight
    FROM midnight_places
),

-- Third: what is left of the day. A place no leg of the other side shares simply finds no partner in the join below.
slots AS (
    SELECT
        record_id,
        CASE WHEN by_midnight THEN midnight ELSE booked_day END AS slot_day,
        -- Which step pairs the leg, which of its bursts or directions, which place in it (six digits).
        CASE
            WHEN by_burst THEN 10000000000000 + burst * 1000000 + burst_place
            WHEN by_midnight THEN 20000000000000 + CASE WHEN leads_out THEN 1000000 ELSE 0 END + midnight_place
            ELSE 30000000000000 + row_number() OVER (
                PARTITION BY from_account, to_account, amount, currency, booked_day, by_burst, by_midnight, is_out
                ORDER BY booked_at, sequence, record_id
            )
        END AS slot
    FROM after_midnights
),

moves AS (
    SELECT
        paid.record_id AS out_record,
        got.record_id AS in_record,
        COALESCE(paid.booked_day, got.booked_day) AS day,
        COALESCE(paid.booked_at, got.booked_at) AS at,
        COALESCE(paid.time_precision, got.time_precision) AS time_precision,
        COALESCE(paid.sequence, got.sequence) AS sequence,
        COALESCE(paid.from_account, got.from_account) AS from_account,
        COALESCE(paid.to_account, got.to_account) AS to_account,
        COALESCE(paid.amount, got.amount) AS amount,
        COALESCE(paid.currency, got.currency) AS currency,
        COALESCE(paid.is_cash, got.is_cash) AS is_cash,
        COALESCE(paid.channel, got.channel) AS channel,
        COALESCE(paid.merchant_no, got.merchant_no) AS merchant_no,
        COALESCE(paid.summary, got.summary) AS summary,
        COALESCE(paid.remark, got.remark) AS remark,
        'unknown' AS void_kind
    FROM (
        SELECT legs.*, COALESCE(slots.slot_day, legs.booked_day) AS slot_day, CAST(COALESCE(slots.slot, 0) AS BIGINT) AS slot
        FROM legs
        LEFT JOIN slots ON slots.record_id = legs.record_id
        WHERE legs.is_pairable AND legs.is_out
    ) AS paid
    FULL JOIN (
        SELECT legs.*, COALESCE(slots.slot_day, legs.booked_day) AS slot_day, CAST(COALESCE(slots.slot, 0) AS BIGINT) AS slot
        FROM legs
        LEFT JOIN slots ON slots.record_id = legs.record_id
        WHERE legs.is_pairable AND NOT legs.is_out
    ) AS got
        ON got.from_account = paid.from_account
        AND got.to_account = paid.to_account
        AND got.amount = paid.amount
        AND got.currency = paid.currency
        AND got.slot_day = paid.slot_day
        AND got.slot = paid.slot

    UNION ALL

    -- What no second statement can repeat is a transfer as it stands.
    SELECT
        CASE WHEN legs.is_out THEN legs.record_id END AS out_record,
        CASE WHEN NOT legs.is_out THEN legs.record_id END AS in_record,
        legs.booked_day, legs.booked_at, legs.time_precision, legs.sequence,
        CASE WHEN bank_summaries.summary IS NULL OR legs.is_out THEN legs.from_account ELSE 0 END AS from_account,
        CASE WHEN bank_summaries.summary IS NULL OR NOT legs.is_out THEN legs.to_account ELSE 0 END AS to_account,
        legs.amount, legs.currency, legs.is_cash, legs.channel, legs.merchant_no, legs.summary, legs.remark,
        CASE WHEN bank_summaries.summary IS NOT NULL THEN 'bank' WHEN legs.is_cash THEN 'cash' ELSE 'unknown' END
            AS void_kind
    FROM legs
    LEFT JOIN bank_summaries
        ON legs.is_numberless AND NOT legs.is_cash
        AND bank_summaries.summary = legs.summary
        AND legs.booked_day BETWEEN bank_summaries.valid_from_day AND bank_summaries.valid_to_day
    WHERE NOT legs.is_pairable
),

rates AS (
    SELECT currency, day, cny_micro
    FROM (
        SELECT
            abroad.currency, abroad.booked_day AS day, reference_fx.cny_micro,
            row_number() OVER (
                PARTITION BY abroad.currency, abroad.booked_day
                ORDER BY reference_fx.valid_from_day DESC, reference_fx.cny_micro
            ) AS place
        FROM (
            SELECT DISTINCT currency, booked_day
            FROM transactions
            WHERE currency <> 'CNY' AND booked_day BETWEEN $first_day AND $last_day
        ) AS abroad
        JOIN reference_fx
            ON reference_fx.currency = abroad.currency
            AND abroad.booked_day BETWEEN reference_fx.valid_from_day AND reference_fx.valid_to_day
    ) AS ranked
    WHERE place = 1
),

declared AS (
    SELECT loans.institution, loans.receiving_account_key AS customer_key, TRUE AS is_lent, loans.principal AS amount,
        loans.disbursed_day AS day
    FROM loans
    UNION ALL
    SELECT loan_flows.institution, loan_flows.payer_account_key, FALSE,
        COALESCE(loan_flows.paid_principal, 0) + COALESCE(loan_flows.paid_interest, 0)
            + COALESCE(loan_flows.paid_fees, 0),
        loan_flows.flow_day
    FROM loan_flows
    WHERE loan_flows.flow_type = 'repayment'
),

-- A firm has a handful of accounts, so the declared moves can be spelled out by both accounts and day.
loan_moves AS (
    SELECT DISTINCT
        CASE WHEN declared.is_lent THEN firm.canonical_key ELSE customer.canonical_key END AS from_account,
        CASE WHEN declared.is_lent THEN customer.canonical_key ELSE firm.canonical_key END AS to_account,
        declared.amount,
        declared.day + shifts.shift AS day
    FROM declared
    JOIN entities AS customer ON customer.account_key = declared.customer_key
    JOIN entities AS firm ON firm.firm_institution = declared.institution AND firm.account_key = firm.canonical_key
    CROSS JOIN (VALUES (-3), (-2), (-1), (0), (1), (2), (3)) AS shifts(shift)
    WHERE declared.day BETWEEN $first_day - 3 AND $last_day + 3
)

SELECT
    COALESCE(moves.out_record, moves.in_record) AS transfer_id,
    moves.day,
    moves.at,
    moves.time_precision,
    moves.sequence,
    moves.from_account,
    moves.to_account,
    COALESCE(payer.party_key, 0) AS from_party,
    COALESCE(payee.party_key, 0) AS to_party,
    COALESCE(payer.group_key, 0) AS from_group,
    COALESCE(payee.group_key, 0) AS to_group,
    COALESCE(payer.party_kind, moves.void_kind) AS from_kind,
    COALESCE(payee.party_kind, moves.void_kind) AS to_kind,
    moves.amount,
    moves.currency,
    -- Rounded half up; split so that no product leaves 64 bits.
    CASE
        WHEN moves.currency = 'CNY' THEN moves.amount
        ELSE moves.amount // 1000000 * rates.cny_micro + (moves.amount % 1000000 * rates.cny_micro + 500000) // 1000000
    END AS amount_cny,
    CASE WHEN moves.out_record IS NOT NULL AND moves.in_record IS NOT NULL THEN 2 ELSE 1 END AS legs,
    moves.out_record,
    moves.in_record,
    moves.is_cash,
    loan_moves.day IS NOT NULL AS is_loan,
    moves.channel,
    moves.merchant_no,
    COALESCE(moves.summary || ' ' || moves.remark, moves.summary, moves.remark) AS remark
FROM moves
LEFT JOIN entities AS payer ON payer.account_key = moves.from_account
LEFT JOIN entities AS payee ON payee.account_key = moves.to_account
LEFT JOIN rates ON rates.currency = moves.currency AND rates.day = moves.day
LEFT JOIN loan_moves
    ON loan_moves.from_account = moves.from_account
    AND loan_moves.to_account = moves.to_account
    AND loan_moves.amount = moves.amount
    AND loan_moves.day = moves.day
WHERE moves.day BETWEEN $first_day AND $last_day
