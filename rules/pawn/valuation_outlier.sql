/* ---
id: valuation_outlier
code: P02
version: 1
name: {zh: 估价离群, en: Valuation out of line}
sectors: [pawn]
severity: medium
window_days: 30
lookback_days: 402
opens_alert: true
reads: [firms, pawn_tickets, reference_prices]
requires: [pawn_tickets]
claim:
  zh: "{window_days} 日内 {outlier_tickets} 张当票估价远离同类中位数（最远的为中位数的 {value_ratio} 倍），{high_loan_tickets} 张当金超过估价的 {max_loan_share}（最高 {loan_share}），{gold_tickets} 张黄金当票每克估价偏离市价（最大 {gold_gap}）；涉及当金 {principal} 元；另有 {unpriced_gold} 张黄金当票当日没有有效市价，未比对市价"
  en: "Within {window_days} days {outlier_tickets} tickets are valued far from the median of their kind (the farthest at {value_ratio} times it), {high_loan_tickets} lend more than {max_loan_share} of the value (up to {loan_share}), {gold_tickets} of gold are off the market price per gram (by up to {gold_gap}); {principal} CNY lent on them; {unpriced_gold} more of gold have no price in force and were not held against one"
explanation:
  zh: >-
    当金以当物估价为基础。估价明显高于同类，或当金几乎等于估价，当物就不再是真实担保，可能以典当之名发放信用贷款、转移资金；
    明显偏低的估价可能掩盖真实交易。同类指全市各典当行类别与名称相同的当物，有重量的按每克比较。
  en: >-
    A pawn loan rests on the value of the item. A value far above its kind, or a loan close to the value, means that the item no longer
    secures it: a credit loan in the form of a pawn, or money moved. A value far too low may hide the real deal. The kind is the class and
    name of the item in all pawn firms of the city, compared by the gram where there is a weight.
legal_basis:
  - {text: 《典当管理办法》（商务部、公安部令2005年第8号）第二十六条、第三十六条（上线前核对）, valid_from: 2005-04-01, valid_to: null}
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第八条、第十二条, valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 古董字画、名表珠宝等同名而差价很大的当物；含宝石的金饰；成套当物按一件填写。
  en: Antiques, paintings, luxury watches and jewels of one name and very different value; gold set with stones; sets entered as one item.
blind_spots:
  zh: 同类不足 {min_peers} 张的当物；全行业一致虚高的估价；每次随意改写的当物名称；没有有效市价的黄金；续当时的重新估价。
  en: Items of fewer than {min_peers} peers; values inflated by all firms alike; item names worded anew each time; gold without a price in force; revaluation on renewal.
no_data:
  zh: 窗口内多数当票没有估价、没有足够的同类当票，也没有有效市价可比
  en: most tickets of the window have no value, too few peers and no price in force to be held against
parameters:
  min_reach: {value: 1, unit: ratio, min: 0.5, max: 10, why: 任一项达到界线的倍数}
  max_deviation: {value: 3.5, unit: ratio, min: 1, max: 20, why: 稳健离群检验的通行界线，约合正态分布的万分之五}
  min_peers: {value: 30, unit: count, min: 5, max: 1000, why: 同类不足三十张时中位数与离差不稳}
  min_spread: {value: 0.05, unit: ratio, min: 0.01, max: 1, why: 同类估价几乎一致时，百分之五以内的差别不作离差}
  peer_days: {value: 365, unit: days, min: 30, max: 1095, why: 一年内的同类当票，价格变化有限而数量足够}
  max_loan_share: {value: 0.9, unit: share, min: 0.3, max: 1, why: 当金超过估价九成，变卖费用与跌价即无保障}
  max_gold_gap: {value: 0.15, unit: share, min: 0.01, max: 1, why: 回收价与金价之差通常在百分之十五以内}
measures:
  reach: {unit: ratio, zh: 达到界线的倍数（三项最高者）, en: "times the line (the highest of three)", threshold: min_reach, full: 2}
  outlier_tickets: {unit: count, zh: 估价离群当票, en: tickets valued out of line}
  value_ratio: {unit: ratio, zh: 离群最远的为中位数的倍数, en: farthest value over the median}
  high_loan_tickets: {unit: count, zh: 当金接近或超过估价的当票, en: tickets with a loan close to the value}
  loan_share: {unit: share, zh: 当金占估价最高, en: highest loan over value}
  gold_tickets: {unit: count, zh: 黄金估价偏离市价的当票, en: gold tickets off the market price}
  gold_gap: {unit: share, zh: 与金价的最大偏离, en: largest gap to the gold price}
  unpriced_gold: {unit: count, zh: 无有效市价的黄金当票, en: gold tickets without a price in force}
  principal: {unit: CNY, zh: 涉及当金, en: pawn money on them}
--- */
-- How the definition is read
-- * Subject: the firm's control group; each new ticket is judged on its day, a hit needs one judged so on its evening,
--   the figures cover the window. Renewals are neither judged nor peers: they repeat an old valuation.
-- * Category: class and name of the item (no spaces), and whether a weight is given; with a weight the value is taken
--   by the gram, so that heavy and light necklaces are one kind.
-- * |ln(value / median)| > 3.5 MAD: the MAD of the logarithms, scaled by 1.4826 to a standard deviation - 3.5 is the
--   customary line for the scaled MAD; unscaled it would call two in a hundred ordinary tickets outliers. Where all
--   values agree the MAD is next to nothing, hence min_spread. Antiques have a wide MAD of their own.
-- * Peers: tickets of all firms in the peer_days before the week of the ticket (weeks counted from day 0). So the median
--   is computed once a week and kind and knows nothing of the day itself.
-- * Gold: by its name, not alloys and plating; the price per gram in force on the ticket's day, +- max_gold_gap.
--   Without a price in force the part is left out, and unpriced_gold says for how many tickets.
-- * Not enough data: under 30 % of the window's tickets could be held against peers or a price, and nothing was found.
WITH ledger AS (
    SELECT firms.group_key, pawn_tickets.record_id, pawn_tickets.pawned_day,
           pawn_tickets.pawned_day // 7 * 7 AS week_day, pawn_tickets.principal, pawn_tickets.appraised_value,
           pawn_tickets.item_class || '|' || replace(COALESCE(pawn_tickets.item_name, ''), ' ', '')
               || CASE WHEN pawn_tickets.weight_mg > 0 THEN '|g' ELSE '' END AS category,
           CASE
               WHEN pawn_tickets.appraised_value > 0 AND pawn_tickets.weight_mg > 0
               THEN CAST(pawn_tickets.appraised_value AS DOUBLE) * 1000 / pawn_tickets.weight_mg
               WHEN pawn_tickets.appraised_value > 0 THEN CAST(pawn_tickets.appraised_value AS DOUBLE)
           END AS value,
           CASE
               WHEN pawn_tickets.weight_mg > 0
                   AND regexp_matches(pawn_tickets.item_name,
                                      '黄金|足金|金条|金砖|金币|金链|金项链|金镯|金手镯|金手链|金戒|金耳|金吊坠|金饰')
                   AND NOT regexp_matches(pawn_tickets.item_name, '白金|铂金|[Kk]金|[0-9][Kk]|镀金|包金|鎏金|玫瑰金|彩金|合金')
               THEN 1 ELSE 0
           END AS is_gold
    FROM pawn_tickets
    JOIN firms ON firms.institution = pawn_tickets.institution
    WHERE firms.sector = 'pawn'
      AND COALESCE(NULLIF(pawn_tickets.original_ticket_no, ''), pawn_tickets.ticket_no) = pawn_tickets.ticket_no
      AND pawn_tickets.pawned_day BETWEEN $from_day - $window_days - $peer_days - 7 AND $to_day
),
written AS (
    SELECT * FROM ledger WHERE pawned_day BETWEEN $from_day - $window_days + 1 AND $to_day
),
questions AS (
    SELECT DISTINCT category, week_day FROM written WHERE value IS NOT NULL
),
peers AS (
    SELECT questions.category, questions.week_day, ledger.record_id, ln(ledger.value) AS x,
           row_number() OVER (
               PARTITION BY questions.category, questions.week_day ORDER BY ledger.value, ledger.record_id
           ) AS place,
           count(*) OVER (PARTITION BY questions.category, questions.week_day) AS peers
    FROM questions
    JOIN ledger ON ledger.category = questions.category AND ledger.value IS NOT NULL
        AND ledger.pawned_day BETWEEN questions.week_day - $peer_days AND questions.week_day - 1
),
medians AS (
    SELECT category, week_day,
           (sum(CASE WHEN place = (peers + 1) // 2 THEN x ELSE 0 END)
            + sum(CASE WHEN place = (peers + 2) // 2 THEN x ELSE 0 END)) / 2 AS middle
    FROM peers
    WHERE peers >= $min_peers
    GROUP BY category, week_day
),
deviations AS (
    SELECT peers.category, peers.week_day, medians.middle, peers.peers, ABS(peers.x - medians.middle) AS away,
           row_number() OVER (
               PARTITION BY peers.category, peers.week_day ORDER BY ABS(peers.x - medians.middle), peers.record_id
           ) AS place
    FROM peers
    JOIN medians ON medians.category = peers.category AND medians.week_day = peers.week_day
),
kinds AS (
    SELECT category, week_day, middle,
           GREATEST(
               CAST($min_spread AS DOUBLE),
               1.4826 * (sum(CASE WHEN place = (peers + 1) // 2 THEN away ELSE 0 END)
                         + sum(CASE WHEN place = (peers + 2) // 2 THEN away ELSE 0 END)) / 2
           ) AS spread
    FROM deviations
    GROUP BY category, week_day, middle
),
measured AS (
    SELECT written.group_key, written.record_id, written.pawned_day AS day, written.principal, written.is_gold,
           ABS(ln(written.value) - kinds.middle) / kinds.spread AS deviation,
           exp(ln(written.value) - kinds.middle) AS value_ratio,
           CASE WHEN written.appraised_value > 0
                THEN CAST(written.principal AS DOUBLE) / written.appraised_value END AS loan_share,
           CASE WHEN written.is_gold = 1 THEN ABS(written.value / reference_prices.amount - 1) END AS gold_gap,
           CASE WHEN written.is_gold = 1 AND reference_prices.amount IS NULL THEN 1 ELSE 0 END AS is_unpriced
    FROM written
    LEFT JOIN kinds ON kinds.category = written.category AND kinds.week_day = written.week_day
    LEFT JOIN reference_prices ON reference_prices.item = 'gold_gram'
        AND written.pawned_day BETWEEN reference_prices.valid_from_day AND reference_prices.valid_to_day
),
judged AS (
    SELECT *,
           CASE WHEN deviation > $max_deviation THEN 1 ELSE 0 END AS is_outlier,
           CASE WHEN loan_share > $max_loan_share THEN 1 ELSE 0 END AS is_high_loan,
           CASE WHEN gold_gap > $max_gold_gap THEN 1 ELSE 0 END AS is_off_price,
           GREATEST(
               COALESCE(deviation / $max_deviation, 0), COALESCE(loan_share / $max_loan_share, 0),
               COALESCE(gold_gap / $max_gold_gap, 0)
           ) AS reach
    FROM measured
),
flagged AS (
    SELECT * FROM judged WHERE is_outlier + is_high_loan + is_off_price > 0
),
evenings AS (
    SELECT DISTINCT group_key, day AS end_day FROM judged WHERE day BETWEEN $from_day AND $to_day
),
known AS (
    SELECT evenings.group_key, evenings.end_day, CAST(sum(judged.is_unpriced) AS BIGINT) AS unpriced_gold,
           CAST(sum(CASE WHEN judged.deviation IS NOT NULL OR judged.gold_gap IS NOT NULL THEN 1 ELSE 0 END) AS DOUBLE)
               / count(*) AS known_share
    FROM evenings
    JOIN judged ON judged.group_key = evenings.group_key
        AND judged.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
farthest AS (
    -- the ratio of the ticket that lies farthest out, of equals the smaller record
    SELECT group_key, end_day, value_ratio
    FROM (
        SELECT evenings.group_key, evenings.end_day, flagged.value_ratio,
               row_number() OVER (
                   PARTITION BY evenings.group_key, evenings.end_day ORDER BY flagged.deviation DESC, flagged.record_id
               ) AS place
        FROM evenings
        JOIN flagged ON flagged.group_key = evenings.group_key AND flagged.is_outlier = 1
            AND flagged.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    ) AS ranked
    WHERE place = 1
),
sums AS (
    SELECT evenings.group_key, evenings.end_day, max(flagged.reach) AS reach, max(flagged.day) AS last_day,
           CAST(sum(flagged.is_outlier) AS BIGINT) AS outlier_tickets,
           CAST(sum(flagged.is_high_loan) AS BIGINT) AS high_loan_tickets,
           max(CASE WHEN flagged.is_high_loan = 1 THEN flagged.loan_share END) AS loan_share,
           CAST(sum(flagged.is_off_price) AS BIGINT) AS gold_tickets,
           max(CASE WHEN flagged.is_off_price = 1 THEN flagged.gold_gap END) AS gold_gap,
           CAST(sum(flagged.principal) AS BIGINT) AS principal
    FROM evenings
    JOIN flagged ON flagged.group_key = evenings.group_key
        AND flagged.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, known.group_key AS subject_id, known.end_day - $window_days + 1 AS window_from,
           known.end_day AS window_to,
           CASE WHEN sums.last_day = known.end_day AND sums.reach >= $min_reach THEN 'medium' ELSE 'not_enough_data' END
               AS severity,
           sums.reach, sums.outlier_tickets, farthest.value_ratio, sums.high_loan_tickets, sums.loan_share,
           sums.gold_tickets, sums.gold_gap, known.unpriced_gold, sums.principal
    FROM known
    LEFT JOIN sums ON sums.group_key = known.group_key AND sums.end_day = known.end_day
    LEFT JOIN farthest ON farthest.group_key = known.group_key AND farthest.end_day = known.end_day
    WHERE (sums.last_day = known.end_day AND sums.reach >= $min_reach) OR known.known_share < 0.3
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       'pawn_tickets' AS record_kind, flagged.record_id,
       CASE WHEN flagged.is_outlier = 1 THEN 'valued_out_of_line' WHEN flagged.is_off_price = 1 THEN 'off_gold_price'
            ELSE 'loan_close_to_value' END AS role,
       hits.reach, hits.outlier_tickets, hits.value_ratio, hits.high_loan_tickets, hits.loan_share, hits.gold_tickets,
       hits.gold_gap, hits.unpriced_gold, hits.principal
FROM hits
JOIN flagged ON flagged.group_key = hits.subject_id AND flagged.day BETWEEN hits.window_from AND hits.window_to
WHERE hits.severity <> 'not_enough_data'
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'none' AS record_kind, 0 AS record_id,
       'none' AS role, reach, outlier_tickets, value_ratio, high_loan_tickets, loan_share, gold_tickets, gold_gap,
       unpriced_gold, principal
FROM hits
WHERE severity = 'not_enough_data'
