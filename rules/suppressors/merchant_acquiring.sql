/* ---
id: merchant_acquiring
code: F2
version: 1
name: {zh: 商户收单, en: Merchant acquiring}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 90
lookback_days: 90
factor: 0.3
expires_days: 180
applies_to: [T01, T03, T05, T07, T10, T13, T20]
reads: [reference_calendar, transfers]
claim:
  zh: "{window_days} 日内经支付机构收单 {entry_count} 笔，中位数 {median_amount} 元，整百占 {round_share}，占流入的 {explained_share}"
  en: "Within {window_days} days {entry_count} card or wallet takings, median {median_amount} CNY, {round_share} of them round hundreds, {explained_share} of the inflow"
explanation:
  zh: 流入主要是带商户号、来自清算对手的小额零散收款，金额多为非整数，与日常经营收银一致。
  en: Inflow is mostly small, odd amounts from clearing counterparties with a merchant number, as shop takings are.
false_positives:
  zh: 用收单码收取小额投资款；刷单套现。
  en: Small investments collected by payment code; cash-out through sham sales.
blind_spots:
  zh: 收单机构按日合并结算的大额入账；商户号缺失。
  en: Acquirers that settle a whole day in one large entry; missing merchant numbers.
parameters:
  min_entries: {value: 20, unit: count, min: 1, max: 1000, why: 少于二十笔看不出经营收银}
  max_median: {value: 1000, unit: CNY, min: 10, max: 100000, why: 零售单笔多在千元以下（不含本数）}
  max_round_share: {value: 0.5, unit: share, min: 0, max: 1, why: 零售金额多为非整百；投资款多为整百整千}
  min_explained_share: {value: 0.5, unit: share, min: 0.1, max: 1, why: 收单须占流入一半以上，否则不能解释其余流入}
measures:
  entry_count: {unit: count, zh: 收单笔数, en: takings}
  amount_in: {unit: CNY, zh: 收单金额, en: amount taken}
  median_amount: {unit: CNY, zh: 中位数, en: median}
  round_share: {unit: share, zh: 整百占比, en: share of round hundreds}
  explained_share: {unit: share, zh: 占流入比例, en: share of inflow}
--- */
-- How the definition is read
-- * Takings: credits from a clearing counterparty that carry a merchant number. Inflow: everything from outside the
--   control group, cash included. Takings must be at least half of it (by amount): a shop beside a scheme explains
--   the shop only.
-- * Median strictly below 1,000 (mean of the middle two, rounded down to the fen); round: divisible by 100 元.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
inflows AS (
    SELECT transfers.to_group AS group_key, transfers.transfer_id, transfers.day, transfers.amount_cny,
           transfers.out_record, transfers.in_record,
           CASE
               WHEN transfers.from_kind = 'clearing' AND COALESCE(transfers.merchant_no, '') <> '' THEN 1 ELSE 0
           END AS taking
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.to_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
seen AS (
    SELECT evenings.end_day, inflows.*
    FROM evenings
    JOIN inflows ON inflows.group_key = evenings.group_key
        AND inflows.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
),
totals AS (
    SELECT group_key, end_day, CAST(sum(amount_cny) AS BIGINT) AS amount_in,
           CAST(sum(taking * amount_cny) AS BIGINT) AS taken, CAST(sum(taking) AS BIGINT) AS entry_count,
           CAST(sum(CASE WHEN taking = 1 AND amount_cny % 10000 = 0 THEN 1 ELSE 0 END) AS BIGINT) AS round_count
    FROM seen
    GROUP BY group_key, end_day
    HAVING sum(taking) >= $min_entries
),
ranked AS (
    SELECT seen.group_key, seen.end_day, seen.amount_cny, totals.entry_count,
           row_number() OVER (
               PARTITION BY seen.group_key, seen.end_day ORDER BY seen.amount_cny, seen.transfer_id
           ) AS place
    FROM seen
    JOIN totals ON totals.group_key = seen.group_key AND totals.end_day = seen.end_day
    WHERE seen.taking = 1
),
medians AS (
    SELECT group_key, end_day,
           CAST((sum(CASE WHEN place = (entry_count + 1) // 2 THEN amount_cny ELSE 0 END)
               + sum(CASE WHEN place = (entry_count + 2) // 2 THEN amount_cny ELSE 0 END)) // 2 AS BIGINT)
               AS median_amount
    FROM ranked
    GROUP BY group_key, end_day
),
hits AS (
    SELECT 'group' AS subject_kind, totals.group_key AS subject_id, totals.end_day - $window_days + 1 AS window_from,
           totals.end_day AS window_to, totals.entry_count, totals.taken AS amount_in, medians.median_amount,
           CAST(totals.round_count AS DOUBLE) / totals.entry_count AS round_share,
           CAST(totals.taken AS DOUBLE) / totals.amount_in AS explained_share
    FROM totals
    JOIN medians ON medians.group_key = totals.group_key AND medians.end_day = totals.end_day
    WHERE medians.median_amount < $max_median AND totals.amount_in > 0
      AND CAST(totals.round_count AS DOUBLE) / totals.entry_count <= $max_round_share
      AND CAST(totals.taken AS DOUBLE) / totals.amount_in >= $min_explained_share
),
proof AS (
    SELECT hits.subject_id, hits.window_to, COALESCE(inflows.in_record, inflows.out_record) AS record_id,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to
               ORDER BY inflows.day DESC, inflows.amount_cny DESC, inflows.transfer_id
           ) AS place
    FROM hits
    JOIN inflows ON inflows.group_key = hits.subject_id AND inflows.taking = 1
        AND inflows.day BETWEEN hits.window_from AND hits.window_to
)
-- the hundred latest takings prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, 'taking' AS role,
       hits.entry_count, hits.amount_in, hits.median_amount, hits.round_share, hits.explained_share
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 100
