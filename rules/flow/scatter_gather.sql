/* ---
id: scatter_gather
code: T19
version: 1
name:
  zh: 分散再归集
  en: Scattered and gathered again
sectors: [bank, micro_loan, guarantee, pawn]
severity: high
window_days: 7
lookback_days: 13
opens_alert: true
reads: [transfers]
requires: [transfers]
claim:
  zh: "{window_days} 日内资金从一处分给 {intermediaries} 个中间方，又汇到同一收款方，经手 {amount} 元，过手比例最低的一方转交 {pass_share}"
  en: "Within {window_days} days money was scattered over {intermediaries} intermediaries and gathered again by one payee: {amount} yuan passed, the lowest share passed on was {pass_share}"
explanation:
  zh: 同一笔钱先拆给几个人，再由他们各自转给同一对象，多是为了绕开限额或隐去资金去向。主体为资金的出处；同一天有几个归集方时，报经手金额最大的。
  en: Money first split among several people who each hand it to the same payee is mostly meant to stay below limits or to hide where it goes. The subject is where it came from; of several payees on a day the one that gathered most is told.
legal_basis:
  - {text: "《金融机构大额交易和可疑交易报告管理办法》（中国人民银行令〔2016〕第3号）第十一条", valid_from: 2017-07-01, valid_to: null}
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第十三条第三项", valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 工资寄回家、同村工人把工资交给同一人带回；社员领款后向同一供货人付款；家庭凑款购房
  en: wages sent home, workers of one village who hand their pay to one person; members who pay one supplier with what they were just paid; families that pool for a house
blind_spots:
  zh: 单笔低于 {min_leg} 元的一段不计；经清算机构、现金走一段的不可见；同期有超过 {max_payers} 方付款的中间方视为经营性枢纽，不作中间方；无法折算人民币的转账
  en: legs of less than {min_leg} yuan; a leg through a clearing name or cash; an intermediary whom more than {max_payers} parties pay in the same days is a business and not taken for one; transfers without a value in CNY
parameters:
  min_intermediaries: {value: 4, unit: count, min: 2, max: 50, why: 夫妻与父母至多三方}
  min_amount: {value: 200000, unit: CNY, min: 20000, max: 50000000, why: 追诉标准 100 万元的两成}
  min_pass_share: {value: 0.8, unit: share, min: 0.5, max: 1.0, why: 帮忙过手只留少许酬劳；凭劳动所得留得更多}
  min_leg: {value: 5000, unit: CNY, min: 0, max: 50000, why: 再小就要四十个帮手才够起点金额}
  max_payers: {value: 20, unit: count, min: 1, max: 500, why: 帮手只有少数付款方，店铺、学校有许多}
measures:
  intermediaries: {unit: count, zh: 中间方数, en: intermediaries, threshold: min_intermediaries, full: 12}
  amount: {unit: CNY, zh: 经手金额, en: amount passed, threshold: min_amount, full: 1000000}
  pass_share: {unit: share, zh: 最低转交比例, en: lowest share passed on, threshold: min_pass_share, full: 1.0}
--- */
-- 解释：
-- 1. 节点是控制组：出处 s、中间方 m、归集方 k 互不相同；清算机构、现金、银行自身分录、未具名对手（键为 0）都不是节点。
--    登记为公共、持牌的单位不作中间方或归集方：人人各为其事向理财公司、保险、医院付款，不是同一笔钱的再归集
--    （类别只由登记授予）；它们作为出处仍计，由排除规则说明。
--    中间方按控制组计，夫妻算一方。
-- 2. m 合格：W 日窗口内收自 s 的钱为 x，此后付给 k 的钱为 y，y ≥ min_pass_share × x；经手金额 LEAST(x, y)。
--    “此后”：付给 k 的一笔可能的最晚时刻不早于窗口内 s 首次付给 m 可能的最早时刻；只精确到日的，同日先后不明，不作否定。
-- 3. 合格的 m ≥ min_intermediaries，经手金额合计 ≥ min_amount。触发：评估日当日有合格的 m 付给 k 的一笔。
-- 4. 枢纽：到 s 付给 m 的那天为止的 W 日内，付给 m（每笔 ≥ min_leg）的笔数超过 max_payers 的，那一笔不作分散的一段；
--    否则学校、商店、单位会把无关的人连成“中间方”。按笔数而非方数计，对真正的枢纽只会更严。
-- 剪枝一（不漏）：每段都不小于 min_leg，先按它筛。剪枝二（不漏）：W 日窗口至多跨两个 W 日桶，出处付出、归集方收到的
-- 金额和笔数在其中一桶不少于所需的一半。剪枝三（不漏）：整段时间内经过的 m 不足的 (s, k) 不可能命中。
WITH big AS (
  SELECT transfer_id, from_group, to_group, day, amount_cny AS amount, out_record, in_record,
    CAST(day AS BIGINT) * 86400 + CASE WHEN time_precision = 'day' THEN 0
      ELSE extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at) END AS earliest,
    CAST(day AS BIGINT) * 86400 + CASE WHEN time_precision = 'day' THEN 86399
      ELSE extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at)
        + CASE WHEN time_precision = 'minute' THEN 59 ELSE 0 END END AS latest
  FROM transfers AS t
  WHERE day BETWEEN $from_day - 2 * $window_days + 2 AND $to_day AND amount_cny >= $min_leg
    AND from_group <> to_group AND from_group <> 0 AND to_group <> 0
    AND from_kind <> 'clearing' AND to_kind NOT IN ('clearing', 'public', 'licensed')
),
sources AS (
  SELECT DISTINCT group_key FROM (
    SELECT from_group AS group_key FROM big
    GROUP BY from_group, day // $window_days
    HAVING count(*) * 2 >= $min_intermediaries AND sum(amount) * 2 >= $min_amount
  ) AS busy
),
sinks AS (
  SELECT DISTINCT group_key FROM (
    SELECT to_group AS group_key FROM big
    GROUP BY to_group, day // $window_days
    HAVING count(*) * 2 >= $min_intermediaries AND sum(amount) * 2 >= $min_amount
  ) AS busy
),
-- 中间方须从某个出处收、向某个归集方付。
helpers AS (
  SELECT DISTINCT b.to_group AS group_key FROM big AS b JOIN sources AS s ON s.group_key = b.from_group
  INTERSECT
  SELECT DISTINCT b.from_group AS group_key FROM big AS b JOIN sinks AS s ON s.group_key = b.to_group
),
received AS (
  SELECT b.*,
    count(*) OVER (PARTITION BY b.to_group ORDER BY b.day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS payments_near
  FROM big AS b JOIN helpers AS h ON h.group_key = b.to_group
),
scattered AS (
  SELECT r.*, r.day // $window_days AS bucket
  FROM received AS r JOIN sources AS s ON s.group_key = r.from_group
  WHERE r.payments_near <= $max_payers AND r.day >= $from_day - $window_days + 1
),
gathered AS (
  SELECT b.*, b.day // $window_days AS bucket
  FROM big AS b
  JOIN helpers AS h ON h.group_key = b.from_group
  JOIN sinks AS s ON s.group_key = b.to_group
  WHERE b.day >= $from_day - $window_days + 1
),
-- 后一段与前一段相距不到一个窗口：等值连接（中间方，桶），落在同一桶或下一桶，不漏。
following AS (
  SELECT from_group, to_group, day, latest, bucket FROM gathered
  UNION ALL
  SELECT from_group, to_group, day, latest, bucket - 1 AS bucket FROM gathered
),
ways AS (
  SELECT DISTINCT a.from_group AS source, a.to_group AS helper, b.to_group AS sink
  FROM scattered AS a
  JOIN following AS b ON b.from_group = a.to_group AND b.bucket = a.bucket
  WHERE b.to_group <> a.from_group AND b.day BETWEEN a.day AND a.day + $window_days - 1 AND b.latest >= a.earliest
),
ends AS (
  SELECT source, sink FROM ways GROUP BY 1, 2 HAVING count(*) >= $min_intermediaries
),
routes AS (
  SELECT w.source, w.helper, w.sink FROM ways AS w JOIN ends AS e ON e.source = w.source AND e.sink = w.sink
),
evenings AS (
  SELECT DISTINCT r.source, r.sink, g.day
  FROM routes AS r JOIN gathered AS g ON g.from_group = r.helper AND g.to_group = r.sink
  WHERE g.day BETWEEN $from_day AND $to_day
),
firsts AS (
  SELECT e.source, e.sink, e.day, r.helper, CAST(sum(s.amount) AS BIGINT) AS got, min(s.earliest) AS since
  FROM evenings AS e
  JOIN routes AS r ON r.source = e.source AND r.sink = e.sink
  JOIN scattered AS s ON s.from_group = r.source AND s.to_group = r.helper
    AND s.day BETWEEN e.day - $window_days + 1 AND e.day
  GROUP BY 1, 2, 3, 4
),
passes AS (
  SELECT f.source, f.sink, f.day, f.helper, f.got, f.since, CAST(sum(g.amount) AS BIGINT) AS gave, max(g.day) AS last_day
  FROM firsts AS f
  JOIN gathered AS g ON g.from_group = f.helper AND g.to_group = f.sink
    AND g.day BETWEEN f.day - $window_days + 1 AND f.day AND g.latest >= f.since
  GROUP BY 1, 2, 3, 4, 5, 6
  HAVING sum(g.amount) >= f.got * $min_pass_share
),
gatherings AS (
  SELECT source, sink, day, count(*) AS intermediaries, CAST(sum(LEAST(got, gave)) AS BIGINT) AS amount,
    min(LEAST(CAST(gave AS DOUBLE) / got, 1.0)) AS pass_share
  FROM passes
  GROUP BY 1, 2, 3
  HAVING count(*) >= $min_intermediaries AND sum(LEAST(got, gave)) >= $min_amount AND max(last_day) = day
),
hits AS (
  SELECT 'group' AS subject_kind, source AS subject_id, day - $window_days + 1 AS window_from, day AS window_to,
    'high' AS severity, intermediaries, amount, pass_share, sink
  FROM (
    SELECT g.*, ROW_NUMBER() OVER (PARTITION BY source, day ORDER BY amount DESC, intermediaries DESC, sink) AS place
    FROM gatherings AS g
  ) AS ranked
  WHERE place = 1
),
moves AS (
  SELECT h.*, 'scattered' AS role, s.out_record, s.in_record
  FROM hits AS h
  JOIN passes AS p ON p.source = h.subject_id AND p.sink = h.sink AND p.day = h.window_to
  JOIN scattered AS s ON s.from_group = p.source AND s.to_group = p.helper AND s.day BETWEEN h.window_from AND h.window_to
  UNION ALL
  SELECT h.*, 'gathered' AS role, g.out_record, g.in_record
  FROM hits AS h
  JOIN passes AS p ON p.source = h.subject_id AND p.sink = h.sink AND p.day = h.window_to
  JOIN gathered AS g ON g.from_group = p.helper AND g.to_group = p.sink AND g.day BETWEEN h.window_from AND h.window_to
    AND g.latest >= p.since
)
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  out_record AS record_id, role, intermediaries, amount, pass_share
FROM moves WHERE out_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  in_record AS record_id, role, intermediaries, amount, pass_share
FROM moves WHERE in_record IS NOT NULL
