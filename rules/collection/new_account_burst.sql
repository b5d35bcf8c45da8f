/* ---
id: new_account_burst
code: T03
version: 1
name: {zh: 新户爆发, en: New-account burst}
sectors: [bank, micro_loan, guarantee, pawn]
severity: [high, medium]
window_days: 7
lookback_days: 7
opens_alert: true
reads: [entities, transfers]
requires: [transfers]
claim:
  zh: "开户不满 {max_age_days} 天的 {account_count} 个账户（最新的开户 {account_age} 天）在 {window_days} 日内收到 {payer_count} 名自然人付款，流入共 {amount_in} 元"
  en: "{account_count} accounts opened within {max_age_days} days (the newest {account_age} days old) took in {amount_in} CNY within {window_days} days, with {payer_count} people among the payers"
explanation:
  zh: >-
    专为归集资金新开的账户，开户不久即有众多自然人付款或大额流入。年龄按每笔入账当日计算，同一控制组的几个新户合并看，
    以防轮换新户。机关与持牌机构的付款、已报送的放款不算归集。
  en: >-
    An account opened for collecting soon takes in many people or much money. Age is that of the account on the day of each
    receipt; new accounts of one control group are seen together, so that changing accounts does not hide it. Payments of public
    bodies and licensed institutions, and declared loans, are no collection.
no_data:
  zh: 收款账户的开户日期未报送、晚于入账日，或流入无法折算人民币，无从判断
  en: the opening days of the receiving accounts are not reported or lie after the receipts, or money in has no value in CNY
legal_basis:
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第八条、第十三条第三项, valid_from: 2021-05-01, valid_to: null}
  - {text: 《关于审理非法集资刑事案件具体应用法律若干问题的解释》（2022年修正）第三条，人数与金额标准用作参照, valid_from: 2022-03-01, valid_to: null}
false_positives:
  zh: 新开商户收单（见 F2）；预售房款监管账户（见 F9）；新设单位的代发工资户与一般结算户；卖房款存入新户。
  en: New shops' takings (F2), escrowed presale housing (F9), payroll and settlement accounts of new units, the price of a house paid into a new account.
blind_spots:
  zh: 启用多年前开立的旧户（见 T14）；不报送流水的银行的账户没有开户日期；经清算机构付款的人数不可见，只计金额；当日转走的同名划转不计。
  en: Old accounts put to use (T14); accounts at banks that report nothing have no opening day; payers behind clearing count by amount only; own-name moves are left out.
parameters:
  max_age_days: {value: 90, unit: days, min: 7, max: 365, why: 开户三个月内；更久则更像正常经营账户的旺季}
  min_payers: {value: 20, unit: persons, min: 5, max: 500, why: 七日二十人，新户的亲友往来远少于此}
  min_amount_in: {value: 500000, unit: CNY, min: 50000, max: 10000000, why: 追诉标准一百万元的一半}
  min_reach: {value: 1, unit: ratio, min: 0.5, max: 20, why: 人数或金额任一达到界线的倍数}
measures:
  reach: {unit: ratio, zh: 达到界线的倍数（人数或金额较高者）, en: "times the line (persons or amount, the higher)", threshold: min_reach, full: 5}
  payer_count: {unit: persons, zh: 付款自然人, en: people who paid in}
  amount_in: {unit: CNY, zh: 流入金额, en: money in}
  account_count: {unit: count, zh: 新户数, en: new accounts}
  account_age: {unit: days, zh: 最新账户的开户天数, en: age of the newest account}
  known_share: {unit: share, zh: 可判断占比, en: share that can be judged}
--- */
-- How the definition is read
-- * "bank, any firm account" names the feeds: every account whose statement is received, of people and of firms. Opening
--   days come from the bank that keeps the account; accounts seen only as a counterparty have none and are left aside.
-- * Age <= 90 d is that of the account on the day of each receipt. A receipt before the opening day contradicts itself:
--   the age is unknown. All young accounts of the control group count together.
-- * In: all money from outside the control group, cash, clearing and unnamed counterparties included (their payers are
--   nobody in particular and are not counted as people). Left out, better than the words: money of public bodies and
--   licensed institutions and declared loans, for a mortgage paid out or compensation for land is no collection.
-- * npay >= 20 OR in >= 500,000: the graver of the two quotients is the deciding measure "reach". A crowd is "high" as
--   the definition says; an amount without a crowd only "medium", for one house sold or one invoice of a new firm is
--   enough for it.
-- * Not enough data: less than 30 % of the receipts into young or undated accounts have both age and CNY value (the
--   bound of the conventions), and together they would reach the line (a receipt without value may be of any size).
--   What the known ones reach alone is a hit whatever the rest.
-- * Evaluated on days on which such an account receives.
-- Exact prune: a window of W days touches two neighbouring buckets of W days; people are at most receipts, and the sums
-- of both buckets bound the window's.
WITH watched AS (
    SELECT canonical_key, min(opened_day) AS opened_day
    FROM entities
    WHERE is_reported AND party_kind <> 'clearing'
    GROUP BY canonical_key
    HAVING COALESCE(min(opened_day), $to_day) >= $from_day - $window_days + 1 - $max_age_days
),
receipts AS (
    SELECT transfers.to_group AS group_key, transfers.day, transfers.to_account, watched.opened_day,
           CASE WHEN transfers.from_kind = 'person' THEN transfers.from_party END AS payer, transfers.amount_cny,
           transfers.out_record, transfers.in_record,
           CASE WHEN transfers.day >= watched.opened_day THEN 1 ELSE 0 END AS is_young
    FROM transfers
    JOIN watched ON watched.canonical_key = transfers.to_account
    WHERE transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day AND transfers.from_group <> transfers.to_group
      AND transfers.from_kind NOT IN ('bank', 'public', 'licensed') AND NOT transfers.is_loan
      AND (watched.opened_day IS NULL OR transfers.day <= watched.opened_day + $max_age_days)
),
buckets AS (
    SELECT group_key, day // $window_days AS bucket, count(payer) AS paying,
           CAST(sum(COALESCE(amount_cny, 0)) AS BIGINT) AS amount, count(*) - count(amount_cny) AS unvalued
    FROM receipts
    GROUP BY group_key, day // $window_days
),
candidates AS (
    SELECT DISTINCT group_key
    FROM (
        SELECT group_key, bucket, sum(paying) AS paying, sum(amount) AS amount, sum(unvalued) AS unvalued
        FROM (
            SELECT group_key, bucket, paying, amount, unvalued FROM buckets
            UNION ALL
            SELECT group_key, bucket + 1, paying, amount, unvalued FROM buckets
        ) AS neighbours
        GROUP BY group_key, bucket
    ) AS pairs
    WHERE paying >= $min_reach * $min_payers OR amount >= $min_reach * $min_amount_in OR unvalued > 0
),
scoped AS (
    -- scope 1: young for certain; scope 0: young or of unknown age
    SELECT receipts.group_key, 1 AS scope, receipts.day, receipts.payer, receipts.amount_cny, 1 AS is_young
    FROM receipts
    JOIN candidates ON candidates.group_key = receipts.group_key
    WHERE receipts.is_young = 1
    UNION ALL
    SELECT receipts.group_key, 0, receipts.day, receipts.payer, receipts.amount_cny, receipts.is_young
    FROM receipts
    JOIN candidates ON candidates.group_key = receipts.group_key
),
-- Sweep line: a payer counts from a day on for W days; the next payment, coming earlier, joins on, so nobody counts twice.
stays AS (
    SELECT group_key, scope, day AS enters,
           LEAST(day + $window_days,
                 COALESCE(LEAD(day) OVER (PARTITION BY group_key, scope, payer ORDER BY day), day + $window_days)) AS leaves
    FROM (SELECT DISTINCT group_key, scope, payer, day FROM scoped WHERE payer IS NOT NULL) AS paid
),
flows AS (
    SELECT group_key, scope, day, CAST(sum(COALESCE(amount_cny, 0)) AS BIGINT) AS amount, count(*) AS seen,
           CAST(sum(CASE WHEN is_young = 1 AND amount_cny IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS known,
           count(*) - count(amount_cny) AS unvalued
    FROM scoped
    GROUP BY group_key, scope, day
),
steps AS (
    SELECT group_key, scope, day, CAST(sum(payers) AS BIGINT) AS payers, CAST(sum(amount) AS BIGINT) AS amount,
           CAST(sum(seen) AS BIGINT) AS seen, CAST(sum(known) AS BIGINT) AS known,
           CAST(sum(unvalued) AS BIGINT) AS unvalued, max(is_trigger) AS is_trigger
    FROM (
        SELECT group_key, scope, enters AS day, 1 AS payers, 0 AS amount, 0 AS seen, 0 AS known, 0 AS unvalued,
               0 AS is_trigger
        FROM stays
        UNION ALL
        SELECT group_key, scope, leaves, -1, 0, 0, 0, 0, 0 FROM stays
        UNION ALL
        SELECT group_key, scope, day, 0, amount, seen, known, unvalued, 1 FROM flows
        UNION ALL
        SELECT group_key, scope, day + $window_days, 0, -amount, -seen, -known, -unvalued, 0 FROM flows
    ) AS changes
    GROUP BY group_key, scope, day
),
windows AS (
    SELECT group_key, scope, day AS end_day, is_trigger,
           CAST(sum(payers) OVER (
               PARTITION BY group_key, scope ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
               AS payer_count,
           CAST(sum(amount) OVER (
               PARTITION BY group_key, scope ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
               AS amount_in,
           CAST(sum(seen) OVER (
               PARTITION BY group_key, scope ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
               AS seen,
           CAST(sum(known) OVER (
               PARTITION BY group_key, scope ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
               AS known,
           CAST(sum(unvalued) OVER (
               PARTITION BY group_key, scope ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
               AS unvalued
    FROM steps
),
judged AS (
    SELECT group_key, scope, end_day, payer_count, amount_in, unvalued, CAST(known AS DOUBLE) / seen AS known_share,
           GREATEST(CAST(payer_count AS DOUBLE) / $min_payers, CAST(amount_in AS DOUBLE) / $min_amount_in) AS reach
    FROM windows
    WHERE is_trigger = 1 AND end_day BETWEEN $from_day AND $to_day
),
young AS (
    SELECT judged.group_key, judged.end_day, judged.payer_count, judged.amount_in, judged.reach,
           count(DISTINCT receipts.to_account) AS account_count,
           judged.end_day - max(receipts.opened_day) AS account_age
    FROM judged
    JOIN receipts ON receipts.group_key = judged.group_key AND receipts.is_young = 1
        AND receipts.day BETWEEN judged.end_day - $window_days + 1 AND judged.end_day
    WHERE judged.scope = 1 AND judged.reach >= $min_reach
    GROUP BY judged.group_key, judged.end_day, judged.payer_count, judged.amount_in, judged.reach
),
hits AS (
    SELECT 'group' AS subject_kind, young.group_key AS subject_id, young.end_day - $window_days + 1 AS window_from,
           young.end_day AS window_to,
           CASE WHEN young.payer_count >= $min_reach * $min_payers THEN 'high' ELSE 'medium' END AS severity, young.reach, young.payer_count, young.amount_in,
           young.account_count, young.account_age, judged.known_share
    FROM young
    JOIN judged ON judged.group_key = young.group_key AND judged.end_day = young.end_day AND judged.scope = 0
    UNION ALL
    SELECT 'group', judged.group_key, judged.end_day - $window_days + 1, judged.end_day, 'not_enough_data',
           NULL, judged.payer_count, judged.amount_in, NULL, NULL, judged.known_share
    FROM judged
    LEFT JOIN young ON young.group_key = judged.group_key AND young.end_day = judged.end_day
    WHERE judged.scope = 0 AND young.group_key IS NULL AND judged.known_share < 0.3
      AND (judged.reach >= $min_reach OR judged.unvalued > 0)
),
proof AS (
    SELECT hits.subject_id, hits.window_to, receipts.out_record, receipts.in_record
    FROM hits
    JOIN receipts ON receipts.group_key = hits.subject_id AND receipts.is_young = 1
        AND receipts.day BETWEEN hits.window_from AND hits.window_to
    WHERE hits.severity <> 'not_enough_data'
),
legs AS (
    SELECT subject_id, window_to, out_record AS record_id FROM proof WHERE out_record IS NOT NULL
    UNION ALL
    SELECT subject_id, window_to, in_record FROM proof WHERE in_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'transactions' END AS record_kind,
       COALESCE(legs.record_id, 0) AS record_id, CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'receipt' END AS role,
       hits.reach, hits.payer_count, hits.amount_in, hits.account_count, hits.account_age, hits.known_share
FROM hits
LEFT JOIN legs ON legs.subject_id = hits.subject_id AND legs.window_to = hits.window_to
