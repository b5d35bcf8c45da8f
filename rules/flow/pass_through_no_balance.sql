/* ---
id: pass_through_no_balance
code: T13
version: 1
name:
  zh: 快进快出、不留余额
  en: Money passes through and leaves no balance
sectors: [bank, micro_loan, guarantee, pawn]
severity: high
window_days: 30
lookback_days: 59
opens_alert: true
reads: [transfers, party_day, entities]
requires: [transfers]
claim:
  zh: "{window_days} 日内有 {pass_days} 天当日转入转出相抵且日终几乎不留余额，合计转入 {amount_in} 元、转出为转入的 {out_ratio}，资金停留中位数不超过 {dwell_hours} 小时"
  en: "On {pass_days} of {window_days} days money came in and left again with next to no balance at day end: {amount_in} yuan in all, {out_ratio} of it paid out, the median stay no longer than {dwell_hours} hours"
explanation:
  zh: 账户当日收多少付多少、日终清空，说明它只是通道。停留时间按先进先出逐笔配对，取金额加权中位数；余额为控制组各主体日终余额之和。
  en: An account that pays out each day what it took in and ends the day empty is a conduit. The stay pairs money first in, first out and takes the median weighted by amount; the balance is that of the whole control group.
no_data:
  zh: 日终余额未报送或有交易无法折算人民币，能否称为通道无从判断
  en: day-end balances were not reported, or some transfers have no value in CNY
legal_basis:
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第十三条第三项", valid_from: 2021-05-01, valid_to: null}
  - {text: "《金融机构大额交易和可疑交易报告管理办法》（中国人民银行令〔2016〕第3号）第十一条", valid_from: 2017-07-01, valid_to: null}
false_positives:
  zh: 商户收单日清、资金归集账户、家庭成员之间过账
  en: merchants that sweep daily, cash-pooling accounts, money passed on within a family
blind_spots:
  zh: 跨日停留的通道不计；对敲型（地下钱庄）的多对手、按汇率换算金额的特征另见 mirrored_exchange；完全未报送账户的主体不评估
  en: conduits that hold money overnight; the underground-bank variant (many counterparties, amounts that are a rate times a round foreign sum) is a rule of its own (mirrored_exchange); subjects without any reported account
parameters:
  min_days: {value: 5, unit: days, min: 2, max: 30, why: 卖房、过桥贷款一两天就过完}
  min_in: {value: 50000, unit: CNY, min: 5000, max: 5000000, why: 现金报告标准}
  min_ratio: {value: 0.9, unit: share, min: 0.5, max: 1.0, why: 当日资金几乎全部转走}
  max_ratio: {value: 1.1, unit: ratio, min: 1.0, max: 1.5, why: 转出至多略多于当日转入}
  max_dwell_hours: {value: 24, unit: hours, min: 0.25, max: 24, why: 资金当天就离开}
  max_balance: {value: 1000, unit: CNY, min: 0, max: 50000, why: 可留零头}
  max_balance_share: {value: 0.05, unit: share, min: 0.0, max: 0.3, why: 手续费与取整会留下尾数}
measures:
  pass_days: {unit: days, zh: 通道日数, en: conduit days, threshold: min_days, full: 15}
  amount_in: {unit: CNY, zh: 通道日转入合计, en: paid in on conduit days, threshold: none}
  out_ratio: {unit: share, zh: 通道日转出占转入, en: paid out as a share of paid in, threshold: none}
  dwell_hours: {unit: hours, zh: 最长的日停留中位数, en: longest daily median stay, threshold: max_dwell_hours, full: 2}
--- */
-- 解释：
-- 1. “通道日”逐日独立判断：当日外部转入 ≥ min_in，转出 ÷ 转入在区间内，日终余额 ≤ max(max_balance, 转入 × max_balance_share)，
--    当日转入资金的停留中位数 ≤ max_dwell_hours。窗口内通道日 ≥ min_days 且评估日本身是通道日（触发）即命中。
-- 2. 停留时间：先进先出，先用日初余额抵付；金额加权中位数。只精确到日的分录按上限计（转入取日初，转出取日末）；
--    日终仍留在账上的部分视为超过任何阈值。
-- 3. 控制组余额 = 近 W 日有动账的各主体最近一次日终余额之和；任一未报送即“无从判断”。
WITH linked AS (
  -- 控制组键是组内最小的主体键，故只要主体键不等于控制组键，该组就有两个以上主体。
  SELECT DISTINCT group_key FROM party_day
  WHERE party_key <> group_key AND day BETWEEN $from_day - $window_days + 1 AND $to_day
),
-- 剪枝一（不漏）：控制组外部转入不超过各主体转入之和。单主体组直接看该行，多主体组先求和。
lively AS (
  SELECT p.group_key, p.day
  FROM party_day AS p LEFT JOIN linked AS l ON l.group_key = p.group_key
  WHERE l.group_key IS NULL AND (p.in_cny >= $min_in OR p.unvalued_count > 0)
    AND p.day BETWEEN $from_day - $window_days + 1 AND $to_day AND p.party_kind <> 'clearing'
  UNION ALL
  SELECT p.group_key, p.day
  FROM party_day AS p JOIN linked AS l ON l.group_key = p.group_key
  WHERE p.day BETWEEN $from_day - $window_days + 1 AND $to_day AND p.party_kind <> 'clearing'
  GROUP BY p.group_key, p.day
  HAVING sum(p.in_cny) >= $min_in OR sum(p.unvalued_count) > 0
),
-- 剪枝二（不漏）：候选日在任一窗口内都不足 min_days 的组不可能命中。
frequent AS (
  SELECT DISTINCT group_key FROM (
    SELECT group_key,
      count(*) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS close_days
    FROM lively
  ) AS counted
  WHERE close_days >= $min_days
),
candidates AS (
  SELECT v.group_key, v.day FROM lively AS v JOIN frequent AS f ON f.group_key = v.group_key
),
legs AS (
  SELECT c.group_key, c.day, 1 AS is_in, t.amount_cny, t.transfer_id,
    -- 转入取最早可能时刻，单位秒。
    CASE WHEN t.time_precision = 'day' THEN 0
      ELSE CAST(extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at) AS INTEGER)
    END AS clock
  FROM candidates AS c JOIN transfers AS t ON t.to_group = c.group_key AND t.day = c.day
  WHERE t.from_group <> t.to_group AND t.from_kind <> 'bank'
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
  UNION ALL
  SELECT c.group_key, c.day, 0 AS is_in, t.amount_cny, t.transfer_id,
    -- 转出取最晚可能时刻。
    CASE WHEN t.time_precision = 'day' THEN 86400
      ELSE CAST(extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at) AS INTEGER)
        + CASE WHEN t.time_precision = 'minute' THEN 59 ELSE 0 END
    END AS clock
  FROM candidates AS c JOIN transfers AS t ON t.from_group = c.group_key AND t.day = c.day
  WHERE t.from_group <> t.to_group AND t.to_kind <> 'bank'
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
totals AS (
  SELECT group_key, day,
    CAST(sum(CASE WHEN is_in = 1 THEN COALESCE(amount_cny, 0) ELSE 0 END) AS BIGINT) AS came,
    CAST(sum(CASE WHEN is_in = 0 THEN COALESCE(amount_cny, 0) ELSE 0 END) AS BIGINT) AS went,
    max(CASE WHEN amount_cny IS NULL THEN 1 ELSE 0 END) AS is_unvalued
  FROM legs GROUP BY 1, 2
),
balanced AS (
  SELECT * FROM totals
  WHERE is_unvalued = 1
    OR (came >= $min_in AND CAST(went AS DOUBLE) / NULLIF(came, 0) BETWEEN $min_ratio AND $max_ratio)
),
closings AS (
  SELECT group_key, day, CASE WHEN count(*) = count(closing_balance) THEN CAST(sum(closing_balance) AS BIGINT) END AS closing
  FROM (
    SELECT b.group_key, b.day, p.closing_balance,
      ROW_NUMBER() OVER (PARTITION BY b.group_key, b.day, p.party_key ORDER BY p.day DESC) AS age
    FROM balanced AS b
    JOIN party_day AS p ON p.group_key = b.group_key AND p.day BETWEEN b.day - $window_days + 1 AND b.day
    WHERE p.day BETWEEN $from_day - 2 * $window_days + 2 AND $to_day
  ) AS last_known
  WHERE age = 1
  GROUP BY 1, 2
),
emptied AS (
  SELECT b.group_key, b.day, b.came, b.went,
    b.is_unvalued, b.is_unvalued = 1 OR c.closing IS NULL AS is_unknown,
    GREATEST(COALESCE(c.closing, 0) - b.came + b.went, 0) AS opening
  FROM balanced AS b
  JOIN closings AS c ON c.group_key = b.group_key AND c.day = b.day
  WHERE b.is_unvalued = 1 OR c.closing IS NULL OR c.closing <= $max_balance
    OR c.closing <= CAST(b.came AS DOUBLE) * $max_balance_share
),
-- 先进先出：把当日转入、转出各自首尾相接排在同一条金额轴上（转出先扣日初余额），每个断点之后的一段资金
-- 属于起点不晚于它的最后一笔转入和最后一笔转出；时刻单调，所以“最后一笔”就是前缀最大值。
points AS (
  SELECT l.group_key, l.day,
    CASE WHEN l.is_in = 1 THEN l.before ELSE GREATEST(l.before - e.opening, 0) END AS position,
    CASE WHEN l.is_in = 1 THEN l.clock END AS in_clock,
    CASE WHEN l.is_in = 0 THEN l.clock END AS out_clock
  FROM (
    SELECT group_key, day, is_in, clock,
      CAST(sum(amount_cny) OVER (
        PARTITION BY group_key, day, is_in ORDER BY clock, transfer_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS BIGINT) - amount_cny AS before
    FROM legs WHERE amount_cny IS NOT NULL
  ) AS l
  JOIN emptied AS e ON e.group_key = l.group_key AND e.day = l.day
  UNION ALL
  -- 转出总额用尽之后的部分日终仍在账上：两天的秒数作为“未离开”的标记。
  SELECT group_key, day, GREATEST(went - opening, 0) AS position, NULL AS in_clock, 172800 AS out_clock FROM emptied
),
pieces AS (
  SELECT p.group_key, p.day, p.position, e.came,
    LEAST(COALESCE(LEAD(p.position) OVER (PARTITION BY p.group_key, p.day ORDER BY p.position, p.in_clock, p.out_clock), e.came), e.came) AS following,
    max(p.out_clock) OVER (
      PARTITION BY p.group_key, p.day ORDER BY p.position, p.in_clock, p.out_clock ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) - max(p.in_clock) OVER (
      PARTITION BY p.group_key, p.day ORDER BY p.position, p.in_clock, p.out_clock ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS seconds
  FROM points AS p
  JOIN emptied AS e ON e.group_key = p.group_key AND e.day = p.day
),
medians AS (
  SELECT group_key, day, min(GREATEST(seconds, 0)) AS seconds FROM (
    SELECT group_key, day, came, seconds,
      sum(following - position) OVER (
        PARTITION BY group_key, day ORDER BY seconds, position ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS covered
    FROM pieces WHERE following > position
  ) AS sorted
  WHERE covered * 2 >= came
  GROUP BY 1, 2
),
passed AS (
  SELECT e.group_key, e.day, e.came, e.went, e.is_unknown, CAST(m.seconds AS DOUBLE) / 3600 AS dwell
  FROM emptied AS e
  LEFT JOIN medians AS m ON m.group_key = e.group_key AND m.day = e.day
  -- 日初余额只会延长停留，余额未知时按零计的停留已是下限：它超过阈值，就确定不是通道日。
  WHERE e.is_unvalued = 1 OR m.seconds <= $max_dwell_hours * 3600
),
windows AS (
  SELECT group_key, day, is_unknown,
    CAST(sum(CASE WHEN is_unknown THEN 0 ELSE 1 END) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS BIGINT)
      AS pass_days,
    count(*) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS possible_days,
    CAST(sum(CASE WHEN is_unknown THEN 0 ELSE came END) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS BIGINT)
      AS amount_in,
    CAST(sum(CASE WHEN is_unknown THEN 0 ELSE went END) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS BIGINT)
      AS amount_out,
    max(CASE WHEN is_unknown THEN NULL ELSE dwell END) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW)
      AS dwell_hours
  FROM passed
),
hits AS (
  SELECT 'group' AS subject_kind, w.group_key AS subject_id, w.day - $window_days + 1 AS window_from, w.day AS window_to,
    CASE WHEN w.pass_days >= $min_days THEN 'high' ELSE 'not_enough_data' END AS severity,
    w.pass_days, w.amount_in, CAST(w.amount_out AS DOUBLE) / NULLIF(w.amount_in, 0) AS out_ratio, w.dwell_hours
  FROM windows AS w
  WHERE w.possible_days >= $min_days AND w.day BETWEEN $from_day AND $to_day
    AND ((w.pass_days >= $min_days AND NOT w.is_unknown)
      OR (w.pass_days < $min_days AND w.group_key IN (SELECT group_key FROM entities WHERE is_reported)))
),
moves AS (
  SELECT h.*, 'inflow' AS role, t.out_record, t.in_record
  FROM hits AS h
  JOIN passed AS p ON p.group_key = h.subject_id AND p.day BETWEEN h.window_from AND h.window_to AND NOT p.is_unknown
  JOIN transfers AS t ON t.to_group = p.group_key AND t.day = p.day
  WHERE h.severity <> 'not_enough_data' AND t.from_group <> t.to_group AND t.from_kind <> 'bank'
  UNION ALL
  SELECT h.*, 'outflow' AS role, t.out_record, t.in_record
  FROM hits AS h
  JOIN passed AS p ON p.group_key = h.subject_id AND p.day BETWEEN h.window_from AND h.window_to AND NOT p.is_unknown
  JOIN transfers AS t ON t.from_group = p.group_key AND t.day = p.day
  WHERE h.severity <> 'not_enough_data' AND t.from_group <> t.to_group AND t.to_kind <> 'bank'
)
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  out_record AS record_id, role, pass_days, amount_in, out_ratio, dwell_hours
FROM moves WHERE out_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  in_record AS record_id, role, pass_days, amount_in, out_ratio, dwell_hours
FROM moves WHERE in_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'none' AS record_kind,
  0 AS record_id, 'none' AS role, pass_days, amount_in, out_ratio, dwell_hours
FROM hits WHERE severity = 'not_enough_data'
