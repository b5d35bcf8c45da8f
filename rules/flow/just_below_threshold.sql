/* ---
id: just_below_threshold
code: T15
version: 1
name:
  zh: 拆分规避
  en: Amounts kept just below the reporting line
sectors: [bank, pawn]
severity: high
window_days: 5
lookback_days: 60
opens_alert: true
reads: [transfers, reference_limits, reference_calendar]
requires: [transfers, reference_limits, reference_calendar]
claim:
  zh: "{window_days} 个工作日内同一主体同一方向有 {entry_count} 笔（{currency}）金额达到大额报告标准（代码 {limit_code}，{limit_amount} 元）的 {near_share} 以上但均未达到，当日单边累计也低于标准，合计为标准的 {limit_multiple} 倍"
  en: "Within {window_days} working days one holder made {entry_count} entries ({currency}) in one direction of at least {near_share} of the reporting line (code {limit_code}, {limit_amount} in that currency) yet below it, each day's one-sided total below it too; together {limit_multiple} times the line"
explanation:
  zh: 多笔金额紧贴大额报告标准之下、又分在不同日子，像是有意避开报告。现金按 0501，非自然人转账按 0502，自然人转账按 0503；标准按交易日有效的参考数据。
  en: Several amounts right below the reporting line, on different days, look as if the report were being avoided. Cash is held against line 0501, transfers of firms against 0502, those of people against 0503, as in force on the day.
legal_basis:
  - {text: "《金融机构大额交易和可疑交易报告管理办法》（中国人民银行令〔2016〕第3号）第五条（大额标准）、第十一条", valid_from: 2017-07-01, valid_to: null}
false_positives:
  zh: 商户营业款：比较紧贴标准之下与远低于标准的笔数密度，密度相近则不命中
  en: shop takings, told apart by comparing how dense entries are right below the line and far below it
blind_spots:
  zh: 分散到多名主体的拆分、跨境标准（0504）、参考数据未列标准的外币
  en: splitting over several holders, the cross-border line 0504, currencies without a line
parameters:
  min_entries: {value: 3, unit: count, min: 2, max: 30, why: 两笔可能只是巧合}
  near_share: {value: 0.8, unit: share, min: 0.5, max: 0.99, why: 规避报告的金额贴近标准}
  min_density_ratio: {value: 4, unit: ratio, min: 1, max: 100, why: 店铺收款金额越大越稀，不会聚集在标准之下}
  compare_days: {value: 30, unit: days, min: 7, max: 40, why: 足以看出平日收款的天数}
measures:
  entry_count: {unit: count, zh: 紧贴标准之下的笔数, en: entries right below the line, threshold: min_entries, full: 8}
  density_ratio: {unit: ratio, zh: 紧贴与远低的密度比, en: density right below over density far below, threshold: none}
  limit_multiple: {unit: ratio, zh: 合计为标准的倍数, en: total as a multiple of the line, threshold: none}
  limit_amount: {unit: CNY, zh: 报告标准（原币）, en: reporting line in its own currency, threshold: none}
  limit_code: {unit: text, zh: 标准代码, en: code of the line, threshold: none}
  currency: {unit: text, zh: 币种, en: currency, threshold: none}
  side: {unit: text, zh: 方向, en: direction, threshold: none}
--- */
-- 解释：
-- 1. 按“主体 × 方向 × 标准代码 × 币种”分别计算（单边、原币、不混币种）；控制组取其中笔数最多的一项报出。
-- 2. 一笔计入，须金额 ∈ [near_share, 1) × 标准，且该主体当日该方向累计低于标准（达到标准的日子本就要报告）。
--    near_share ≥ 0.5 时每天至多一笔计入，min_entries ≥ 2 笔之和必不低于标准，故“合计 ≥ 标准”自动成立。
-- 3. 窗口为评估日所在的 5 个工作日（周末与节假日属于其前一工作日）。触发：评估日当日有计入的一笔。
-- 4. 与商户营业款相区别：近 compare_days 日内 [near_share, 1) 与 [near_share/4, near_share) 两段的笔数密度之比
--    不低于 min_density_ratio；后一段没有任何一笔时视为成立。
WITH
-- 剪枝（不漏）：最小标准的四分之一乘以 near_share 以下的金额既不计入也不参与比较。
floor_amount AS (
  SELECT min(amount) AS lowest FROM reference_limits WHERE code IN ('0501', '0502', '0503')
),
-- 剪枝（不漏）：评估日当日须有一笔紧贴标准之下（触发），故只读当日有这样一笔的主体；整段时间内这样的笔数不足
-- min_entries 的主体也不可能命中。
evening AS (
  SELECT s.party_key, s.side, s.limit_code, s.currency
  FROM (
    SELECT from_party AS party_key, 'out' AS side, day, amount, currency,
      CASE WHEN is_cash THEN '0501' WHEN from_kind = 'person' THEN '0503' ELSE '0502' END AS limit_code
    FROM transfers
    WHERE day BETWEEN $from_day AND $to_day AND from_group <> to_group AND from_kind NOT IN ('bank', 'clearing')
      AND to_kind <> 'bank' AND from_party <> 0 AND amount >= (SELECT lowest * $near_share FROM floor_amount)
    UNION ALL
    SELECT to_party AS party_key, 'in' AS side, day, amount, currency,
      CASE WHEN is_cash THEN '0501' WHEN to_kind = 'person' THEN '0503' ELSE '0502' END AS limit_code
    FROM transfers
    WHERE day BETWEEN $from_day AND $to_day AND from_group <> to_group AND to_kind NOT IN ('bank', 'clearing')
      AND from_kind <> 'bank' AND to_party <> 0 AND amount >= (SELECT lowest * $near_share FROM floor_amount)
  ) AS s
  JOIN reference_limits AS l ON l.code = s.limit_code AND l.currency = s.currency
    AND s.day BETWEEN l.valid_from_day AND l.valid_to_day
  WHERE s.amount < l.amount AND s.amount >= l.amount * $near_share
  GROUP BY 1, 2, 3, 4
),
sided AS (
  SELECT t.from_group AS group_key, t.from_party AS party_key, 'out' AS side, t.day, t.amount, t.currency, t.transfer_id,
    t.out_record, t.in_record,
    CASE WHEN t.is_cash THEN '0501' WHEN t.from_kind = 'person' THEN '0503' ELSE '0502' END AS limit_code
  FROM transfers AS t
  JOIN (SELECT DISTINCT party_key FROM evening WHERE side = 'out') AS e ON e.party_key = t.from_party
  WHERE t.day BETWEEN $from_day - 60 AND $to_day AND t.from_group <> t.to_group
    AND t.from_kind NOT IN ('bank', 'clearing') AND t.to_kind <> 'bank'
    AND t.amount >= (SELECT lowest * $near_share / 4 FROM floor_amount)
  UNION ALL
  SELECT t.to_group AS group_key, t.to_party AS party_key, 'in' AS side, t.day, t.amount, t.currency, t.transfer_id,
    t.out_record, t.in_record,
    CASE WHEN t.is_cash THEN '0501' WHEN t.to_kind = 'person' THEN '0503' ELSE '0502' END AS limit_code
  FROM transfers AS t
  JOIN (SELECT DISTINCT party_key FROM evening WHERE side = 'in') AS e ON e.party_key = t.to_party
  WHERE t.day BETWEEN $from_day - 60 AND $to_day AND t.from_group <> t.to_group
    AND t.to_kind NOT IN ('bank', 'clearing') AND t.from_kind <> 'bank'
    AND t.amount >= (SELECT lowest * $near_share / 4 FROM floor_amount)
),
ranged AS (
  SELECT s.*, l.amount AS limit_amount,
    CASE WHEN s.amount >= l.amount * $near_share THEN 1 ELSE 0 END AS is_near
  FROM sided AS s
  JOIN evening AS e ON e.party_key = s.party_key AND e.side = s.side AND e.limit_code = s.limit_code
    AND e.currency = s.currency
  JOIN reference_limits AS l ON l.code = s.limit_code AND l.currency = s.currency
    AND s.day BETWEEN l.valid_from_day AND l.valid_to_day
  WHERE s.amount < l.amount AND s.amount >= l.amount * $near_share / 4
),
keen AS (
  SELECT party_key, side, limit_code, currency FROM ranged WHERE is_near = 1
  GROUP BY 1, 2, 3, 4 HAVING count(*) >= $min_entries
),
near_days AS (
  SELECT DISTINCT r.group_key, r.party_key, r.side, r.limit_code, r.currency, r.day, r.limit_amount
  FROM ranged AS r
  JOIN keen AS k ON k.party_key = r.party_key AND k.side = r.side AND k.limit_code = r.limit_code
    AND k.currency = r.currency
  WHERE r.is_near = 1
),
-- 当日单边累计要算上所有金额的分录，不只是大的。
day_totals AS (
  SELECT n.party_key, n.side, n.limit_code, n.currency, n.day, sum(t.amount) AS total
  FROM near_days AS n
  JOIN transfers AS t ON t.from_party = n.party_key AND t.day = n.day AND t.currency = n.currency
    AND t.is_cash = (n.limit_code = '0501')
  WHERE n.side = 'out' AND t.from_group <> t.to_group AND t.to_kind <> 'bank'
    AND t.day BETWEEN $from_day - 60 AND $to_day
  GROUP BY 1, 2, 3, 4, 5
  UNION ALL
  SELECT n.party_key, n.side, n.limit_code, n.currency, n.day, sum(t.amount) AS total
  FROM near_days AS n
  JOIN transfers AS t ON t.to_party = n.party_key AND t.day = n.day AND t.currency = n.currency
    AND t.is_cash = (n.limit_code = '0501')
  WHERE n.side = 'in' AND t.from_group <> t.to_group AND t.from_kind <> 'bank'
    AND t.day BETWEEN $from_day - 60 AND $to_day
  GROUP BY 1, 2, 3, 4, 5
),
-- 计入的日子：一天一笔（两笔之和必达标准）。
counted AS (
  SELECT n.*, r.transfer_id, r.out_record, r.in_record, r.amount, c.workday_number
  FROM near_days AS n
  JOIN day_totals AS t ON t.party_key = n.party_key AND t.side = n.side AND t.limit_code = n.limit_code
    AND t.currency = n.currency AND t.day = n.day AND t.total < n.limit_amount
  JOIN ranged AS r ON r.party_key = n.party_key AND r.side = n.side AND r.limit_code = n.limit_code
    AND r.currency = n.currency AND r.day = n.day AND r.is_near = 1
  JOIN reference_calendar AS c ON c.day = n.day
),
-- 按工作日序号开窗：非工作日与其前一工作日同号；评估到当日为止，同号的后几天不算。
windows AS (
  SELECT e.group_key, e.party_key, e.side, e.limit_code, e.currency, e.day, e.limit_amount, e.workday_number,
    count(*) AS entry_count, CAST(sum(b.amount) AS BIGINT) AS total
  FROM counted AS e
  JOIN counted AS b ON b.party_key = e.party_key AND b.side = e.side AND b.limit_code = e.limit_code
    AND b.currency = e.currency AND b.day <= e.day AND b.workday_number > e.workday_number - $window_days
  WHERE e.day BETWEEN $from_day AND $to_day
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  HAVING count(*) >= $min_entries
),
compared AS (
  SELECT w.group_key, w.party_key, w.side, w.limit_code, w.currency, w.day, w.limit_amount, w.workday_number,
    w.entry_count, w.total,
    CAST(sum(r.is_near) AS DOUBLE) / (1 - $near_share)
      / NULLIF(CAST(sum(1 - r.is_near) AS DOUBLE) / ($near_share * 0.75), 0) AS density_ratio
  FROM windows AS w
  JOIN ranged AS r ON r.party_key = w.party_key AND r.side = w.side AND r.limit_code = w.limit_code
    AND r.currency = w.currency AND r.day BETWEEN w.day - $compare_days + 1 AND w.day
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
),
best AS (
  SELECT * FROM (
    SELECT c.*, ROW_NUMBER() OVER (
      PARTITION BY group_key, day
      ORDER BY entry_count DESC, CAST(total AS DOUBLE) / limit_amount DESC, limit_code, currency, side, party_key) AS place
    FROM compared AS c
    WHERE density_ratio IS NULL OR density_ratio >= $min_density_ratio
  ) AS ranked
  WHERE place = 1
),
hits AS (
  SELECT 'group' AS subject_kind, b.group_key AS subject_id, min(c.day) AS window_from, b.day AS window_to,
    'high' AS severity, b.entry_count, b.density_ratio, CAST(b.total AS DOUBLE) / b.limit_amount AS limit_multiple,
    b.limit_amount, b.limit_code, b.currency, b.side, b.party_key, b.workday_number
  FROM best AS b
  JOIN reference_calendar AS c ON c.workday_number = b.workday_number - $window_days + 1 AND c.is_workday
  GROUP BY b.group_key, b.day, b.entry_count, b.density_ratio, b.total, b.limit_amount, b.limit_code, b.currency,
    b.side, b.party_key, b.workday_number
),
moves AS (
  SELECT h.*, 'just_below' AS role, c.out_record, c.in_record
  FROM hits AS h
  JOIN counted AS c ON c.party_key = h.party_key AND c.side = h.side AND c.limit_code = h.limit_code
    AND c.currency = h.currency AND c.day BETWEEN h.window_from AND h.window_to
)
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  out_record AS record_id, role, entry_count, density_ratio, limit_multiple, limit_amount, limit_code, currency, side
FROM moves WHERE out_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  in_record AS record_id, role, entry_count, density_ratio, limit_multiple, limit_amount, limit_code, currency, side
FROM moves WHERE in_record IS NOT NULL
