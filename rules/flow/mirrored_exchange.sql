/* ---
id: mirrored_exchange
code: T13
version: 1
name: {zh: 疑似外汇对敲、进出相抵, en: Mirrored exchange with amounts at one rate}
sectors: [bank]
severity: high
window_days: 30
lookback_days: 59
opens_alert: true
reads: [party_day, reference_prices, transfers]
requires: [transfers]
claim:
  zh: "{window_days} 日内有 {matched_days} 天当日转入转出相抵，涉及 {counterparty_count} 个互不关联的对手；其中 {priced_share} 的收付金额等于同一汇率乘以整数外币，当日转入合计 {amount_in} 元，推得的每百单位外币价格约 {implied_price} 元"
  en: "On {matched_days} of {window_days} days money in and money out were equal, with {counterparty_count} unrelated counterparties; {priced_share} of the payments are one rate times a round foreign sum; {amount_in} yuan came in on those days, at an implied price of about {implied_price} yuan for a hundred units of foreign money"
explanation:
  zh: 当日收付相抵、对手众多且互不关联，而金额换算后恰为整数外币，与本外币两地对敲、人民币一侧轧平的做法相符。汇率不预设，只要求当日多数金额指向同一价格，且在参考价上下的合理区间内。
  en: Equal money in and out each day, many unrelated counterparties, and amounts that are round in foreign money go with exchange that is mirrored abroad and settled here. No rate is presumed; most amounts of a day must point to one price within a band about the reference price.
no_data:
  zh: 当日没有有效的外币参考价，金额是否为整数外币无从判断
  en: no reference price of foreign money is in force on those days
legal_basis:
  - {text: "《中华人民共和国外汇管理条例》（国务院令第532号）第四十五条", valid_from: 2008-08-05, valid_to: null}
  - {text: "《金融机构大额交易和可疑交易报告管理办法》（中国人民银行令〔2016〕第3号）第十一条", valid_from: 2017-07-01, valid_to: null}
false_positives:
  zh: 以外币计价的代购与货运代理、团费与留学费用的代收代付、持牌货币兑换机构
  en: purchasing and freight agents that price in foreign money, agents for tours and study abroad, licensed money changers
blind_spots:
  zh: 按整数人民币成交的对敲；当日只清一边、隔日轧平；参考价未录的币种；现金一侧
  en: mirrored exchange in round yuan; one side settled a day later; currencies without a reference price; the cash side
parameters:
  min_days: {value: 5, unit: days, min: 2, max: 30, why: 与快进快出同一标准，一两天可能是偶然}
  min_counterparties: {value: 20, unit: count, min: 5, max: 500, why: 二十个互不关联的对手已非亲友换汇}
  min_in: {value: 50000, unit: CNY, min: 5000, max: 5000000, why: 现金大额报告线}
  min_ratio: {value: 0.9, unit: share, min: 0.5, max: 1.0, why: 当日几乎全部转出}
  max_ratio: {value: 1.1, unit: ratio, min: 1.0, max: 1.5, why: 略多于当日转入}
  min_priced_share: {value: 0.6, unit: share, min: 0.3, max: 1.0, why: 其余可为零头、手续费与夹杂往来}
  min_priced: {value: 4, unit: count, min: 3, max: 50, why: 一天里少于四笔同价可能是巧合}
  min_sums: {value: 3, unit: count, min: 1, max: 20, why: 金额都相同的是收费，不是换汇；须有三种以上的外币整数}
  price_band: {value: 40, unit: permille, min: 5, max: 100, why: 地下价格通常在参考价上下百分之四以内}
  rate_spread: {value: 2, unit: permille, min: 0.5, max: 10, why: 当日同一方向的价格相差不超过千分之二}
measures:
  matched_days: {unit: days, zh: 相抵日数, en: days of equal in and out, threshold: min_days, full: 15}
  counterparty_count: {unit: count, zh: 对手数, en: counterparties, threshold: min_counterparties, full: 60}
  priced_share: {unit: share, zh: 同价整数外币占比, en: share at one rate, threshold: min_priced_share, full: 0.95}
  amount_in: {unit: CNY, zh: 相抵日转入, en: paid in on those days}
  implied_price: {unit: CNY, zh: 推得的百单位外币价格, en: implied price of a hundred units}
--- */
-- How the definition is read (the underground-bank variant of T13)
-- * In = out daily: as in pass_through_no_balance, money from outside >= min_in and out / in within the ratios; banks'
--   own entries do not count. Balances are not read: the dealer's float may stay.
-- * Amounts = rate x round foreign sum. The dealer's rate is unknown, so it is inferred: each amount that is not a round
--   number of yuan (whole thousands) is divided by the reference price and rounded to the nearest foreign sum in steps
--   of 1,000 (below 20,000), 5,000 (below 100,000) or 10,000 units; the price this implies must lie within price_band of
--   the reference. Chance would scatter such prices over the whole band; a dealer's lie together: of a day's payments
--   in one direction those within rate_spread of each other count, best window of prices, at least two. A day is priced
--   when they are min_priced or more and min_priced_share of the day's payments with known counterparties.
-- * Several currencies: the one with the most priced payments on the day.
-- * Unrelated counterparties: different control groups other than the subject's, of kind person, firm or unknown, in
--   priced payments of the window's days. At least min_sums different foreign sums must occur.
-- * Trigger: the end day is such a day itself. Reference price: per hundred units, item 'fx_…' of reference_prices. Where
--   no price is in force on enough of the balanced days, the answer is "not enough data".
-- Prune (exact): days on which the parties of a group together took in less than min_in cannot be balanced days.
WITH lively AS (
  SELECT group_key, day FROM party_day
  WHERE party_kind IN ('person', 'firm', 'unknown') AND day BETWEEN $from_day - $window_days + 1 AND $to_day
  GROUP BY group_key, day HAVING sum(in_cny) >= $min_in
),
frequent AS (
  SELECT DISTINCT group_key FROM (
    SELECT group_key, count(*) OVER (
      PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS close_days
    FROM lively
  ) AS counted
  WHERE close_days >= $min_days
),
candidates AS (
  SELECT v.group_key, v.day FROM lively AS v JOIN frequent AS f ON f.group_key = v.group_key
),
legs AS (
  SELECT c.group_key, c.day, 1 AS is_in, t.transfer_id, t.amount_cny, t.from_group AS other, t.from_kind AS kind,
    t.out_record, t.in_record
  FROM candidates AS c JOIN transfers AS t ON t.to_group = c.group_key AND t.day = c.day
  WHERE t.from_group <> t.to_group AND t.from_kind <> 'bank' AND t.amount_cny IS NOT NULL
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
  UNION ALL
  SELECT c.group_key, c.day, 0 AS is_in, t.transfer_id, t.amount_cny, t.to_group AS other, t.to_kind AS kind,
    t.out_record, t.in_record
  FROM candidates AS c JOIN transfers AS t ON t.from_group = c.group_key AND t.day = c.day
  WHERE t.from_group <> t.to_group AND t.to_kind <> 'bank' AND t.amount_cny IS NOT NULL
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
balanced AS (
  SELECT group_key, day, CAST(sum(is_in * amount_cny) AS BIGINT) AS came,
    CAST(sum(CASE WHEN kind IN ('person', 'firm', 'unknown') AND other <> 0 THEN 1 ELSE 0 END) AS BIGINT) AS payments
  FROM legs GROUP BY 1, 2
  HAVING sum(is_in * amount_cny) >= $min_in
    AND CAST(sum((1 - is_in) * amount_cny) AS DOUBLE) / NULLIF(sum(is_in * amount_cny), 0)
      BETWEEN $min_ratio AND $max_ratio
),
payments AS (
  SELECT l.* FROM legs AS l JOIN balanced AS b ON b.group_key = l.group_key AND b.day = l.day
  WHERE l.kind IN ('person', 'firm', 'unknown') AND l.other <> 0
),
-- One currency price a day; overlapping rows: the later one.
prices AS (
  SELECT item, day, amount FROM (
    SELECT p.item, d.day, p.amount,
      ROW_NUMBER() OVER (PARTITION BY p.item, d.day ORDER BY p.valid_from_day DESC, p.amount) AS place
    FROM (SELECT DISTINCT day FROM balanced) AS d
    JOIN reference_prices AS p ON p.item LIKE 'fx%' AND d.day BETWEEN p.valid_from_day AND p.valid_to_day
  ) AS ranked
  WHERE place = 1
),
converted AS (
  SELECT p.group_key, p.day, p.is_in, p.transfer_id, p.other, p.amount_cny, q.item, q.amount AS price,
    p.amount_cny * 100 // q.amount AS units
  FROM payments AS p JOIN prices AS q ON q.day = p.day
  WHERE p.amount_cny % 100000 <> 0
),
rounded AS (
  SELECT c.*, CASE WHEN units < 20000 THEN (units + 500) // 1000 * 1000
      WHEN units < 100000 THEN (units + 2500) // 5000 * 5000
      ELSE (units + 5000) // 10000 * 10000 END AS sum_units
  FROM converted AS c
),
-- How far the implied price lies from the reference, in parts per million.
implied AS (
  SELECT r.*, CAST(FLOOR((CAST(amount_cny AS DOUBLE) * 100 / sum_units / price - 1) * 1000000) AS BIGINT) AS off_ppm
  FROM rounded AS r WHERE sum_units > 0
),
banded AS (
  SELECT * FROM implied WHERE ABS(off_ppm) <= $price_band * 1000
),
crowded AS (
  SELECT b.*, count(*) OVER (
    PARTITION BY group_key, day, item, is_in ORDER BY off_ppm
    RANGE BETWEEN CURRENT ROW AND CAST($rate_spread * 1000 AS BIGINT) FOLLOWING) AS near
  FROM banded AS b
),
modes AS (
  SELECT group_key, day, item, is_in, off_ppm AS low_ppm FROM (
    SELECT c.*, ROW_NUMBER() OVER (
      PARTITION BY group_key, day, item, is_in ORDER BY near DESC, off_ppm, transfer_id) AS place
    FROM crowded AS c WHERE near >= 2
  ) AS ranked
  WHERE place = 1
),
priced AS (
  SELECT b.* FROM banded AS b
  JOIN modes AS m ON m.group_key = b.group_key AND m.day = b.day AND m.item = b.item AND m.is_in = b.is_in
    AND b.off_ppm BETWEEN m.low_ppm AND m.low_ppm + CAST($rate_spread * 1000 AS BIGINT)
),
item_days AS (
  SELECT group_key, day, item, CAST(count(*) AS BIGINT) AS priced,
    ROW_NUMBER() OVER (PARTITION BY group_key, day ORDER BY count(*) DESC, item) AS place
  FROM priced GROUP BY 1, 2, 3
),
matched AS (
  SELECT b.group_key, b.day, b.came, b.payments, i.item, i.priced
  FROM balanced AS b
  JOIN item_days AS i ON i.group_key = b.group_key AND i.day = b.day AND i.place = 1
  WHERE i.priced >= $min_priced AND CAST(i.priced AS DOUBLE) / b.payments >= $min_priced_share
),
evenings AS (
  SELECT group_key, day AS end_day FROM matched WHERE day BETWEEN $from_day AND $to_day
),
sums AS (
  SELECT v.group_key, v.end_day, count(*) AS matched_days, CAST(sum(m.came) AS BIGINT) AS amount_in,
    CAST(sum(m.priced) AS DOUBLE) / sum(m.payments) AS priced_share
  FROM evenings AS v
  JOIN matched AS m ON m.group_key = v.group_key AND m.day BETWEEN v.end_day - $window_days + 1 AND v.end_day
  GROUP BY 1, 2 HAVING count(*) >= $min_days
),
dealings AS (
  SELECT s.group_key, s.end_day, p.transfer_id, p.other, p.sum_units, p.amount_cny
  FROM sums AS s
  JOIN matched AS m ON m.group_key = s.group_key AND m.day BETWEEN s.end_day - $window_days + 1 AND s.end_day
  JOIN priced AS p ON p.group_key = m.group_key AND p.day = m.day AND p.item = m.item
),
crowds AS (
  SELECT group_key, end_day, count(DISTINCT other) AS counterparty_count,
    CAST(sum(amount_cny) * 100 // sum(sum_units) AS BIGINT) AS implied_price
  FROM dealings GROUP BY 1, 2
  HAVING count(DISTINCT other) >= $min_counterparties AND count(DISTINCT sum_units) >= $min_sums
),
-- Third outcome: enough balanced days without a price, and enough counterparties on them.
unpriced AS (
  SELECT p.group_key, p.day, p.other FROM payments AS p
  LEFT JOIN (SELECT DISTINCT day FROM prices) AS q ON q.day = p.day
  WHERE q.day IS NULL
),
unknown AS (
  SELECT v.group_key, v.day AS end_day, count(DISTINCT u.day) AS matched_days, count(DISTINCT u.other) AS others
  FROM (SELECT DISTINCT group_key, day FROM unpriced WHERE day BETWEEN $from_day AND $to_day) AS v
  JOIN unpriced AS u ON u.group_key = v.group_key AND u.day BETWEEN v.day - $window_days + 1 AND v.day
  GROUP BY 1, 2
  HAVING count(DISTINCT u.day) >= $min_days AND count(DISTINCT u.other) >= $min_counterparties
),
hits AS (
  SELECT 'group' AS subject_kind, s.group_key AS subject_id, s.end_day - $window_days + 1 AS window_from,
    s.end_day AS window_to, 'high' AS severity, s.matched_days, c.counterparty_count, s.priced_share, s.amount_in,
    c.implied_price
  FROM sums AS s JOIN crowds AS c ON c.group_key = s.group_key AND c.end_day = s.end_day
  UNION ALL
  SELECT 'group', u.group_key, u.end_day - $window_days + 1, u.end_day, 'not_enough_data', u.matched_days, u.others,
    NULL, NULL, NULL
  FROM unknown AS u
),
proof AS (
  SELECT d.group_key, d.end_day, l.out_record AS record_id, CASE WHEN l.is_in = 1 THEN 'in_leg' ELSE 'out_leg' END AS role
  FROM dealings AS d JOIN legs AS l ON l.group_key = d.group_key AND l.transfer_id = d.transfer_id
  WHERE l.out_record IS NOT NULL
  UNION ALL
  SELECT d.group_key, d.end_day, l.in_record, CASE WHEN l.is_in = 1 THEN 'in_leg' ELSE 'out_leg' END
  FROM dealings AS d JOIN legs AS l ON l.group_key = d.group_key AND l.transfer_id = d.transfer_id
  WHERE l.in_record IS NOT NULL
)
SELECT h.subject_kind, h.subject_id, h.window_from, h.window_to, h.severity,
  CASE WHEN p.record_id IS NULL THEN 'none' ELSE 'transactions' END AS record_kind,
  COALESCE(p.record_id, 0) AS record_id, COALESCE(p.role, 'none') AS role,
  h.matched_days, h.counterparty_count, h.priced_share, h.amount_in, h.implied_price
FROM hits AS h
LEFT JOIN proof AS p ON p.group_key = h.subject_id AND p.end_day = h.window_to AND h.severity <> 'not_enough_data'
