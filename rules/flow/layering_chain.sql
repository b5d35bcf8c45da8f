/* ---
id: layering_chain
code: T17
version: 1
name:
  zh: 分层套现
  en: Layering chain to cash-out
sectors: [bank, micro_loan, guarantee, pawn]
severity: high
window_days: 16
lookback_days: 19
opens_alert: true
reads: [pair_day, reference_lexicon, transfers]
requires: [transfers]
claim:
  zh: "{start_amount} 元自出处起经 {hop_count} 手、每手不超过 {max_hop_hours} 小时，{span_days} 日内由末端提现或付往支付渠道 {exit_amount} 元，为起点金额的 {keep_ratio}"
  en: "{start_amount} yuan went through {hop_count} hops of no more than {max_hop_hours} hours each and within {span_days} days {exit_amount} yuan left in cash or through payment channels at the end, {keep_ratio} of what started"
explanation:
  zh: 大额资金在几个账户之间快速接力、金额几乎不减，最后变成现金或进入支付、虚拟货币渠道，是切断资金线索的常见做法。主体为链条起点的控制组，评估日为末端套现之日。
  en: A large sum handed on quickly from account to account, hardly diminished, that ends as cash or in a payment or virtual-currency channel is a common way to break the trail. The subject is the group where the chain starts, the day that of the cash-out.
legal_basis:
  - {text: "《金融机构大额交易和可疑交易报告管理办法》（中国人民银行令〔2016〕第3号）第十一条", valid_from: 2017-07-01, valid_to: null}
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第十三条第三项", valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 有发票的供应链逐级付款、农产品逐级收购后付现、连环购房
  en: invoiced payments down a supply chain, produce bought level by level and paid in cash, chained house purchases
blind_spots:
  zh: 一手之内拆成多笔付给同一方的合并看；拆给多方的，只有单独一支仍达起点金额时才看得到（拆开再归拢见分散再归集）；收款方短期内有超过 {max_payers} 方大额付款的视为经营性枢纽，不作中间环节；末端账户未报送时看不到提现；无法折算人民币的转账；停留超过 {max_hop_hours} 小时的一手
  en: a hop split into several payments to the same payee is taken together, one split over several payees is seen only where a branch still carries the least start (scattering and gathering is another rule); payees with more than {max_payers} large payers in the same days count as businesses, not as links; cash drawn from unreported accounts; transfers without a value in CNY; a hop that waits longer than {max_hop_hours} hours
parameters:
  min_start: {value: 200000, unit: CNY, min: 50000, max: 100000000, why: 追诉标准 100 万元的两成}
  min_keep: {value: 0.85, unit: share, min: 0.5, max: 1.0, why: 过手者只扣手续费；贸易商要留利润、付成本}
  min_hops: {value: 3, unit: count, min: 3, max: 6, why: 两跳不过是一次付款加一次取现}
  max_hops: {value: 6, unit: count, min: 3, max: 6, why: 更长的链条容易偶然接上}
  max_hop_hours: {value: 72, unit: hours, min: 1, max: 72, why: 超过一个周末就不再是随手转走}
  max_payers: {value: 12, unit: count, min: 1, max: 500, why: 过手者只有一两个付款方，经营者有许多}
measures:
  start_amount: {unit: CNY, zh: 起点金额, en: amount at the start, threshold: min_start, full: 1000000}
  hop_count: {unit: count, zh: 经手次数, en: hops, threshold: none}
  exit_amount: {unit: CNY, zh: 末端套现, en: cashed out, threshold: none}
  keep_ratio: {unit: share, zh: 套现占起点, en: cashed out as a share of the start, threshold: none}
  span_days: {unit: days, zh: 历时天数, en: days from start to cash-out, threshold: none}
--- */
-- 解释：
-- 1. 一手 = 一方在一天内付给另一方的合计（同日拆成几笔仍是一手）；节点是控制组，链上各不相同。最后一手是套现：
--    提取现金（含 ATM）、付给清算机构、POS 或商户号、附言为虚拟货币用词的付款；在到账后 max_hop_hours 小时内、
--    截至评估日的合计（ATM 有日限额，不能要求一笔提完）。“≥ 3 hops”含套现这一手。
-- 2. 留存：后一手 ÷ 前一手 ∈ [min_keep, 1]；套现合计 ≥ min_keep × 最后一次到账，超出部分不计入。
-- 3. 时间：后一手可能的最晚时刻不早于前一手可能的最早时刻，且可能的最早时刻不晚于前一手可能的最晚时刻加
--    max_hop_hours；只精确到日的，同日先后不明，不作否定。
-- 4. 登记为公共、持牌的单位不作环节（类别只由登记授予，名称不算）；申报的放款、还款不作一手（见 M02）；
--    清算机构、现金、银行自身分录、未具名对手只能是终点。
-- 5. 枢纽：到那一天为止四日内收到的大额“对·日”超过 max_payers 的，不作环节；只往前看，不读以后的日子。
-- 6. 能再往前接上一手的链不单独报出，免得把中间人当作起点；同一起点同一天报起点金额最大的。
--    触发：评估日当日有末端的一笔套现。只读窗口内（枢纽另看之前三日）的数据。
-- 剪枝（不漏）：链上任何一手不低于 min_start × min_keep 的（max_hops − 2）次方，先按它筛；从末端往回接，每接一手都受
-- 金额与时限约束，规模不会膨胀。前后两手相距不到一个窗口，按（组，窗口桶）等值连接。
WITH large AS (
  SELECT from_group, to_group, from_party, to_party, day, amount_cny AS amount, any_transfer AS edge,
    count(*) OVER (PARTITION BY to_group ORDER BY day RANGE BETWEEN 3 PRECEDING AND CURRENT ROW) AS payers_near
  FROM pair_day
  WHERE day BETWEEN $from_day - $window_days - 2 AND $to_day
    AND amount_cny >= $min_start * POWER($min_keep, $max_hops - 2)
    AND from_group <> to_group AND from_group <> 0 AND to_group <> 0
    AND from_kind NOT IN ('clearing', 'public', 'licensed') AND to_kind NOT IN ('clearing', 'public', 'licensed')
),
linked AS (
  SELECT * FROM large WHERE payers_near <= $max_payers AND day >= $from_day - $window_days + 1
),
keepers AS (
  SELECT DISTINCT to_group AS group_key FROM linked
),
outs AS (
  SELECT t.transfer_id, t.from_group AS group_key, t.day, t.amount_cny AS amount, t.remark, t.out_record, t.in_record,
    t.to_kind IN ('cash', 'clearing') OR t.merchant_no IS NOT NULL OR t.channel = 'POS' AS is_channel,
    CAST(t.day AS BIGINT) * 86400 + CASE WHEN t.time_precision = 'day' THEN 0
      ELSE extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at) END AS earliest,
    CAST(t.day AS BIGINT) * 86400 + CASE WHEN t.time_precision = 'day' THEN 86399
      ELSE extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at)
        + CASE WHEN t.time_precision = 'minute' THEN 59 ELSE 0 END END AS latest
  FROM transfers AS t JOIN keepers AS k ON k.group_key = t.from_group
  WHERE t.day BETWEEN $from_day - $window_days + 1 AND $to_day AND t.from_group <> t.to_group
    AND t.to_kind <> 'bank' AND t.amount_cny > 0
),
coins AS (
  SELECT DISTINCT o.transfer_id
  FROM outs AS o
  JOIN reference_lexicon AS x ON x.class = 'virtual_currency' AND o.day BETWEEN x.valid_from_day AND x.valid_to_day
    AND o.remark LIKE '%' || x.term || '%'
),
exits AS (
  SELECT o.*, o.day // $window_days AS bucket
  FROM outs AS o LEFT JOIN coins AS c ON c.transfer_id = o.transfer_id
  WHERE o.is_channel OR c.transfer_id IS NOT NULL
),
-- 一手的最早、最晚可能时刻；整手都是申报借贷的去掉。
edges AS (
  SELECT l.edge, l.from_group, l.to_group, l.from_party, l.to_party, l.day, l.amount, l.day // $window_days AS bucket,
    min(CAST(t.day AS BIGINT) * 86400 + CASE WHEN t.time_precision = 'day' THEN 0
      ELSE extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at) END) AS earliest,
    max(CAST(t.day AS BIGINT) * 86400 + CASE WHEN t.time_precision = 'day' THEN 86399
      ELSE extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at)
        + CASE WHEN t.time_precision = 'minute' THEN 59 ELSE 0 END END) AS latest
  FROM linked AS l
  JOIN transfers AS t ON t.from_party = l.from_party AND t.to_party = l.to_party AND t.day = l.day
  WHERE t.day BETWEEN $from_day - $window_days + 1 AND $to_day
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
  HAVING max(CASE WHEN t.is_loan THEN 0 ELSE 1 END) = 1
),
exits_near AS (
  SELECT group_key, day, amount, earliest, latest, bucket FROM exits
  UNION ALL
  SELECT group_key, day, amount, earliest, latest, bucket - 1 AS bucket FROM exits
),
exit_days AS (
  SELECT e.edge, x.day AS exit_day, CAST(sum(x.amount) AS BIGINT) AS amount
  FROM edges AS e
  JOIN exits_near AS x ON x.group_key = e.to_group AND x.bucket = e.bucket
  WHERE x.latest >= e.earliest AND x.earliest <= e.latest + $max_hop_hours * 3600
  GROUP BY 1, 2
),
cashed AS (
  SELECT edge, exit_day,
    CAST(sum(amount) OVER (PARTITION BY edge ORDER BY exit_day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS out_amount
  FROM exit_days
),
-- 从末端往回：k1 是最后一次到账，k2 是它之前的一手，依此类推；g1、g2 … 是相应的付款组。
one AS (
  SELECT c.exit_day, e.edge AS k1, e.from_group AS g1, e.to_group AS holder, LEAST(c.out_amount, e.amount) AS exit_amount,
    e.amount, e.day AS first_day, e.earliest, e.latest, e.bucket
  FROM cashed AS c JOIN edges AS e ON e.edge = c.edge
  WHERE c.exit_day BETWEEN $from_day AND $to_day AND c.out_amount >= e.amount * $min_keep
),
-- 前一手落在后一手的同一桶或上一桶。
before AS (
  SELECT edge, from_group, to_group, day, amount, earliest, latest, bucket FROM edges
  UNION ALL
  SELECT edge, from_group, to_group, day, amount, earliest, latest, bucket + 1 AS bucket FROM edges
),
two AS (
  SELECT c.exit_day, c.k1, c.g1, c.holder, c.exit_amount, b.edge AS k2, b.from_group AS g2, b.amount, b.day AS first_day,
    b.earliest, b.latest, b.day // $window_days AS bucket
  FROM one AS c
  JOIN before AS b ON b.to_group = c.g1 AND b.bucket = c.bucket
  WHERE c.amount BETWEEN b.amount * $min_keep AND b.amount
    AND c.latest >= b.earliest AND c.earliest <= b.latest + $max_hop_hours * 3600
    AND b.day BETWEEN c.exit_day - $window_days + 1 AND c.first_day AND b.from_group <> c.holder
),
three AS (
  SELECT c.exit_day, c.k1, c.g1, c.holder, c.exit_amount, c.k2, c.g2, b.edge AS k3, b.from_group AS g3, b.amount,
    b.day AS first_day, b.earliest, b.latest, b.day // $window_days AS bucket
  FROM two AS c
  JOIN before AS b ON b.to_group = c.g2 AND b.bucket = c.bucket
  WHERE $max_hops >= 4 AND c.amount BETWEEN b.amount * $min_keep AND b.amount
    AND c.latest >= b.earliest AND c.earliest <= b.latest + $max_hop_hours * 3600
    AND b.day BETWEEN c.exit_day - $window_days + 1 AND c.first_day AND b.from_group NOT IN (c.holder, c.g1)
),
four AS (
  SELECT c.exit_day, c.k1, c.g1, c.holder, c.exit_amount, c.k2, c.g2, c.k3, c.g3, b.edge AS k4, b.from_group AS g4,
    b.amount, b.day AS first_day, b.earliest, b.latest, b.day // $window_days AS bucket
  FROM three AS c
  JOIN before AS b ON b.to_group = c.g3 AND b.bucket = c.bucket
  WHERE $max_hops >= 5 AND c.amount BETWEEN b.amount * $min_keep AND b.amount
    AND c.latest >= b.earliest AND c.earliest <= b.latest + $max_hop_hours * 3600
    AND b.day BETWEEN c.exit_day - $window_days + 1 AND c.first_day AND b.from_group NOT IN (c.holder, c.g1, c.g2)
),
five AS (
  SELECT c.exit_day, c.k1, c.exit_amount, c.k2, c.k3, c.k4, b.edge AS k5, b.from_group AS g5, b.amount, b.day AS first_day
  FROM four AS c
  JOIN before AS b ON b.to_group = c.g4 AND b.bucket = c.bucket
  WHERE $max_hops >= 6 AND c.amount BETWEEN b.amount * $min_keep AND b.amount
    AND c.latest >= b.earliest AND c.earliest <= b.latest + $max_hop_hours * 3600
    AND b.day BETWEEN c.exit_day - $window_days + 1 AND c.first_day AND b.from_group NOT IN (c.holder, c.g1, c.g2, c.g3)
),
chains AS (
  SELECT c.g2 AS origin, c.exit_day, 3 AS hop_count, c.amount, c.exit_amount, c.first_day, c.k1, c.k2, 0 AS k3, 0 AS k4, 0 AS k5
  FROM two AS c
  LEFT JOIN (SELECT DISTINCT exit_day, k1, k2 FROM three) AS longer
    ON longer.exit_day = c.exit_day AND longer.k1 = c.k1 AND longer.k2 = c.k2
  WHERE longer.k1 IS NULL
  UNION ALL
  SELECT c.g3, c.exit_day, 4, c.amount, c.exit_amount, c.first_day, c.k1, c.k2, c.k3, 0, 0
  FROM three AS c
  LEFT JOIN (SELECT DISTINCT exit_day, k1, k2, k3 FROM four) AS longer
    ON longer.exit_day = c.exit_day AND longer.k1 = c.k1 AND longer.k2 = c.k2 AND longer.k3 = c.k3
  WHERE longer.k1 IS NULL
  UNION ALL
  SELECT c.g4, c.exit_day, 5, c.amount, c.exit_amount, c.first_day, c.k1, c.k2, c.k3, c.k4, 0
  FROM four AS c
  LEFT JOIN (SELECT DISTINCT exit_day, k1, k2, k3, k4 FROM five) AS longer
    ON longer.exit_day = c.exit_day AND longer.k1 = c.k1 AND longer.k2 = c.k2 AND longer.k3 = c.k3 AND longer.k4 = c.k4
  WHERE longer.k1 IS NULL
  UNION ALL
  SELECT g5, exit_day, 6, amount, exit_amount, first_day, k1, k2, k3, k4, k5 FROM five
),
hits AS (
  SELECT 'group' AS subject_kind, origin AS subject_id, exit_day - $window_days + 1 AS window_from, exit_day AS window_to,
    'high' AS severity, amount AS start_amount, hop_count, exit_amount,
    CAST(exit_amount AS DOUBLE) / amount AS keep_ratio, exit_day - first_day + 1 AS span_days, k1, k2, k3, k4, k5
  FROM (
    SELECT c.*, ROW_NUMBER() OVER (
      PARTITION BY origin, exit_day ORDER BY amount DESC, hop_count DESC, exit_amount DESC, k1, k2, k3, k4, k5) AS place
    FROM chains AS c
    WHERE amount >= $min_start AND hop_count >= $min_hops
  ) AS ranked
  WHERE place = 1
),
steps AS (
  SELECT h.*, s.step,
    CASE s.step WHEN 1 THEN h.k1 WHEN 2 THEN h.k2 WHEN 3 THEN h.k3 WHEN 4 THEN h.k4 ELSE h.k5 END AS edge
  FROM hits AS h
  CROSS JOIN (SELECT 1 AS step UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5) AS s
  WHERE s.step < h.hop_count
),
moves AS (
  SELECT s.subject_kind, s.subject_id, s.window_from, s.window_to, s.severity, s.start_amount, s.hop_count, s.exit_amount,
    s.keep_ratio, s.span_days, CASE WHEN s.step = s.hop_count - 1 THEN 'leaves' ELSE 'passes' END AS role,
    t.out_record, t.in_record
  FROM steps AS s
  JOIN edges AS e ON e.edge = s.edge
  JOIN transfers AS t ON t.from_party = e.from_party AND t.to_party = e.to_party AND t.day = e.day
  WHERE t.day BETWEEN $from_day - $window_days + 1 AND $to_day
  UNION ALL
  SELECT h.subject_kind, h.subject_id, h.window_from, h.window_to, h.severity, h.start_amount, h.hop_count, h.exit_amount,
    h.keep_ratio, h.span_days, 'cashed' AS role, x.out_record, x.in_record
  FROM hits AS h
  JOIN edges AS e ON e.edge = h.k1
  JOIN exits AS x ON x.group_key = e.to_group AND x.day BETWEEN e.day AND h.window_to
  WHERE x.latest >= e.earliest AND x.earliest <= e.latest + $max_hop_hours * 3600
)
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  out_record AS record_id, role, start_amount, hop_count, exit_amount, keep_ratio, span_days
FROM moves WHERE out_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  in_record AS record_id, role, start_amount, hop_count, exit_amount, keep_ratio, span_days
FROM moves WHERE in_record IS NOT NULL
