/* ---
id: gather_scatter
code: T20
version: 3
name:
  zh: 归集再分散、扇出
  en: Gathered and scattered again, fan-out
sectors: [bank, micro_loan, guarantee, pawn]
severity: [high, medium]
window_days: 7
lookback_days: 7
opens_alert: true
reads: [pair_day, transfers]
requires: [transfers]
claim:
  zh: "{window_days} 日内付给 {out_parties} 方共 {amount_out} 元；归集端 {in_parties} 方，转出为转入的 {out_ratio}，收付两端重合 {overlap}；单看扇出，自然人收款 {fan_payees} 人"
  en: "Within {window_days} days {out_parties} parties were paid {amount_out} yuan; gathered from {in_parties} parties, {out_ratio} of what came in was paid out, {overlap} stood on both sides; taken as fan-out alone, {fan_payees} people were paid"
explanation:
  zh: 短期内许多人转入、又向另外许多人转出，收付两端几乎不重合，资金基本不留存，是中转归集户的常见形态。只见分散付款、看不到归集一端的，按自然人收款人数单独判断，严重度降一级。
  en: Within days many pay in and many others are paid, hardly anybody stands on both sides and little stays, as with a relay account. Where only the scattering is seen, the number of people paid is judged alone and weighs less.
no_data:
  zh: 窗口内有无法折算人民币的交易，转出与转入之比无从判断
  en: some transfers of the window have no value in CNY, so what left cannot be held against what came
legal_basis:
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第十三条第三项", valid_from: 2021-05-01, valid_to: null}
  - {text: "《金融机构大额交易和可疑交易报告管理办法》（中国人民银行令〔2016〕第3号）第十一条", valid_from: 2017-07-01, valid_to: null}
false_positives:
  zh: 代发工资与劳务报酬、商户收单、农产品收购、村集体发放土地租金与分红
  en: payroll and labour pay, merchant takings, purchases from farmers, land rents and dividends paid by a village
blind_spots:
  zh: 经清算机构或现金收付的人不可见，不计入方数；以超过窗口的时间慢慢收付的中转户；金额很小的往来
  en: people behind clearing names or cash are not seen and not counted; relays that take longer than the window; very small sums
parameters:
  min_parties: {value: 10, unit: persons, min: 3, max: 200, why: 一周内收付两端各十方，已超出亲友往来}
  max_overlap: {value: 0.2, unit: share, min: 0.0, max: 1.0, why: 人情往来和互助会会付还给付款人}
  min_out_ratio: {value: 0.8, unit: share, min: 0.3, max: 1.0, why: 中转户几乎不留存资金}
  min_fan_payees: {value: 20, unit: persons, min: 5, max: 1000, why: 只看到一端，人数取中转一端的两倍}
  min_amount: {value: 50000, unit: CNY, min: 0, max: 5000000, why: 现金报告标准；更小的金额与红包、聚餐分摊无从区分}
measures:
  in_parties: {unit: persons, zh: 付款方数, en: parties that paid in, threshold: none}
  narrow_parties: {unit: persons, zh: 较少一端的方数, en: parties on the narrower side, threshold: min_parties, full: 40}
  out_parties: {unit: persons, zh: 收款方数, en: parties that were paid, threshold: none}
  amount_out: {unit: CNY, zh: 转出金额, en: paid out, threshold: none}
  out_ratio: {unit: share, zh: 转出占转入, en: paid out as a share of paid in, threshold: min_out_ratio, full: 1.0}
  overlap: {unit: share, zh: 收付两端重合, en: share on both sides, threshold: none}
  fan_payees: {unit: persons, zh: 扇出收款自然人, en: people paid in a fan-out, threshold: min_fan_payees, full: 80}
--- */
-- 第 2 版的强度只看付款方数：六十人付进、十二家收走的货运代理，强于二十八人付进、二十二人收走的中转户。
-- 既归集又分散才是中转，两端都要散：第 3 版按较少一端的方数定强度，命中与否不变。
-- 解释：
-- 1. 主体是控制组；方数按主体（party）计，组内往来不计。清算机构、现金、银行自身分录和未具名对手（键为 0）不是一方，
--    但清算与现金金额计入转入转出（否则转出比失真）；银行计息收费不计；已申报的放款与还款（is_loan）不计，那是小贷公司的本业。
-- 2. 中转（high）：转入方、转出方各 ≥ min_parties；两端重合 = 既付款又收款的主体 ÷ 较少一端的方数 ≤ max_overlap
--    （取较少一端，比并集更严）；转出 ÷ 转入 ≥ min_out_ratio；转入 ≥ min_amount。
-- 3. 扇出（medium）：收款自然人 ≥ min_fan_payees 且付给自然人 ≥ min_amount，不看转入；已成中转的不再另报。
--    各自不适用的指标留空，不参与强度。
-- 4. min_amount 不在定义之内：没有金额下限，春节互发红包、聚餐分摊也会成为“中转”；取现金报告标准。
-- 5. 触发：评估日当日有与外部一方的往来。只读窗口内的数据。
-- 剪枝（不漏）：W 日窗口至多跨两个 W 日桶，故中转的收付两端、扇出的自然人，各在其中一桶有不少于所需方数一半的
-- “对·日”；这样的桶及其前后各一桶覆盖所有可能的窗口。
WITH payouts AS (
  SELECT from_group AS group_key, day // $window_days AS bucket,
    CAST(sum(CASE WHEN to_kind = 'person' THEN 1 ELSE 0 END) AS BIGINT) AS persons, count(*) AS parties
  FROM pair_day
  WHERE day BETWEEN $from_day - $window_days + 1 AND $to_day
    AND from_group <> to_group AND from_group <> 0 AND to_party <> 0 AND from_kind <> 'clearing' AND to_kind <> 'clearing'
  GROUP BY 1, 2
  HAVING count(*) * 2 >= LEAST($min_parties, $min_fan_payees)
),
payins AS (
  SELECT to_group AS group_key, day // $window_days AS bucket
  FROM pair_day
  WHERE day BETWEEN $from_day - $window_days + 1 AND $to_day
    AND from_group <> to_group AND to_group <> 0 AND from_party <> 0 AND from_kind <> 'clearing' AND to_kind <> 'clearing'
  GROUP BY 1, 2
  HAVING count(*) * 2 >= $min_parties
),
steps AS (
  SELECT -1 AS step UNION ALL SELECT 0 UNION ALL SELECT 1
),
reach AS (
  SELECT p.group_key, p.bucket + s.step AS bucket
  FROM payouts AS p CROSS JOIN steps AS s WHERE p.parties * 2 >= $min_parties
  INTERSECT
  SELECT p.group_key, p.bucket + s.step AS bucket
  FROM payins AS p CROSS JOIN steps AS s
  UNION
  SELECT p.group_key, p.bucket + s.step AS bucket
  FROM payouts AS p CROSS JOIN steps AS s WHERE p.persons * 2 >= $min_fan_payees
),
-- 当日与每一方的往来；party 为空者是不可认的对手，只计金额。
daily AS (
  SELECT group_key, day, party, max(is_person) AS is_person, CAST(sum(came) AS BIGINT) AS came,
    CAST(sum(went) AS BIGINT) AS went, max(is_in) AS is_in, 1 - min(is_in) AS is_out,
    CAST(sum(unvalued) AS BIGINT) AS unvalued
  FROM (
    SELECT t.to_group AS group_key, t.day, CASE WHEN t.from_kind <> 'clearing' AND t.from_party <> 0 THEN t.from_party END AS party,
      0 AS is_person, COALESCE(t.amount_cny, 0) AS came, 0 AS went, 1 AS is_in,
      CASE WHEN t.amount_cny IS NULL THEN 1 ELSE 0 END AS unvalued
    FROM transfers AS t JOIN reach AS r ON r.group_key = t.to_group AND r.bucket = t.day // $window_days
    WHERE t.day BETWEEN $from_day - $window_days + 1 AND $to_day AND t.from_group <> t.to_group AND t.from_kind <> 'bank'
      AND NOT t.is_loan
    UNION ALL
    SELECT t.from_group, t.day, CASE WHEN t.to_kind <> 'clearing' AND t.to_party <> 0 THEN t.to_party END,
      CASE WHEN t.to_kind = 'person' THEN 1 ELSE 0 END, 0, COALESCE(t.amount_cny, 0), 0,
      CASE WHEN t.amount_cny IS NULL THEN 1 ELSE 0 END
    FROM transfers AS t JOIN reach AS r ON r.group_key = t.from_group AND r.bucket = t.day // $window_days
    WHERE t.day BETWEEN $from_day - $window_days + 1 AND $to_day AND t.from_group <> t.to_group AND t.to_kind <> 'bank'
      AND NOT t.is_loan
  ) AS legs
  GROUP BY 1, 2, 3
),
-- 剪枝（不漏）：窗口内不同的方数不超过逐日方数之和，金额逐日相加即窗口合计；凑不足的日子不必数人。
volumes AS (
  SELECT group_key, day, max(CASE WHEN party IS NOT NULL THEN 1 ELSE 0 END) AS is_trigger,
    sum(CASE WHEN party IS NOT NULL THEN is_in ELSE 0 END) AS ins, sum(CASE WHEN party IS NOT NULL THEN is_out ELSE 0 END) AS outs,
    sum(is_person) AS persons, sum(came) AS came, sum(went) AS went, sum(unvalued) AS unvalued
  FROM daily GROUP BY 1, 2
),
reachable AS (
  SELECT group_key, day, is_trigger,
    sum(ins) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS ins,
    sum(outs) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS outs,
    sum(persons) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS persons,
    sum(came) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS came,
    sum(went) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS went,
    sum(unvalued) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS unvalued
  FROM volumes
),
evenings AS (
  SELECT group_key, day, day // $window_days AS bucket FROM reachable
  WHERE is_trigger = 1 AND day BETWEEN $from_day AND $to_day
    AND ((ins >= $min_parties AND outs >= $min_parties AND (unvalued > 0 OR (came >= $min_amount AND went >= came * $min_out_ratio)))
      OR (persons >= $min_fan_payees AND (unvalued > 0 OR went >= $min_amount)))
),
-- 每一天落在它所在桶和下一桶的评估日窗口里：等值连接后再按日期筛。
placed AS (
  SELECT *, day // $window_days AS bucket FROM daily
  UNION ALL
  SELECT *, day // $window_days + 1 AS bucket FROM daily
),
sides AS (
  SELECT e.group_key, e.day, p.party, max(p.is_in) AS is_in, max(p.is_out) AS is_out, max(p.is_person) AS is_person,
    sum(p.came) AS came, sum(p.went) AS went, sum(p.unvalued) AS unvalued
  FROM evenings AS e
  JOIN placed AS p ON p.group_key = e.group_key AND p.bucket = e.bucket AND p.day BETWEEN e.day - $window_days + 1 AND e.day
  GROUP BY 1, 2, 3
),
totals AS (
  SELECT group_key, day,
    CAST(sum(CASE WHEN party IS NOT NULL THEN is_in ELSE 0 END) AS BIGINT) AS in_parties,
    CAST(sum(CASE WHEN party IS NOT NULL THEN is_out ELSE 0 END) AS BIGINT) AS out_parties,
    CAST(sum(CASE WHEN party IS NOT NULL THEN is_in * is_out ELSE 0 END) AS BIGINT) AS both_sides,
    CAST(sum(is_person) AS BIGINT) AS person_payees,
    CAST(sum(came) AS BIGINT) AS amount_in, CAST(sum(went) AS BIGINT) AS amount_out,
    CAST(sum(CASE WHEN is_person = 1 THEN went ELSE 0 END) AS BIGINT) AS person_out,
    CAST(sum(unvalued) AS BIGINT) AS unvalued
  FROM sides GROUP BY 1, 2
),
judged AS (
  SELECT *, CAST(amount_out AS DOUBLE) / NULLIF(amount_in, 0) AS out_ratio,
    CAST(both_sides AS DOUBLE) / NULLIF(LEAST(in_parties, out_parties), 0) AS overlap,
    in_parties >= $min_parties AND out_parties >= $min_parties
      AND both_sides <= $max_overlap * LEAST(in_parties, out_parties) AS is_relay_shaped,
    person_payees >= $min_fan_payees AND person_out >= $min_amount AS is_fan
  FROM totals
),
rated AS (
  SELECT *, is_relay_shaped AND unvalued = 0 AND amount_in >= $min_amount
      AND COALESCE(out_ratio, 0) >= $min_out_ratio AS is_relay
  FROM judged
),
hits AS (
  SELECT 'group' AS subject_kind, group_key AS subject_id, day - $window_days + 1 AS window_from, day AS window_to,
    CASE WHEN is_relay THEN 'high' WHEN is_fan THEN 'medium' ELSE 'not_enough_data' END AS severity,
    CASE WHEN is_fan AND NOT is_relay THEN NULL ELSE in_parties END AS in_parties,
    CASE WHEN is_fan AND NOT is_relay THEN NULL ELSE LEAST(in_parties, out_parties) END AS narrow_parties,
    out_parties, amount_out,
    CASE WHEN is_fan AND NOT is_relay THEN NULL ELSE out_ratio END AS out_ratio,
    CASE WHEN is_fan AND NOT is_relay THEN NULL ELSE overlap END AS overlap,
    CASE WHEN is_relay THEN NULL ELSE person_payees END AS fan_payees
  FROM rated
  WHERE is_relay OR is_fan OR (unvalued > 0 AND (is_relay_shaped OR person_payees >= $min_fan_payees))
),
moves AS (
  SELECT h.*, 'gathered' AS role, t.out_record, t.in_record
  FROM hits AS h
  JOIN transfers AS t ON t.to_group = h.subject_id AND t.day BETWEEN h.window_from AND h.window_to
  WHERE h.severity = 'high' AND t.from_group <> t.to_group AND t.from_kind <> 'bank' AND NOT t.is_loan
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
  UNION ALL
  SELECT h.*, 'scattered' AS role, t.out_record, t.in_record
  FROM hits AS h
  JOIN transfers AS t ON t.from_group = h.subject_id AND t.day BETWEEN h.window_from AND h.window_to
  WHERE (h.severity = 'high' OR (h.severity = 'medium' AND t.to_kind = 'person'))
    AND t.from_group <> t.to_group AND t.to_kind <> 'bank' AND NOT t.is_loan
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
)
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  out_record AS record_id, role, in_parties, narrow_parties, out_parties, amount_out, out_ratio, overlap, fan_payees
FROM moves WHERE out_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  in_record AS record_id, role, in_parties, narrow_parties, out_parties, amount_out, out_ratio, overlap, fan_payees
FROM moves WHERE in_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'none' AS record_kind,
  0 AS record_id, 'none' AS role, in_parties, narrow_parties, out_parties, amount_out, out_ratio, overlap, fan_payees
FROM hits WHERE severity = 'not_enough_data'
