/* ---
id: principal_day
doc:
  zh: 控制组与组外自然人之间的本金与返还：自双向有款之日起，每日存入、付出、付款前本金、返还比例与复投
  en: Principal and returns between a control group and a person outside it, from the day on which money has gone both ways
partition: day
amended:
  keys: amended_principals
  by: [group_key, person_key]
  reads: {pair_day: pair_days_of_principals}
  days: [pair_days_of_principals, day]
also_touched: [later_days_of_pairs]
joins_days: 31                     # one query reads all the history, for one day or for many
narrowed: {pair_day: history_of_pairs}
reads: [pair_day, reference_calendar]
--- */
-- One row per (group, person, day) on which money went either way, from the day on which money had gone both ways.
-- Pairs with one direction only (payroll, shopping, fees) have no principal that anything was paid on: they are most
-- of all pairs and leave no row. Everything in a row is known on the evening of its day; nothing later is read.
--
-- * The pair is (control group, person): the account that pays may differ from the one that collects.
-- * Money counts from 430 days before the first day of the row's month on: a window of 400 days and a month. What was
--   put in before is not seen; a contract that has run for longer shows by its top-ups and renewals only.
-- * principal = put in less principal returned, on the evening before the day: a deposit of the same day has not
--   earned yet. A payout of at least half of the principal returns principal. The definition is recursive; two
--   set-based passes stand for it: payouts >= 1/2 of all put in, then payouts >= 1/2 of what the first pass leaves.
--   Since principal <= all put in, both find true repayments only; they differ from the recursion for persons who were
--   repaid and came back many times (from the fourth equal round on), whose principal is then too high.
-- * Interest deducted up front (95,000 arrives for 100,000): principal is kept a second and a third time with each
--   deposit rounded up to the next 1,000 and 10,000 where the difference is at most 15 % of the result, one period's
--   return. Which of the three explains the rates best is for the rule to say, who sees all pairs of the group.
-- * A rollover is the day on which what was put in since the last payout (of the same day only if not before it)
--   reaches 95 % of that payout, at most three days after it.
-- * late_days and early_days: days off just before and just after a working day, by which a due date may have been
--   moved to this day. A day off itself was not moved to.
WITH put_in AS (
    SELECT to_group AS group_key, from_party AS person_key, day, amount_cny, last_at
    FROM pair_day
    WHERE day BETWEEN $month_first_day - 430 AND $last_day AND from_kind = 'person' AND to_kind <> 'clearing'
        AND to_group <> 0 AND from_group <> to_group
),

paid_out AS (
    SELECT from_group AS group_key, to_party AS person_key, day, amount_cny, first_at
    FROM pair_day
    WHERE day BETWEEN $month_first_day - 430 AND $last_day AND to_kind = 'person' AND from_kind <> 'clearing'
        AND from_group <> 0 AND from_group <> to_group
),

-- Something in these days, and both ways. In a night pair_day is narrowed to the pairs of its days beforehand.
pairs AS (
    SELECT group_key, person_key
    FROM put_in
    WHERE day >= $first_day AND EXISTS (
        SELECT 1
        FROM paid_out
        WHERE paid_out.group_key = put_in.group_key AND paid_out.person_key = put_in.person_key
    )
    UNION
    SELECT group_key, person_key
    FROM paid_out
    WHERE day >= $first_day AND EXISTS (
        SELECT 1
        FROM put_in
        WHERE put_in.group_key = paid_out.group_key AND put_in.person_key = paid_out.person_key
    )
),

both_ways AS (
    SELECT
        put_in.group_key, put_in.person_key, put_in.day,
        put_in.amount_cny AS deposit, CAST(0 AS BIGINT) AS payout,
        1 AS deposits, 0 AS payouts, put_in.last_at AS deposit_at, CAST(NULL AS TIMESTAMP) AS payout_at
    FROM put_in
    JOIN pairs ON pairs.group_key = put_in.group_key AND pairs.person_key = put_in.person_key
    UNION ALL
    SELECT
        paid_out.group_key, paid_out.person_key, paid_out.day,
        CAST(0 AS BIGINT), paid_out.amount_cny, 0, 1, CAST(NULL AS TIMESTAMP), paid_out.first_at
    FROM paid_out
    JOIN pairs ON pairs.group_key = paid_out.group_key AND pairs.person_key = paid_out.person_key
),

flows AS (
    SELECT
        group_key, person_key, day,
        CAST(COALESCE(sum(deposit), 0) AS BIGINT) AS deposit,
        CAST(COALESCE(sum(payout), 0) AS BIGINT) AS payout,
        max(deposits) AS collects,
        max(payouts) AS pays,
        max(CASE WHEN deposit IS NULL OR payout IS NULL THEN 1 ELSE 0 END) AS unvalued,
        max(deposit_at) AS deposit_at,
        min(payout_at) AS payout_at
    FROM both_ways
    GROUP BY group_key, person_key, day
),

rounded AS (
    SELECT
        *,
        CASE WHEN pays = 1 AND collects = 1 AND deposit_at < payout_at THEN deposit ELSE 0 END AS deposit_first,
        CASE
            WHEN 1000 * ((deposit + 99999) // 100000 * 100000 - deposit) <= 150 * ((deposit + 99999) // 100000 * 100000)
            THEN (deposit + 99999) // 100000 * 100000 ELSE deposit
        END AS deposit_1000,
        CASE
            WHEN 1000 * ((deposit + 999999) // 1000000 * 1000000 - deposit)
                <= 150 * ((deposit + 999999) // 1000000 * 1000000)
            THEN (deposit + 999999) // 1000000 * 1000000 ELSE deposit
        END AS deposit_10000
    FROM flows
),

added_up AS (
    SELECT
        *,
        COALESCE(CAST(sum(deposit) OVER earlier AS BIGINT), 0) AS before,
        COALESCE(CAST(sum(deposit_1000) OVER earlier AS BIGINT), 0) AS before_1000,
        COALESCE(CAST(sum(deposit_10000) OVER earlier AS BIGINT), 0) AS before_10000,
        max(CASE WHEN pays = 1 THEN day END) OVER earlier AS previous_payout_day,
        max(collects) OVER until_now AS has_collected,
        max(pays) OVER until_now AS has_paid,
        max(unvalued) OVER until_now AS has_unvalued
    FROM rounded
    WINDOW
        earlier AS (
            PARTITION BY group_key, person_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ),
        until_now AS (
            PARTITION BY group_key, person_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
),

first_pass AS (
    SELECT
        *,
        before - COALESCE(CAST(sum(
            CASE WHEN before > 0 AND 2 * payout >= before THEN LEAST(payout, before) ELSE 0 END
        ) OVER earlier AS BIGINT), 0) AS upper,
        before_1000 - COALESCE(CAST(sum(
            CASE WHEN before_1000 > 0 AND 2 * payout >= before_1000 THEN LEAST(payout, before_1000) ELSE 0 END
        ) OVER earlier AS BIGINT), 0) AS upper_1000,
        before_10000 - COALESCE(CAST(sum(
            CASE WHEN before_10000 > 0 AND 2 * payout >= before_10000 THEN LEAST(payout, before_10000) ELSE 0 END
        ) OVER earlier AS BIGINT), 0) AS upper_10000,
        -- sums of deposits never fall, so the largest one seen at a payout is that of the last payout
        max(CASE WHEN pays = 1 THEN before + deposit_first END) OVER until_now AS before_last_payout,
        max(CASE WHEN pays = 1 THEN day END) OVER until_now AS last_payout_day,
        LAST_VALUE(CASE WHEN pays = 1 THEN payout END IGNORE NULLS) OVER until_now AS last_payout
    FROM added_up
    WINDOW
        earlier AS (
            PARTITION BY group_key, person_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ),
        until_now AS (
            PARTITION BY group_key, person_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        )
),

second_pass AS (
    SELECT
        *,
        before - COALESCE(CAST(sum(
            CASE WHEN upper > 0 AND 2 * payout >= upper THEN LEAST(payout, upper) ELSE 0 END
        ) OVER earlier AS BIGINT), 0) AS principal,
        before_1000 - COALESCE(CAST(sum(
            CASE WHEN upper_1000 > 0 AND 2 * payout >= upper_1000 THEN LEAST(payout, upper_1000) ELSE 0 END
        ) OVER earlier AS BIGINT), 0) AS principal_1000,
        before_10000 - COALESCE(CAST(sum(
            CASE WHEN upper_10000 > 0 AND 2 * payout >= upper_10000 THEN LEAST(payout, upper_10000) ELSE 0 END
        ) OVER earlier AS BIGINT), 0) AS principal_10000
    FROM first_pass
    WINDOW earlier AS (
        PARTITION BY group_key, person_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),

working_days AS (
    SELECT
        day,
        day - lag(day) OVER (ORDER BY day) - 1 AS late_days,
        lead(day) OVER (ORDER BY day) - day - 1 AS early_days
    FROM reference_calendar
    WHERE is_workday AND day BETWEEN $first_day - 30 AND $last_day + 30
)

SELECT
    second_pass.group_key,
    second_pass.person_key,
    second_pass.day,
    second_pass.deposit AS deposit_cny,
    second_pass.payout AS payout_cny,
    second_pass.before AS put_in_cny,
    second_pass.principal AS principal_cny,
    second_pass.principal_1000 AS principal_1000_cny,
    second_pass.principal_10000 AS principal_10000_cny,
    CASE
        WHEN second_pass.principal > 0 AND 2 * second_pass.payout >= second_pass.principal
        THEN LEAST(second_pass.payout, second_pass.principal) ELSE 0
    END AS repaid_cny,
    -- parts per million, rounded to the nearest; a repayment has no rate
    CASE
        WHEN second_pass.principal > 0 AND second_pass.payout > 0 AND 2 * second_pass.payout < second_pass.principal
        THEN CAST((second_pass.payout * 1000000 + second_pass.principal // 2) // second_pass.principal AS INTEGER)
    END AS rate_ppm,
    second_pass.previous_payout_day,
    second_pass.last_payout_day,
    second_pass.last_payout AS last_payout_cny,
    second_pass.before + second_pass.deposit - second_pass.before_last_payout AS put_in_since_cny,
    COALESCE(
        second_pass.last_payout > 0 AND second_pass.day - second_pass.last_payout_day <= 3
        AND 100 * (second_pass.before + second_pass.deposit - second_pass.before_last_payout)
            >= 95 * second_pass.last_payout
        AND (
            second_pass.pays = 1
            OR 100 * (second_pass.before - second_pass.before_last_payout) < 95 * second_pass.last_payout
        ),
        FALSE
    ) AS is_rollover,
    COALESCE(working_days.late_days, 0) AS late_days,
    COALESCE(working_days.early_days, 0) AS early_days,
    second_pass.has_unvalued = 1 AS is_unvalued
FROM second_pass
LEFT JOIN working_days ON working_days.day = second_pass.day
WHERE second_pass.day BETWEEN $first_day AND $last_day AND second_pass.has_collected = 1 AND second_pass.has_paid = 1
