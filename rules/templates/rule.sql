/* ---
id: ${id}
code: ${code}
version: 1
status: shadow
name: {zh: 新规则（请改写）, en: A new rule (to be reworded)}
sectors: [bank]
severity: low
window_days: 30
lookback_days: 30
opens_alert: false
reads: [transfers]
requires: [transfers]
claim:
  zh: "{window_days} 日内转入 {transfer_count} 笔"
  en: "{transfer_count} transfers came in within {window_days} days"
explanation: {zh: 说明这一现象为何值得一看, en: why this is worth a look}
legal_basis:
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第十三条第三项", valid_from: 2021-05-01, valid_to: null}
false_positives: {zh: 列出正常情形, en: name the ordinary explanations}
blind_spots: {zh: 列出看不到的情形, en: name what it does not see}
parameters:
  min_transfers: {value: 3, unit: count, min: 1, max: 1000, why: 说明取值的来由}
measures:
  transfer_count: {unit: count, zh: 转入笔数, en: transfers in, threshold: min_transfers, full: 30}
--- */
-- 写明对定义的解释；每一处剪枝写明为何不漏。评估截至 from_day 至 to_day 每一日的窗口；触发：当日有转入。
-- Say how the definition is read and why each prune is exact. Windows end on a day in [from_day, to_day]; a subject
-- is evaluated on days on which it has a record that can make the rule fire. Read nothing later.
WITH days AS (
  SELECT to_group AS group_key, day, count(*) AS transfers
  FROM transfers
  WHERE day BETWEEN $$from_day - $$window_days + 1 AND $$to_day AND from_group <> to_group
    AND from_kind NOT IN ('cash', 'bank') AND to_kind NOT IN ('cash', 'bank')
  GROUP BY 1, 2
),
windows AS (
  SELECT group_key, day,
    CAST(sum(transfers) OVER (
      PARTITION BY group_key ORDER BY day RANGE BETWEEN $$window_days - 1 PRECEDING AND CURRENT ROW
    ) AS BIGINT) AS transfer_count
  FROM days
),
hits AS (
  SELECT 'group' AS subject_kind, group_key AS subject_id, day - $$window_days + 1 AS window_from, day AS window_to,
    'low' AS severity, transfer_count
  FROM windows
  WHERE day BETWEEN $$from_day AND $$to_day AND transfer_count >= $$min_transfers
)
SELECT h.subject_kind, h.subject_id, h.window_from, h.window_to, h.severity, 'transactions' AS record_kind,
  COALESCE(t.out_record, t.in_record) AS record_id, 'inflow' AS role, h.transfer_count
FROM hits AS h
JOIN transfers AS t ON t.to_group = h.subject_id AND t.day BETWEEN h.window_from AND h.window_to
WHERE t.from_group <> t.to_group
