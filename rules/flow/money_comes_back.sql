/* ---
id: money_comes_back
code: T18
version: 2
name:
  zh: 循环回流
  en: Money comes back to where it started
sectors: [bank, micro_loan, guarantee, pawn]
severity: high
window_days: 10
lookback_days: 10
opens_alert: true
reads: [entities, firms, guarantee_deposits, institutions, parties, transfers]
requires: [transfers]
claim:
  zh: "资金转出后 {span_days} 日内经 {cycle_length} 笔转账回到起点，最小一笔 {smallest_amount} 元，最小与最大一笔之比 {keep_ratio}"
  en: "Money left and came back to where it started within {span_days} days over {cycle_length} transfers, the smallest of {smallest_amount} yuan, smallest to largest {keep_ratio}"
explanation:
  zh: 金额相近的转账首尾相接、时间先后相承，最后回到付出第一笔的控制组，像是虚构往来或掩饰来源。以起点为主体，评估日为最后一笔的日期。
  en: Transfers of like amount follow one another in time and end at the control group that paid the first one, as made-up trade or hidden origin would look. The subject is where the money started, the day that of the last transfer.
legal_basis:
  - {text: "《金融机构大额交易和可疑交易报告管理办法》（中国人民银行令〔2016〕第3号）第十一条", valid_from: 2017-07-01, valid_to: null}
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第十三条第三项", valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 退款与退回汇款、家庭成员之间往来、资金池归集与下拨；向银行还贷后再贷、理财申赎、保证金退还后再缴已不计
  en: refunds and returned remittances, moves within a family, cash pooling; a bank loan repaid and drawn again, wealth products bought and redeemed, deposits refunded and paid anew no longer count
blind_spots:
  zh: 拆成多笔，或经清算机构、现金、持牌金融机构、公共单位走一段的回流；以台账作掩护、登记为保证金的一去一回；不能折算人民币的转账；超过六段或十日的回流
  en: returns split into several transfers, or passing through a clearing name, cash, a licensed institution or a public body; a round trip that the ledger books as a guarantee deposit; transfers without a value in CNY; longer chains or times
parameters:
  min_amount: {value: 50000, unit: CNY, min: 10000, max: 10000000, why: 熟人间日常往来低于此数}
  min_keep: {value: 0.8, unit: share, min: 0.5, max: 1.0, why: 途中会扣除手续费}
  max_length: {value: 6, unit: count, min: 2, max: 6, why: 更长的链条容易偶然闭合}
measures:
  cycle_length: {unit: count, zh: 环上转账笔数, en: transfers in the cycle, threshold: none}
  smallest_amount: {unit: CNY, zh: 最小一笔, en: smallest transfer, threshold: min_amount, full: 1000000}
  keep_ratio: {unit: share, zh: 最小与最大之比, en: smallest to largest, threshold: min_keep, full: 1.0}
  span_days: {unit: days, zh: 历时天数, en: days from first to last, threshold: none}
--- */
-- 解释：
-- 第 1 版把银行、理财公司、公共资源交易中心也当作环上一站：还贷后再贷、甲付乙而乙买理财甲赎理财，都成了“回流”。
-- 这些单位按合同或法令与成千上万的人分别收付，付给谁、付多少与刚从另一人处收到什么无关，经过它们闭合的环只是巧合；
-- 与清算机构一样，钱进去以后就认不出来。第 2 版不再把它们当作一站，担保台账登记的保证金退还与再缴也不成环。
-- 1. 节点是控制组；同组转账、现金、银行自身分录、未具名对手（键为 0）、清算机构（真实对手未知）、持牌金融机构和公共单位
--    不是边。每条边是一笔转账。持牌与否看主管部门登记；没有证件号的账户，户名与主管部门登记的持牌机构全称一致的，
--    也按该机构看待：未经批准不得用这样的名称开户，银行开户时核对；这里只是不当作一站，不解释任何其他命中。
--    （报送台账的小贷、担保、典当公司是监测对象，即使登记为持牌，仍是一站。）
-- 2. 时间相承：后一笔可能的最晚时刻不早于前一笔可能的最早时刻（只精确到日的，同日视为可能先后）。
-- 3. 环上控制组互不相同，首末两笔相距不超过窗口；各笔金额最小/最大 ≥ min_keep，且每笔 ≥ min_amount。
-- 4. 申报的放款与还款（is_loan）、担保台账登记的保证金缴存与退还（同一客户、同额、记账日在转账当日或之前三日内）组成的两段往来不计。
-- 5. 同一起点同一天有多个环时，报最小一笔最大的；再比长度，再比编号。触发：评估日当日有回到起点的一笔。
WITH registered_names AS (
  SELECT DISTINCT p.party_name, p.party_token
  FROM parties AS p JOIN institutions AS i ON i.code = p.institution
  WHERE i.sector = 'authority' AND p.party_class = 'licensed' AND p.party_name IS NOT NULL
),
-- 有证件号的账户由登记定性质（party_kind）；这里补户名一致而没有证件号的账户，证件号是别人的不算。
named_institutions AS (
  SELECT DISTINCT e.group_key
  FROM entities AS e JOIN registered_names AS n ON n.party_name = e.party_name
  LEFT JOIN firms AS f ON f.group_key = e.group_key
  WHERE COALESCE(e.party_token, n.party_token, '') = COALESCE(n.party_token, '') AND f.group_key IS NULL
),
big AS (
  SELECT transfer_id, from_group, to_group, from_party, to_party, day, amount_cny AS amount, is_loan,
    CAST(day AS BIGINT) * 86400 + CASE WHEN time_precision = 'day' THEN 0
      ELSE extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at) END AS earliest,
    CAST(day AS BIGINT) * 86400 + CASE WHEN time_precision = 'day' THEN 86399
      ELSE extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at)
        + CASE WHEN time_precision = 'minute' THEN 59 ELSE 0 END END AS latest
  FROM transfers AS t
  WHERE day BETWEEN $from_day - $window_days + 1 AND $to_day AND amount_cny >= $min_amount
    AND from_group <> to_group AND from_group <> 0 AND to_group <> 0
    AND from_kind NOT IN ('clearing', 'public') AND to_kind NOT IN ('clearing', 'public')
    AND (from_kind <> 'licensed' OR from_group IN (SELECT group_key FROM firms))
    AND (to_kind <> 'licensed' OR to_group IN (SELECT group_key FROM firms))
    AND from_group NOT IN (SELECT group_key FROM named_institutions)
    AND to_group NOT IN (SELECT group_key FROM named_institutions)
),
-- 剪枝（不漏）：环上每个控制组既有转入又有转出，做两轮。
inner_edges AS (
  SELECT * FROM big
  WHERE from_group IN (SELECT to_group FROM big) AND to_group IN (SELECT from_group FROM big)
),
-- 保证金台账：客户缴存、公司退还，各自与一笔转账对上。
deposit_moves AS (
  SELECT f.group_key, e.party_key AS customer_party, d.flow_type, d.flow_day, d.amount
  FROM guarantee_deposits AS d
  JOIN firms AS f ON f.institution = d.institution
  JOIN (
    SELECT party_token, min(party_key) AS party_key FROM entities WHERE party_token IS NOT NULL GROUP BY party_token
  ) AS e ON e.party_token = d.customer_token
  WHERE d.flow_type IN ('received', 'refunded') AND d.flow_day BETWEEN $from_day - $window_days - 2 AND $to_day
),
deposits AS (
  SELECT DISTINCT b.transfer_id
  FROM inner_edges AS b
  JOIN deposit_moves AS d ON d.amount = b.amount AND d.flow_day BETWEEN b.day - 3 AND b.day
    AND ((d.flow_type = 'refunded' AND d.group_key = b.from_group AND d.customer_party = b.to_party)
      OR (d.flow_type = 'received' AND d.group_key = b.to_group AND d.customer_party = b.from_party))
),
edges AS (
  SELECT e.transfer_id, e.from_group, e.to_group, e.day, e.amount, e.earliest, e.latest,
    e.is_loan OR d.transfer_id IS NOT NULL AS is_booked
  FROM inner_edges AS e
  LEFT JOIN deposits AS d ON d.transfer_id = e.transfer_id
  WHERE e.from_group IN (SELECT to_group FROM inner_edges) AND e.to_group IN (SELECT from_group FROM inner_edges)
),
-- 后一笔与前一笔相距不到一个窗口，故只落在同一日桶或下一日桶：按（控制组，日桶）等值连接，不漏。
following AS (
  SELECT *, day // $window_days AS bucket FROM edges
  UNION ALL
  SELECT *, day // $window_days - 1 AS bucket FROM edges
),
-- 两段路只算一次；更长的环由两段、三段路首尾相接。
two AS (
  SELECT a.from_group AS g1, a.to_group AS g2, b.to_group AS g3, a.transfer_id AS t1, b.transfer_id AS t2,
    a.day AS first_day, b.day AS last_day, a.latest AS first_latest, b.earliest AS last_earliest,
    LEAST(a.amount, b.amount) AS low, GREATEST(a.amount, b.amount) AS high, a.is_booked AND b.is_booked AS is_booked
  FROM edges AS a
  JOIN following AS b ON b.from_group = a.to_group AND b.bucket = a.day // $window_days
  WHERE b.latest >= a.earliest AND b.day BETWEEN a.day AND a.day + $window_days - 1
    AND LEAST(a.amount, b.amount) >= GREATEST(a.amount, b.amount) * $min_keep
),
open_two AS (SELECT * FROM two WHERE g3 <> g1),
three AS (
  SELECT p.g1, p.g2, p.g3, e.to_group AS g4, p.t1, p.t2, e.transfer_id AS t3, p.first_day, e.day AS last_day,
    p.first_latest, e.earliest AS last_earliest, LEAST(p.low, e.amount) AS low, GREATEST(p.high, e.amount) AS high
  FROM open_two AS p
  JOIN following AS e ON e.from_group = p.g3 AND e.bucket = p.last_day // $window_days
  WHERE e.latest >= p.last_earliest AND e.day BETWEEN p.last_day AND p.first_day + $window_days - 1
    AND e.to_group <> p.g2 AND LEAST(p.low, e.amount) >= GREATEST(p.high, e.amount) * $min_keep
),
open_three AS (SELECT * FROM three WHERE g4 <> g1 AND $max_length >= 5),
cycles AS (
  SELECT g1 AS origin, last_day, first_day, 2 AS cycle_length, low, high, t1, t2, 0 AS t3, 0 AS t4, 0 AS t5, 0 AS t6
  FROM two WHERE g3 = g1 AND NOT is_booked
  UNION ALL
  SELECT g1, last_day, first_day, 3, low, high, t1, t2, t3, 0, 0, 0
  FROM three WHERE g4 = g1
  UNION ALL
  SELECT a.g1, b.last_day, a.first_day, 4, LEAST(a.low, b.low), GREATEST(a.high, b.high), a.t1, a.t2, b.t1, b.t2, 0, 0
  FROM open_two AS a
  JOIN open_two AS b ON b.g1 = a.g3 AND b.g3 = a.g1
  WHERE b.g2 <> a.g2 AND b.first_latest >= a.last_earliest AND b.first_day >= a.last_day
    AND b.last_day <= a.first_day + $window_days - 1
    AND LEAST(a.low, b.low) >= GREATEST(a.high, b.high) * $min_keep
  UNION ALL
  SELECT a.g1, b.last_day, a.first_day, 5, LEAST(a.low, b.low), GREATEST(a.high, b.high),
    a.t1, a.t2, a.t3, b.t1, b.t2, 0
  FROM open_three AS a
  JOIN open_two AS b ON b.g1 = a.g4 AND b.g3 = a.g1
  WHERE b.g2 <> a.g2 AND b.g2 <> a.g3 AND b.first_latest >= a.last_earliest AND b.first_day >= a.last_day
    AND b.last_day <= a.first_day + $window_days - 1
    AND LEAST(a.low, b.low) >= GREATEST(a.high, b.high) * $min_keep
  UNION ALL
  SELECT a.g1, b.last_day, a.first_day, 6, LEAST(a.low, b.low), GREATEST(a.high, b.high),
    a.t1, a.t2, a.t3, b.t1, b.t2, b.t3
  FROM open_three AS a
  JOIN open_three AS b ON b.g1 = a.g4 AND b.g4 = a.g1
  WHERE b.g2 NOT IN (a.g2, a.g3) AND b.g3 NOT IN (a.g2, a.g3)
    AND b.first_latest >= a.last_earliest AND b.first_day >= a.last_day
    AND b.last_day <= a.first_day + $window_days - 1
    AND LEAST(a.low, b.low) >= GREATEST(a.high, b.high) * $min_keep
),
best AS (
  SELECT * FROM (
    SELECT c.*, ROW_NUMBER() OVER (
      PARTITION BY origin, last_day
      ORDER BY low DESC, cycle_length, high, first_day DESC, t1, t2, t3, t4, t5, t6) AS place
    FROM cycles AS c
    WHERE cycle_length <= $max_length AND last_day BETWEEN $from_day AND $to_day
  ) AS ranked
  WHERE place = 1
),
hits AS (
  SELECT 'group' AS subject_kind, origin AS subject_id, last_day - $window_days + 1 AS window_from, last_day AS window_to,
    'high' AS severity, cycle_length, low AS smallest_amount, CAST(low AS DOUBLE) / high AS keep_ratio,
    last_day - first_day + 1 AS span_days, t1, t2, t3, t4, t5, t6
  FROM best
),
steps AS (
  SELECT h.*, s.step,
    CASE s.step WHEN 1 THEN h.t1 WHEN 2 THEN h.t2 WHEN 3 THEN h.t3 WHEN 4 THEN h.t4 WHEN 5 THEN h.t5 ELSE h.t6 END AS transfer_id
  FROM hits AS h
  CROSS JOIN (
    SELECT 1 AS step UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6
  ) AS s
  WHERE s.step <= h.cycle_length
),
moves AS (
  SELECT s.*, CASE WHEN s.step = 1 THEN 'leaves' WHEN s.step = s.cycle_length THEN 'returns' ELSE 'passes' END AS role,
    t.out_record, t.in_record
  FROM steps AS s
  JOIN transfers AS t ON t.transfer_id = s.transfer_id AND t.day BETWEEN s.window_from AND s.window_to
)
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  out_record AS record_id, role, cycle_length, smallest_amount, keep_ratio, span_days
FROM moves WHERE out_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  in_record AS record_id, role, cycle_length, smallest_amount, keep_ratio, span_days
FROM moves WHERE in_record IS NOT NULL
