/* ---
id: party_day
doc:
  zh: 主体每日收付汇总与日终余额
  en: What a party received and paid on a day, and its balance at the end of it
partition: day
amended:
  keys: amended_party_days
  by: [party_key, day]
  reads: {transfers: transfers_of_party_days, transactions: entries_of_party_days}
  days: [amended_party_days, day]
reads: [transfers, transactions, entities, reference_fx]
--- */
-- Group and kind belong to the party, so those of any of its transfers will do.
WITH received AS (
    SELECT
        to_party AS party_key, any_value(to_group) AS group_key, any_value(to_kind) AS party_kind, day,
        sum(amount_cny) AS cny,
        sum(CASE WHEN from_kind = 'person' THEN amount_cny END) AS person_cny,
        sum(CASE WHEN is_cash THEN amount_cny END) AS cash_cny,
        count(*) AS transfers,
        count(amount_cny) AS valued
    FROM transfers
    WHERE day BETWEEN $first_day AND $last_day AND to_party <> 0
    GROUP BY to_party, day
),

paid AS (
    SELECT
        from_party AS party_key, any_value(from_group) AS group_key, any_value(from_kind) AS party_kind, day,
        sum(amount_cny) AS cny,
        sum(CASE WHEN to_kind = 'person' THEN amount_cny END) AS person_cny,
        sum(CASE WHEN is_cash THEN amount_cny END) AS cash_cny,
        count(*) AS transfers,
        count(amount_cny) AS valued
    FROM transfers
    WHERE day BETWEEN $first_day AND $last_day AND from_party <> 0
    GROUP BY from_party, day
),

moved AS (
    SELECT
        COALESCE(received.group_key, paid.group_key) AS group_key,
        COALESCE(received.party_key, paid.party_key) AS party_key,
        COALESCE(received.party_kind, paid.party_kind) AS party_kind,
        COALESCE(received.day, paid.day) AS day,
        CAST(COALESCE(received.cny, 0) AS BIGINT) AS in_cny,
        CAST(COALESCE(paid.cny, 0) AS BIGINT) AS out_cny,
        CAST(COALESCE(received.person_cny, 0) AS BIGINT) AS person_in_cny,
        CAST(COALESCE(paid.person_cny, 0) AS BIGINT) AS person_out_cny,
        CAST(COALESCE(received.cash_cny, 0) AS BIGINT) AS cash_in_cny,
        CAST(COALESCE(paid.cash_cny, 0) AS BIGINT) AS cash_out_cny,
        CAST(COALESCE(received.transfers, 0) AS INTEGER) AS in_count,
        CAST(COALESCE(paid.transfers, 0) AS INTEGER) AS out_count,
        CAST(
            COALESCE(received.transfers - received.valued, 0) + COALESCE(paid.transfers - paid.valued, 0) AS INTEGER
        ) AS unvalued_count
    FROM received
    FULL JOIN paid ON paid.party_key = received.party_key AND paid.day = received.day
),

-- The last balance stated on the day by each account; the low bits of the record settle a shared sequence number.
last_balances AS (
    SELECT
        entities.canonical_key,
        transactions.currency,
        transactions.booked_day AS day,
        any_value(entities.party_key) AS party_key,
        arg_max(
            transactions.balance,
            transactions.sequence * CAST(4294967296 AS BIGINT) + transactions.record_id % 4294967296
        ) AS balance
    FROM transactions
    JOIN entities ON entities.account_key = transactions.account_key
    WHERE transactions.booked_day BETWEEN $first_day AND $last_day
        AND transactions.succeeded AND transactions.balance IS NOT NULL
    GROUP BY entities.canonical_key, transactions.currency, transactions.booked_day
),

rates AS (
    SELECT currency, day, cny_micro
    FROM (
        SELECT
            abroad.currency, abroad.day, reference_fx.cny_micro,
            row_number() OVER (
                PARTITION BY abroad.currency, abroad.day
                ORDER BY reference_fx.valid_from_day DESC, reference_fx.cny_micro
            ) AS place
        FROM (SELECT DISTINCT currency, day FROM last_balances WHERE currency <> 'CNY') AS abroad
        JOIN reference_fx
            ON reference_fx.currency = abroad.currency
            AND abroad.day BETWEEN reference_fx.valid_from_day AND reference_fx.valid_to_day
    ) AS ranked
    WHERE place = 1
),

valued AS (
    SELECT party_key, day, balance FROM last_balances WHERE currency = 'CNY'
    UNION ALL
    -- NULL without a rate. Rounded half up; split so that no product leaves 64 bits.
    SELECT
        abroad.party_key,
        abroad.day,
        abroad.balance // 1000000 * rates.cny_micro + (abroad.balance % 1000000 * rates.cny_micro + 500000) // 1000000
    FROM last_balances AS abroad
    LEFT JOIN rates ON rates.currency = abroad.currency AND rates.day = abroad.day
    WHERE abroad.currency <> 'CNY'
),

-- One balance without a value leaves the party's unknown.
closing AS (
    SELECT
        party_key,
        day,
        CASE WHEN count(*) = count(balance) THEN CAST(sum(balance) AS BIGINT) END AS balance
    FROM valued
    GROUP BY party_key, day
)

SELECT
    moved.group_key,
    moved.party_key,
    moved.party_kind,
    moved.day,
    moved.in_cny,
    moved.out_cny,
    moved.person_in_cny,
    moved.person_out_cny,
    moved.cash_in_cny,
    moved.cash_out_cny,
    moved.in_count,
    moved.out_count,
    moved.unvalued_count,
    closing.balance AS closing_balance
FROM moved
LEFT JOIN closing ON closing.party_key = moved.party_key AND closing.day = moved.day
