/* ---
id: many_payers_one_collector
code: T01
version: 2
name:
  zh: 分散转入、集中转出
  en: Many people pay in, the money leaves to a few
sectors: [bank, micro_loan, guarantee, pawn]
severity: [high, critical]
window_days: 30
lookback_days: 30
opens_alert: true
reads: [group_month, transfers]
requires: [transfers]
claim:
  zh: "{window_days} 日内 {payer_count} 名自然人转入 {person_in} 元；同期转出 {amount_out} 元，为转入的 {out_ratio}，其中 {top3_share} 流向转出最多的三方"
  en: "Within {window_days} days {payer_count} people paid in {person_in} yuan; {amount_out} yuan went out, {out_ratio} of what came in, and {top3_share} of it to the three largest payees"
explanation:
  zh: 众多自然人向同一控制组付款，资金随后集中转往少数对象，是归集资金常见的流向。人数按自然人主体计，一人多户只计一次；同一控制组内部的往来不计。
  en: Many people pay one control group and the money soon leaves to a few. People are counted once whatever the number of their accounts; moves inside the control group do not count.
no_data:
  zh: 窗口内有无法折算人民币的交易，转入转出比例无从判断
  en: some transfers of the window have no value in CNY, so the shares cannot be judged
legal_basis:
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第十三条第三项", valid_from: 2021-05-01, valid_to: null}
  - {text: "《关于审理非法集资刑事案件具体应用法律若干问题的解释》（2022年修正）第三条，人数与金额标准用作严重度参照", valid_from: 2022-03-01, valid_to: null}
false_positives:
  zh: 商户收单、物业费与房租、学费、预售房款监管账户、慈善捐款
  en: merchant takings, property fees and rent, school fees, escrowed presale housing, donations
blind_spots:
  zh: 经清算机构转入的付款人不可见，不计入人数；资金长期留存不转出时本规则不命中
  en: payers behind a clearing name are not seen and not counted; money that stays put does not fire
parameters:
  min_payers: {value: 30, unit: persons, min: 5, max: 500, why: 追诉标准 150 人的两成}
  min_person_in: {value: 200000, unit: CNY, min: 20000, max: 5000000, why: 追诉标准 100 万元的两成}
  min_out_ratio: {value: 0.6, unit: share, min: 0.1, max: 1.0, why: 转入的资金大部分又已转出}
  min_top3_share: {value: 0.7, unit: share, min: 0.3, max: 1.0, why: 货款和工资的收款方通常多于三家}
  critical_payers: {value: 150, unit: persons, min: 30, max: 5000, why: 追诉标准 150 人}
  critical_person_in: {value: 1000000, unit: CNY, min: 200000, max: 50000000, why: 追诉标准 100 万元}
measures:
  payer_count: {unit: persons, zh: 付款自然人, en: people who paid in, threshold: min_payers, full: 150}
  person_in: {unit: CNY, zh: 自然人转入金额, en: paid in by people, threshold: min_person_in, full: 1000000}
  amount_out: {unit: CNY, zh: 转出金额, en: paid out, threshold: none}
  out_ratio: {unit: share, zh: 转出占转入, en: paid out as a share of paid in, threshold: min_out_ratio, full: 0.95}
  top3_share: {unit: share, zh: 前三收款方占转出, en: share of the three largest payees, threshold: min_top3_share, full: 1.0}
--- */
-- 解释：
-- 1. 人数 = 不同的自然人主体（from_party）；清算、现金、银行自身分录都不是付款人。
-- 2. 转出 ÷ 转入用控制组与外部之间的全部往来；银行计息收费不计。现金支取算一个收款方；清算机构和未具名的
--    对手算转出，但真实收款人未知，不参与前三名。
-- 3. 触发：评估日当日控制组与外部有往来。只读窗口内的数据。
-- 4. 已申报的放款与还款（is_loan）两端都不计：小贷公司收回许多人的还款、再放给少数人，是它的本业，另有 M01 核对其余来款。
-- 5. 无从判断：人数够、金额可能够（够数，或有付款无法折算），而窗口内有往来无法折算。
-- 剪枝（不漏）：只评估当日有往来的组；窗口所及各月的付款人数与金额（group_month，同一人每月计一次）不少于窗口内的，
-- 无法折算的付款按任意金额放行。评估首日以前已离开窗口的，加减相抵，不必计；以前进入、当日仍在的，从首日计起。
WITH touched AS (
  SELECT DISTINCT group_key FROM (
    SELECT to_group AS group_key FROM transfers
    WHERE from_group <> to_group AND from_kind <> 'bank' AND NOT is_loan AND day BETWEEN $from_day AND $to_day
    UNION ALL
    SELECT from_group FROM transfers
    WHERE from_group <> to_group AND to_kind <> 'bank' AND NOT is_loan AND day BETWEEN $from_day AND $to_day
  ) AS sides
),
candidates AS (
  SELECT m.group_key
  FROM group_month AS m JOIN touched AS t ON t.group_key = m.group_key
  WHERE m.last_day >= $from_day - $window_days + 1 AND m.first_day <= $to_day
  GROUP BY m.group_key
  HAVING sum(m.payers) >= $min_payers AND (sum(m.in_cny) >= $min_person_in OR sum(m.unvalued_count) > 0)
),
-- 候选组与外部之间的往来，一笔一行；以下各步只读它。
legs AS (
  SELECT t.to_group AS group_key, 1 AS is_in, t.day, t.amount_cny, t.from_kind = 'person' AS is_person,
    t.from_party AS other, t.out_record, t.in_record
  FROM transfers AS t JOIN candidates AS c ON c.group_key = t.to_group
  WHERE t.day BETWEEN $from_day - $window_days + 1 AND $to_day AND t.from_group <> t.to_group AND t.from_kind <> 'bank'
    AND NOT t.is_loan
  UNION ALL
  SELECT t.from_group AS group_key, 0 AS is_in, t.day, t.amount_cny, FALSE AS is_person,
    -- 现金算一个收款方（键为 0）；清算机构和未具名对手没有可认的收款方。
    CASE WHEN t.to_kind = 'cash' OR (t.to_group <> 0 AND t.to_kind <> 'clearing') THEN t.to_group END AS other,
    t.out_record, t.in_record
  FROM transfers AS t JOIN candidates AS c ON c.group_key = t.from_group
  WHERE t.day BETWEEN $from_day - $window_days + 1 AND $to_day AND t.from_group <> t.to_group AND t.to_kind <> 'bank'
    AND NOT t.is_loan
),
paid AS (
  SELECT group_key, other AS payer, max(day) AS day FROM legs
  WHERE is_in = 1 AND is_person
  GROUP BY group_key, other, GREATEST(day, $from_day)
),
-- 扫描线：某人付款后 W 日内算在窗口中；下一次付款更早到来时首尾相接，一人始终只计一次。
stays AS (
  SELECT group_key, GREATEST(day, $from_day) AS enters,
    LEAST(day + $window_days,
          COALESCE(LEAD(day) OVER (PARTITION BY group_key, payer ORDER BY day), day + $window_days)) AS leaves
  FROM paid
),
payer_steps AS (
  SELECT group_key, day, CAST(sum(step) AS BIGINT) AS payers FROM (
    SELECT group_key, enters AS day, 1 AS step FROM stays
    UNION ALL
    SELECT group_key, leaves AS day, -1 AS step FROM stays WHERE leaves <= $to_day
  ) AS ends
  GROUP BY 1, 2
),
-- 剪枝（不漏）：任何一天窗口内都凑不足人数的组，不必再算金额。
crowded AS (
  SELECT DISTINCT group_key FROM (
    SELECT group_key,
      sum(payers) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS payer_count
    FROM payer_steps
  ) AS counted
  WHERE payer_count >= $min_payers
),
flows AS (
  SELECT l.group_key, l.day,
    CAST(sum(CASE WHEN l.is_in = 1 AND l.is_person THEN COALESCE(l.amount_cny, 0) ELSE 0 END) AS BIGINT) AS person_in,
    CAST(sum(CASE WHEN l.is_in = 1 THEN COALESCE(l.amount_cny, 0) ELSE 0 END) AS BIGINT) AS came,
    CAST(sum(CASE WHEN l.is_in = 0 THEN COALESCE(l.amount_cny, 0) ELSE 0 END) AS BIGINT) AS went,
    CAST(sum(CASE WHEN l.amount_cny IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unvalued,
    CAST(sum(CASE WHEN l.amount_cny IS NULL AND l.is_in = 1 AND l.is_person THEN 1 ELSE 0 END) AS BIGINT) AS person_unvalued
  FROM legs AS l JOIN crowded AS c ON c.group_key = l.group_key
  GROUP BY 1, 2
),
-- 同一条扫描线：金额当日加上，W 日后减去；前缀和就是窗口和，比滑动窗口省。is_trigger 标出当日确有往来。
steps AS (
  SELECT group_key, day, CAST(sum(payers) AS BIGINT) AS payers, CAST(sum(person_in) AS BIGINT) AS person_in,
    CAST(sum(came) AS BIGINT) AS came, CAST(sum(went) AS BIGINT) AS went, CAST(sum(unvalued) AS BIGINT) AS unvalued,
    CAST(sum(person_unvalued) AS BIGINT) AS person_unvalued, max(is_trigger) AS is_trigger
  FROM (
    SELECT group_key, GREATEST(day, $from_day) AS day, 0 AS payers, person_in, came, went, unvalued, person_unvalued,
      CASE WHEN day >= $from_day THEN 1 ELSE 0 END AS is_trigger
    FROM flows
    UNION ALL
    SELECT group_key, day + $window_days, 0, -person_in, -came, -went, -unvalued, -person_unvalued, 0
    FROM flows WHERE day + $window_days <= $to_day
    UNION ALL
    SELECT s.group_key, s.day, s.payers, 0, 0, 0, 0, 0, 0
    FROM payer_steps AS s JOIN crowded AS c ON c.group_key = s.group_key
  ) AS changes
  GROUP BY 1, 2
),
windows AS (
  SELECT group_key, day, is_trigger,
    CAST(sum(payers) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS payer_count,
    CAST(sum(person_in) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS person_in,
    CAST(sum(came) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS amount_in,
    CAST(sum(went) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS amount_out,
    sum(unvalued) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) > 0
      AS is_unvalued,
    sum(person_unvalued) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
      AS person_unvalued
  FROM steps
),
near AS (
  SELECT * FROM windows
  WHERE is_trigger = 1 AND day BETWEEN $from_day AND $to_day AND payer_count >= $min_payers
    AND (person_in >= $min_person_in OR person_unvalued > 0)
    AND (is_unvalued
      OR (person_in >= $min_person_in
        AND CAST(amount_out AS DOUBLE) / NULLIF(amount_in, 0) >= $min_out_ratio))
),
payee_days AS (
  SELECT l.group_key, l.other AS payee, l.day, sum(l.amount_cny) AS went
  FROM legs AS l
  JOIN (SELECT DISTINCT group_key FROM near) AS n ON n.group_key = l.group_key
  WHERE l.is_in = 0 AND l.other IS NOT NULL
  GROUP BY 1, 2, 3
),
payees AS (
  SELECT group_key, day, payee, went FROM (
    SELECT n.group_key, n.day, p.payee, sum(p.went) AS went,
      ROW_NUMBER() OVER (PARTITION BY n.group_key, n.day ORDER BY sum(p.went) DESC, p.payee) AS place
    FROM near AS n
    JOIN payee_days AS p ON p.group_key = n.group_key AND p.day BETWEEN n.day - $window_days + 1 AND n.day
    GROUP BY n.group_key, n.day, p.payee
  ) AS ranked
  WHERE place <= 3
),
concentrated AS (
  SELECT group_key, day, CAST(sum(went) AS BIGINT) AS top3 FROM payees GROUP BY 1, 2
),
judged AS (
  SELECT n.*,
    CAST(n.amount_out AS DOUBLE) / NULLIF(n.amount_in, 0) AS out_ratio,
    CAST(COALESCE(t.top3, 0) AS DOUBLE) / NULLIF(n.amount_out, 0) AS top3_share
  FROM near AS n
  LEFT JOIN concentrated AS t ON t.group_key = n.group_key AND t.day = n.day
),
hits AS (
  SELECT 'group' AS subject_kind, group_key AS subject_id, day - $window_days + 1 AS window_from, day AS window_to,
    CASE
      WHEN NOT (person_in >= $min_person_in AND COALESCE(out_ratio, 0) >= $min_out_ratio
        AND COALESCE(top3_share, 0) >= $min_top3_share) THEN 'not_enough_data'
      WHEN payer_count >= $critical_payers OR person_in >= $critical_person_in THEN 'critical'
      ELSE 'high'
    END AS severity,
    payer_count, person_in, amount_out, out_ratio, top3_share
  FROM judged
  WHERE is_unvalued
    OR (person_in >= $min_person_in AND out_ratio >= $min_out_ratio AND top3_share >= $min_top3_share)
),
moves AS (
  SELECT h.*, 'deposit' AS role, l.out_record, l.in_record
  FROM hits AS h
  JOIN legs AS l ON l.group_key = h.subject_id AND l.day BETWEEN h.window_from AND h.window_to
  WHERE h.severity <> 'not_enough_data' AND l.is_in = 1 AND l.is_person
  UNION ALL
  SELECT h.*, 'payout' AS role, l.out_record, l.in_record
  FROM hits AS h
  JOIN payees AS p ON p.group_key = h.subject_id AND p.day = h.window_to
  JOIN legs AS l ON l.group_key = h.subject_id AND l.other = p.payee AND l.day BETWEEN h.window_from AND h.window_to
  WHERE h.severity <> 'not_enough_data' AND l.is_in = 0
)
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  out_record AS record_id, role, payer_count, person_in, amount_out, out_ratio, top3_share
FROM moves WHERE out_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  in_record AS record_id, role, payer_count, person_in, amount_out, out_ratio, top3_share
FROM moves WHERE in_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'none' AS record_kind,
  0 AS record_id, 'none' AS role, payer_count, person_in, amount_out, out_ratio, top3_share
FROM hits WHERE severity = 'not_enough_data'
