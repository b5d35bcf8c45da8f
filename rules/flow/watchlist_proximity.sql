/* ---
id: watchlist_proximity
code: T23
version: 1
name: {zh: 名单邻近, en: Proximity to a listed party}
sectors: [bank, micro_loan, guarantee, pawn]
severity: [high, medium]
window_days: 90
lookback_days: 179
opens_alert: true
reads: [entities, transfers, watchlist]
requires: [transfers]
claim:
  zh: "{window_days} 日内与名单主体（{list_type}，依据：{basis}）往来 {amount} 元，隔 {hops} 跳；中间方转手比例 {pass_share}"
  en: "Within {window_days} days {amount} yuan moved to or from a listed party ({list_type}; basis: {basis}) at a distance of {hops}; share passed on by the party between: {pass_share}"
explanation:
  zh: 与在册且在有效期内的名单主体（按证件或账号匹配，从不按姓名）有直接资金往来，或经一个转手方间接往来。名单须有依据和期限；只看往来当日有效的条目。
  en: Money moved to or from a party that a list in force names by identity or account (never by name), directly or through one party that passes money on. Only entries in force on the day of the transfer count.
no_data:
  zh: 往来无法折算人民币，金额是否达到标准无从判断
  en: the transfers have no value in CNY
legal_basis:
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第十二条、第十三条第三项", valid_from: 2021-05-01, valid_to: null}
  - {text: "《中华人民共和国反洗钱法》（2024年修订）第四十条", valid_from: 2025-01-01, valid_to: null}
false_positives:
  zh: 同名不同人（只有姓名的条目不参与匹配）；法院、破产管理人向名单主体发还款项；与名单主体的日常买卖
  en: namesakes (entries with a name only are not matched); courts and administrators that pay a listed party; ordinary dealings with one
blind_spots:
  zh: 名单未录证件或账号；名单主体借他人名义收付；三跳以上；经现金或支付机构的往来；转手方账户未报送时其总收支只见一侧
  en: list entries without identity or account; listed persons who act through others; three hops and more; cash and payment firms; where the account of the party between is not reported only one side of its totals is seen
parameters:
  min_amount: {value: 10000, unit: CNY, min: 100, max: 10000000, why: 低于一万元多为日常往来}
  min_pass_share: {value: 0.5, unit: share, min: 0.1, max: 1.0, why: 转手过半的中间方才是通道，否则只是共同的交易对象}
measures:
  hops: {unit: count, zh: 跳数, en: hops}
  amount: {unit: CNY, zh: 与名单主体往来, en: moved to or from the listed party, threshold: min_amount, full: 200000}
  pass_share: {unit: share, zh: 转手比例, en: share passed on, threshold: min_pass_share, full: 1.0}
  list_type: {unit: text, zh: 名单类型, en: list}
  basis: {unit: text, zh: 列入依据, en: basis}
--- */
-- How the definition is read
-- * Listed: an identity (all its accounts) or an account. A transfer counts when the entry is in force on its own day:
--   listed_on <= day <= expires_on. An entry without a first day is in force from the start, without a last day for good.
-- * One hop, high: the subject and listed parties moved >= min_amount in the window, both directions together.
-- * Two hops, medium: X and the listed party L deal through Y. Y's money is one pot, so what of X's money reached L is
--   shared out in proportion: (X to Y) * (Y to L) / (all that passed through Y), and Y must have passed on to L at least
--   min_pass_share of all; likewise backwards, (L to Y) * (Y to X) / all, Y to X being at least that share. All that
--   passed through Y is the larger of its in and out in the window: an unreported Y shows one side only. The larger of
--   the two directions is reported. Money of X counts only up to the day of Y's last payment to L, payments to X only
--   from the day of L's first payment to Y: order of time.
-- * No lead: public bodies (courts among them), licensed institutions, clearing, cash and the bank itself, neither as
--   subject nor between; and whoever is listed on the end day itself, whose own entry says more.
-- * Trigger: a transfer of the end day between subject and listed party; or (two hops) between X and Y or Y and L. A
--   subject with a direct hit has no hit of two hops on the same day.
-- * Prune (exact): everything starts from the few transfers with listed accounts; Y's are the groups in them.
WITH entries AS (
  SELECT party_token, account_key, record_id, COALESCE(list_type, '--') AS list_type, COALESCE(basis, '--') AS basis,
    COALESCE(DATEDIFF('day', DATE '1970-01-01', listed_on), 0) AS since_day,
    COALESCE(DATEDIFF('day', DATE '1970-01-01', expires_on), 9999999) AS until_day
  FROM watchlist
  WHERE party_token IS NOT NULL OR account_key IS NOT NULL
),
listed AS (
  SELECT DISTINCT e.canonical_key, e.group_key, w.since_day, w.until_day, w.list_type, w.basis, w.record_id
  FROM entries AS w JOIN entities AS e ON e.party_token = w.party_token
  UNION
  SELECT DISTINCT e.canonical_key, e.group_key, w.since_day, w.until_day, w.list_type, w.basis, w.record_id
  FROM entries AS w JOIN entities AS e ON e.account_key = w.account_key
),
met AS (
  SELECT t.transfer_id, t.day, t.to_group AS group_key, t.to_kind AS kind, 0 AS to_listed, t.amount_cny, t.out_record,
    t.in_record, l.list_type, l.basis, l.record_id AS list_record
  FROM transfers AS t JOIN listed AS l ON l.canonical_key = t.from_account AND t.day BETWEEN l.since_day AND l.until_day
  WHERE t.from_group <> t.to_group AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
  UNION ALL
  SELECT t.transfer_id, t.day, t.from_group AS group_key, t.from_kind AS kind, 1 AS to_listed, t.amount_cny, t.out_record,
    t.in_record, l.list_type, l.basis, l.record_id AS list_record
  FROM transfers AS t JOIN listed AS l ON l.canonical_key = t.to_account AND t.day BETWEEN l.since_day AND l.until_day
  WHERE t.from_group <> t.to_group AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
-- A transfer with a party on two lists is one transfer; the entry with the smallest record speaks.
touches AS (
  SELECT * FROM (
    SELECT m.*, ROW_NUMBER() OVER (PARTITION BY transfer_id, group_key ORDER BY list_record, list_type, basis) AS place
    FROM met AS m WHERE kind IN ('person', 'firm', 'unknown') AND group_key <> 0
  ) AS ranked
  WHERE place = 1
),
-- One hop.
touch_days AS (
  SELECT DISTINCT group_key, day AS end_day FROM touches WHERE day BETWEEN $from_day AND $to_day
),
near AS (
  SELECT d.group_key, d.end_day, CAST(sum(COALESCE(t.amount_cny, 0)) AS BIGINT) AS amount,
    count(*) - count(t.amount_cny) AS unvalued, min(t.list_record) AS list_record
  FROM touch_days AS d
  JOIN touches AS t ON t.group_key = d.group_key AND t.day BETWEEN d.end_day - $window_days + 1 AND d.end_day
  GROUP BY 1, 2
  HAVING sum(COALESCE(t.amount_cny, 0)) >= $min_amount OR count(*) > count(t.amount_cny)
),
-- Two hops: all flows of the parties between.
between_groups AS (
  SELECT DISTINCT group_key FROM touches
),
flows AS (
  SELECT b.group_key AS via_group, 1 AS is_in, t.day, t.from_group AS other, t.from_kind AS kind, t.transfer_id,
    t.amount_cny, t.out_record, t.in_record
  FROM between_groups AS b JOIN transfers AS t ON t.to_group = b.group_key
  WHERE t.from_group <> t.to_group AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
  UNION ALL
  SELECT b.group_key AS via_group, 0 AS is_in, t.day, t.to_group AS other, t.to_kind AS kind, t.transfer_id,
    t.amount_cny, t.out_record, t.in_record
  FROM between_groups AS b JOIN transfers AS t ON t.from_group = b.group_key
  WHERE t.from_group <> t.to_group AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
tagged AS (
  SELECT f.*, COALESCE(f.amount_cny, 0) AS amount, CASE WHEN t.transfer_id IS NULL THEN 0 ELSE 1 END AS is_listed
  FROM flows AS f
  LEFT JOIN touches AS t ON t.transfer_id = f.transfer_id AND t.group_key = f.via_group
),
via_days AS (
  SELECT via_group, day,
    CAST(sum(is_in * amount) AS BIGINT) AS came, CAST(sum((1 - is_in) * amount) AS BIGINT) AS went,
    CAST(sum(is_listed * is_in * amount) AS BIGINT) AS from_listed,
    CAST(sum(is_listed * (1 - is_in) * amount) AS BIGINT) AS to_listed,
    max(CASE WHEN is_listed = 1 AND is_in = 0 THEN day END) AS paid_listed_day,
    max(is_listed) AS has_listed
  FROM tagged GROUP BY 1, 2
),
via_windows AS (
  SELECT via_group, day AS end_day, has_listed,
    GREATEST(
      sum(came) OVER (PARTITION BY via_group ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW),
      sum(went) OVER (PARTITION BY via_group ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW)) AS passed,
    sum(from_listed) OVER (PARTITION BY via_group ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW)
      AS from_listed,
    sum(to_listed) OVER (PARTITION BY via_group ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW)
      AS to_listed,
    max(paid_listed_day) OVER (PARTITION BY via_group ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW)
      AS last_paid,
    min(CASE WHEN from_listed > 0 THEN day END) OVER (
      PARTITION BY via_group ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS first_got
  FROM via_days
),
-- Prune (exact): money of the listed in or out of the party between must itself reach the amount.
conduits AS (
  SELECT * FROM via_windows
  WHERE end_day BETWEEN $from_day AND $to_day AND passed > 0
    AND (from_listed >= $min_amount
      OR (to_listed >= $min_amount AND CAST(to_listed AS DOUBLE) / passed >= $min_pass_share))
),
far_days AS (
  SELECT DISTINCT c.via_group, c.end_day, f.other AS group_key
  FROM conduits AS c
  JOIN tagged AS f ON f.via_group = c.via_group AND f.is_listed = 0
    AND f.day BETWEEN CASE WHEN c.has_listed = 1 THEN c.end_day - $window_days + 1 ELSE c.end_day END AND c.end_day
  WHERE f.kind IN ('person', 'firm', 'unknown') AND f.other <> 0
),
far_sums AS (
  SELECT d.via_group, d.end_day, d.group_key,
    max(c.passed) AS passed, max(c.from_listed) AS from_listed, max(c.to_listed) AS to_listed,
    CAST(sum(CASE WHEN f.is_in = 1 AND f.day <= c.last_paid THEN f.amount ELSE 0 END) AS BIGINT) AS given,
    CAST(sum(CASE WHEN f.is_in = 0 AND f.day >= c.first_got THEN f.amount ELSE 0 END) AS BIGINT) AS got
  FROM far_days AS d
  JOIN conduits AS c ON c.via_group = d.via_group AND c.end_day = d.end_day
  JOIN tagged AS f ON f.via_group = d.via_group AND f.other = d.group_key AND f.is_listed = 0
    AND f.day BETWEEN d.end_day - $window_days + 1 AND d.end_day
  GROUP BY 1, 2, 3
),
traced AS (
  SELECT via_group, end_day, group_key, 1 AS forward, CAST(to_listed AS DOUBLE) / passed AS pass_share,
    CAST(FLOOR(CAST(given AS DOUBLE) * to_listed / passed) AS BIGINT) AS amount
  FROM far_sums
  UNION ALL
  SELECT via_group, end_day, group_key, 0 AS forward, CAST(got AS DOUBLE) / passed AS pass_share,
    CAST(FLOOR(CAST(from_listed AS DOUBLE) * got / passed) AS BIGINT) AS amount
  FROM far_sums
),
far AS (
  SELECT * FROM (
    SELECT r.*, ROW_NUMBER() OVER (
      PARTITION BY end_day, group_key ORDER BY amount DESC, pass_share DESC, via_group, forward) AS place
    FROM traced AS r WHERE pass_share >= $min_pass_share AND amount >= $min_amount
  ) AS ranked
  WHERE place = 1
),
candidates AS (
  SELECT group_key, end_day, 1 AS hops, amount, unvalued, list_record, CAST(NULL AS DOUBLE) AS pass_share,
    CAST(NULL AS BIGINT) AS via_group
  FROM near
  UNION ALL
  SELECT f.group_key, f.end_day, 2 AS hops, f.amount, 0 AS unvalued, min(t.list_record) AS list_record, f.pass_share,
    f.via_group
  FROM far AS f
  JOIN touches AS t ON t.group_key = f.via_group AND t.day BETWEEN f.end_day - $window_days + 1 AND f.end_day
  LEFT JOIN near AS n ON n.group_key = f.group_key AND n.end_day = f.end_day
  WHERE n.group_key IS NULL
  GROUP BY 1, 2, 3, 4, 5, 7, 8
),
hits AS (
  SELECT 'group' AS subject_kind, c.group_key AS subject_id, c.end_day - $window_days + 1 AS window_from,
    c.end_day AS window_to,
    CASE WHEN c.amount < $min_amount THEN 'not_enough_data' WHEN c.hops = 1 THEN 'high' ELSE 'medium' END AS severity,
    c.hops, c.amount, c.pass_share, c.via_group, min(l.list_type) AS list_type, min(l.basis) AS basis
  FROM candidates AS c
  JOIN listed AS l ON l.record_id = c.list_record
  WHERE NOT EXISTS (
    SELECT 1 FROM listed AS own
    WHERE own.group_key = c.group_key AND c.end_day BETWEEN own.since_day AND own.until_day)
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
),
moves AS (
  SELECT h.subject_id, h.window_to, 'with_listed' AS role, t.out_record, t.in_record
  FROM hits AS h
  JOIN touches AS t ON t.group_key = COALESCE(h.via_group, h.subject_id) AND t.day BETWEEN h.window_from AND h.window_to
  WHERE h.severity <> 'not_enough_data'
  UNION ALL
  SELECT h.subject_id, h.window_to, 'through_third' AS role, f.out_record, f.in_record
  FROM hits AS h
  JOIN tagged AS f ON f.via_group = h.via_group AND f.other = h.subject_id AND f.day BETWEEN h.window_from AND h.window_to
),
proof AS (
  SELECT subject_id, window_to, role, 'transactions' AS record_kind, out_record AS record_id FROM moves
  WHERE out_record IS NOT NULL
  UNION ALL
  SELECT subject_id, window_to, role, 'transactions' AS record_kind, in_record AS record_id FROM moves
  WHERE in_record IS NOT NULL
  UNION ALL
  SELECT h.subject_id, h.window_to, 'list_entry' AS role, 'watchlist' AS record_kind, t.list_record AS record_id
  FROM hits AS h
  JOIN touches AS t ON t.group_key = COALESCE(h.via_group, h.subject_id) AND t.day BETWEEN h.window_from AND h.window_to
  WHERE h.severity <> 'not_enough_data'
)
SELECT h.subject_kind, h.subject_id, h.window_from, h.window_to, h.severity,
  COALESCE(p.record_kind, 'none') AS record_kind, COALESCE(p.record_id, 0) AS record_id, COALESCE(p.role, 'none') AS role,
  h.hops, h.amount, h.pass_share, h.list_type, h.basis
FROM hits AS h
LEFT JOIN proof AS p ON p.subject_id = h.subject_id AND p.window_to = h.window_to
