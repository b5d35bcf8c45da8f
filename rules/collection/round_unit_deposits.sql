/* ---
id: round_unit_deposits
code: T02
version: 1
name: {zh: 整额归集, en: Deposits in round units}
sectors: [bank, micro_loan, guarantee, pawn]
severity: medium
window_days: 90
lookback_days: 90
opens_alert: true
reads: [entities, group_month, transfers]
requires: [transfers]
claim:
  zh: "{window_days} 日内 {payer_count} 名自然人存入 {deposit_count} 笔共 {deposit_sum} 元，其中 {round_share} 为 {best_unit} 元的整数倍，同类主体为 {peer_share}，高出 {excess_share}"
  en: "Within {window_days} days {payer_count} people paid in {deposit_count} sums of {deposit_sum} CNY in all, {round_share} of them multiples of {best_unit} CNY against {peer_share} among peers, {excess_share} above"
explanation:
  zh: >-
    按份认购的资金多为五百、一千、五千、一万元的整数倍；货款、费用、还款则参差不齐。整额本身是民间转账的常见习惯，
    故须多人、绝大多数为整额，并明显高于同类主体同期水平，三者兼有才列为线索。
  en: >-
    Money for shares or units comes in multiples of five hundred, one, five or ten thousand; prices, fees and repayments do not.
    Round sums are a common habit too, so it takes many people, nearly all sums round, and a share well above the peers' of the
    same days.
no_data:
  zh: 窗口内自然人存入以外币为主，整额无从判断；或同类与全部主体的存入都太少，没有可比的水平
  en: most deposits of the window are in foreign currency, or peers and all others paid in too little to compare with
legal_basis:
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第八条、第十二条、第十三条第三项, valid_from: 2021-05-01, valid_to: null}
  - {text: 《中国人民银行办公厅关于加强对非法集资活动反洗钱监测的通知》（银办发〔2016〕201号）, valid_from: 2016-09-29, valid_to: null}
false_positives:
  zh: 学费、培训费等等额收费（见 F4）；礼金、红包（见 F7）；按档收取的定金、押金、房租。
  en: Tuition and other equal fees (F4); gifts (F7); deposits and rents charged in steps.
blind_spots:
  zh: 预扣利息后到账不足整额；加零头的专用尾数；现金与经清算机构的存入不计；外币不判断整额；同一类主体中同时有多起整额归集时同类水平被抬高。
  en: Interest deducted upfront leaves odd sums; code-like odd endings; cash and clearing are not counted; foreign currency is not judged; several such schemes among few peers raise the peers' share.
parameters:
  min_payers: {value: 20, unit: persons, min: 5, max: 500, why: 九十日二十人，约为追诉标准一百五十人的百分之十三；更少多为亲友往来}
  min_amount: {value: 1000, unit: CNY, min: 100, max: 100000, why: 千元以下的小额往来多为整数，不说明问题}
  min_round_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 容忍两成日常往来与预扣利息的存入}
  min_excess: {value: 0.25, unit: share, min: 0.05, max: 0.9, why: 民间转账本来就多整额，须明显高于同类}
  min_peer_deposits: {value: 100, unit: count, min: 20, max: 100000, why: 百笔以上，同类占比的误差才在一成以内}
  min_known_share: {value: 0.3, unit: share, min: 0.05, max: 0.9, why: 人民币存入不足三成时不代表全部}
measures:
  payer_count: {unit: persons, zh: 付款自然人, en: people who paid in, threshold: min_payers, full: 100}
  round_share: {unit: share, zh: 整额占比, en: share of round sums, threshold: min_round_share, full: 1}
  excess_share: {unit: share, zh: 高出同类, en: above the peers, threshold: min_excess, full: 0.6}
  peer_share: {unit: share, zh: 同类整额占比, en: share of round sums among peers}
  best_unit: {unit: CNY, zh: 整额单位, en: unit}
  deposit_count: {unit: count, zh: 存入笔数, en: deposits}
  deposit_sum: {unit: CNY, zh: 存入金额, en: amount deposited}
  known_share: {unit: share, zh: 可判断占比, en: share that can be judged}
--- */
-- How the definition is read
-- * Credits: from natural persons outside the control group, of min_amount and more. Declared disbursements and
--   repayments of loans (is_loan) have their contract and are out: their odd sums would hide deposits beside them,
--   their round ones be taken for deposits. Clearing, cash and bank entries are no persons.
-- * A sum is round in yuan, so only credits booked in CNY are judged. Credits in foreign currency, worth min_amount or
--   without a rate, count as unknown: below min_known_share of CNY credits the rule says "not enough data".
-- * Best unit: of 500, 1,000, 5,000, 10,000 yuan the one that stands out most from the peers among those that hold the
--   share; of equals the larger. Multiples of a larger unit are multiples of 500 too.
-- * Peer group: receivers of the same kind (person, firm, public …), class of the authority's register (school, …)
--   and, for reporting firms, sector. A group has parties of several kinds, so each of its credits is compared with
--   those that other groups received on accounts of that class in the same window: the peers' share is the mean over
--   the group's own mixture. The group itself never counts among its peers.
-- * A class with fewer than min_peer_deposits credits at other groups falls back to all classes; where these are too
--   few as well the answer is "not enough data".
-- * Evaluated on days on which such a credit arrives.
-- Exact prunes: only a group that such a credit reaches on an evaluated day is evaluated, and the payers of the months that
-- the windows meet (group_month) are no fewer than a window's. Days that lie in every window (the core; on a single night
-- the whole window) count in each of them, others at most once: so the multiples of 500 of the core and all others
-- bound a share from above, as each multiple is a credit in CNY too; likewise the credits in foreign currency. (0.001
-- for rounding; a share reached for any unit is reached for 500.) A stay or sum that leaves before the evaluated days
-- adds and takes away alike, so it is left out, and one that began before them counts from their first day.
WITH special AS (
    -- a party is of one class; reporting firms are told apart by sector through their institution
    SELECT party_key, min(COALESCE(firm_institution, party_class)) AS peer_class
    FROM entities
    WHERE firm_institution IS NOT NULL OR party_class NOT IN ('ordinary', 'public', 'licensed', 'clearing')
    GROUP BY party_key
),
touched AS (
    SELECT DISTINCT transfers.to_group AS group_key
    FROM transfers
    WHERE transfers.from_kind = 'person' AND transfers.to_kind <> 'clearing' AND transfers.to_group <> 0
      AND transfers.from_group <> transfers.to_group AND NOT transfers.is_loan
      AND ((transfers.currency = 'CNY' AND transfers.amount >= $min_amount)
           OR (transfers.currency <> 'CNY' AND COALESCE(transfers.amount_cny, $min_amount) >= $min_amount))
      AND transfers.day BETWEEN $from_day AND $to_day
),
crowded AS (
    SELECT group_month.group_key
    FROM group_month
    JOIN touched ON touched.group_key = group_month.group_key
    WHERE group_month.last_day >= $from_day - $window_days + 1 AND group_month.first_day <= $to_day
    GROUP BY group_month.group_key
    HAVING sum(group_month.payers) >= $min_payers
),
totals AS (
    SELECT transfers.to_group AS group_key, count(*) AS seen,
           sum(CASE WHEN transfers.day BETWEEN $to_day - $window_days + 1 AND $from_day AND transfers.currency = 'CNY'
                    THEN 1 ELSE 0 END) AS core_known,
           sum(CASE WHEN transfers.day BETWEEN $to_day - $window_days + 1 AND $from_day AND transfers.currency = 'CNY'
                         AND transfers.amount % 50000 = 0 THEN 1 ELSE 0 END) AS core_round,
           sum(CASE WHEN transfers.currency = 'CNY' AND transfers.amount % 50000 = 0 THEN 1 ELSE 0 END) AS all_round,
           sum(CASE WHEN transfers.currency <> 'CNY' THEN 1 ELSE 0 END) AS all_unknown
    FROM transfers
    JOIN crowded ON crowded.group_key = transfers.to_group
    WHERE transfers.from_kind = 'person' AND transfers.to_kind <> 'clearing' AND transfers.to_group <> 0
      AND transfers.from_group <> transfers.to_group AND NOT transfers.is_loan
      AND ((transfers.currency = 'CNY' AND transfers.amount >= $min_amount)
           OR (transfers.currency <> 'CNY' AND COALESCE(transfers.amount_cny, $min_amount) >= $min_amount))
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
    GROUP BY transfers.to_group
),
candidates AS (
    SELECT group_key
    FROM totals
    WHERE seen >= $min_payers
      AND (core_round + (1 - $min_round_share) * (all_round - core_round) >= $min_round_share * core_known - 0.001
           OR $min_known_share * all_unknown >= (1 - $min_known_share) * core_known - 0.001)
),
deposits AS (
    SELECT transfers.to_group AS group_key, transfers.to_kind || '|' || COALESCE(special.peer_class, 'ordinary') AS peer_class,
           transfers.day, transfers.from_party AS payer, transfers.currency, transfers.amount, transfers.out_record,
           transfers.in_record
    FROM transfers
    JOIN candidates ON candidates.group_key = transfers.to_group
    LEFT JOIN special ON special.party_key = transfers.to_party
    WHERE transfers.from_kind = 'person' AND transfers.to_kind <> 'clearing' AND transfers.to_group <> 0
      AND transfers.from_group <> transfers.to_group AND NOT transfers.is_loan
      AND ((transfers.currency = 'CNY' AND transfers.amount >= $min_amount)
           OR (transfers.currency <> 'CNY' AND COALESCE(transfers.amount_cny, $min_amount) >= $min_amount))
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
daily AS (
    SELECT group_key, peer_class, day, count(*) AS seen,
           CAST(sum(CASE WHEN currency = 'CNY' THEN 1 ELSE 0 END) AS BIGINT) AS known,
           CAST(sum(CASE WHEN currency = 'CNY' THEN amount ELSE 0 END) AS BIGINT) AS amount,
           CAST(sum(CASE WHEN currency = 'CNY' AND amount % 50000 = 0 THEN 1 ELSE 0 END) AS BIGINT) AS by_500,
           CAST(sum(CASE WHEN currency = 'CNY' AND amount % 100000 = 0 THEN 1 ELSE 0 END) AS BIGINT) AS by_1000,
           CAST(sum(CASE WHEN currency = 'CNY' AND amount % 500000 = 0 THEN 1 ELSE 0 END) AS BIGINT) AS by_5000,
           CAST(sum(CASE WHEN currency = 'CNY' AND amount % 1000000 = 0 THEN 1 ELSE 0 END) AS BIGINT) AS by_10000
    FROM deposits
    GROUP BY group_key, peer_class, day
),
-- Sweep line: a payer counts from a day on for W days; the next credit, coming earlier, joins on, so nobody counts twice.
stays AS (
    SELECT group_key, GREATEST(day, $from_day) AS enters,
           LEAST(day + $window_days,
                 COALESCE(LEAD(day) OVER (PARTITION BY group_key, payer ORDER BY day), day + $window_days)) AS leaves
    FROM (
        SELECT group_key, payer, max(day) AS day FROM deposits GROUP BY group_key, payer, GREATEST(day, $from_day)
    ) AS paid
),
steps AS (
    SELECT group_key, day, CAST(sum(payers) AS BIGINT) AS payers, CAST(sum(seen) AS BIGINT) AS seen,
           CAST(sum(known) AS BIGINT) AS known, CAST(sum(by_500) AS BIGINT) AS by_500, max(is_trigger) AS is_trigger
    FROM (
        SELECT group_key, enters AS day, 1 AS payers, 0 AS seen, 0 AS known, 0 AS by_500, 0 AS is_trigger FROM stays
        UNION ALL
        SELECT group_key, leaves, -1, 0, 0, 0, 0 FROM stays WHERE leaves <= $to_day
        UNION ALL
        SELECT group_key, GREATEST(day, $from_day), 0, seen, known, by_500, CASE WHEN day >= $from_day THEN 1 ELSE 0 END
        FROM daily
        UNION ALL
        SELECT group_key, day + $window_days, 0, -seen, -known, -by_500, 0
        FROM daily
        WHERE day + $window_days <= $to_day
    ) AS changes
    GROUP BY group_key, day
),
windows AS (
    SELECT group_key, day AS end_day, is_trigger,
           CAST(sum(payers) OVER (
               PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS payer_count,
           CAST(sum(seen) OVER (
               PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS seen,
           CAST(sum(known) OVER (
               PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS known,
           CAST(sum(by_500) OVER (
               PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS by_500
    FROM steps
),
near AS (
    SELECT group_key, end_day, payer_count, CAST(known AS DOUBLE) / seen AS known_share
    FROM windows
    WHERE is_trigger = 1 AND end_day BETWEEN $from_day AND $to_day AND payer_count >= $min_payers
      AND (CAST(by_500 AS DOUBLE) / NULLIF(known, 0) >= $min_round_share
           OR CAST(known AS DOUBLE) / seen < $min_known_share)
),
own AS (
    SELECT near.group_key, near.end_day, daily.peer_class, CAST(sum(daily.known) AS BIGINT) AS known,
           CAST(sum(daily.amount) AS BIGINT) AS amount, CAST(sum(daily.by_500) AS BIGINT) AS by_500,
           CAST(sum(daily.by_1000) AS BIGINT) AS by_1000, CAST(sum(daily.by_5000) AS BIGINT) AS by_5000,
           CAST(sum(daily.by_10000) AS BIGINT) AS by_10000
    FROM near
    JOIN daily ON daily.group_key = near.group_key
        AND daily.day BETWEEN near.end_day - $window_days + 1 AND near.end_day
    WHERE near.known_share >= $min_known_share
    GROUP BY near.group_key, near.end_day, daily.peer_class
),
class_days AS (
    -- what everybody received, a row per class and day
    SELECT transfers.to_kind || '|' || COALESCE(special.peer_class, 'ordinary') AS peer_class, transfers.day,
           count(*) AS known,
           CAST(sum(CASE WHEN transfers.amount % 50000 = 0 THEN 1 ELSE 0 END) AS BIGINT) AS by_500,
           CAST(sum(CASE WHEN transfers.amount % 100000 = 0 THEN 1 ELSE 0 END) AS BIGINT) AS by_1000,
           CAST(sum(CASE WHEN transfers.amount % 500000 = 0 THEN 1 ELSE 0 END) AS BIGINT) AS by_5000,
           CAST(sum(CASE WHEN transfers.amount % 1000000 = 0 THEN 1 ELSE 0 END) AS BIGINT) AS by_10000
    FROM transfers
    LEFT JOIN special ON special.party_key = transfers.to_party
    WHERE transfers.from_kind = 'person' AND transfers.to_kind <> 'clearing' AND transfers.to_group <> 0
      AND transfers.from_group <> transfers.to_group AND NOT transfers.is_loan
      AND transfers.currency = 'CNY' AND transfers.amount >= $min_amount
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
    GROUP BY transfers.to_kind, special.peer_class, transfers.day
),
classes AS (
    SELECT evenings.end_day, class_days.peer_class, CAST(sum(class_days.known) AS BIGINT) AS known,
           CAST(sum(class_days.by_500) AS BIGINT) AS by_500, CAST(sum(class_days.by_1000) AS BIGINT) AS by_1000,
           CAST(sum(class_days.by_5000) AS BIGINT) AS by_5000, CAST(sum(class_days.by_10000) AS BIGINT) AS by_10000
    FROM (SELECT DISTINCT end_day FROM own) AS evenings
    JOIN class_days ON class_days.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.end_day, class_days.peer_class
),
all_classes AS (
    SELECT end_day, CAST(sum(known) AS BIGINT) AS known, CAST(sum(by_500) AS BIGINT) AS by_500,
           CAST(sum(by_1000) AS BIGINT) AS by_1000, CAST(sum(by_5000) AS BIGINT) AS by_5000,
           CAST(sum(by_10000) AS BIGINT) AS by_10000
    FROM classes
    GROUP BY end_day
),
own_all AS (
    SELECT group_key, end_day, CAST(sum(known) AS BIGINT) AS known, CAST(sum(by_500) AS BIGINT) AS by_500,
           CAST(sum(by_1000) AS BIGINT) AS by_1000, CAST(sum(by_5000) AS BIGINT) AS by_5000,
           CAST(sum(by_10000) AS BIGINT) AS by_10000
    FROM own
    GROUP BY group_key, end_day
),
peers AS (
    -- what other groups received: of the class, or of all classes where the class is too small
    SELECT own.group_key, own.end_day, own.known, own.amount, own.by_500, own.by_1000, own.by_5000, own.by_10000,
           CASE WHEN classes.known - own.known >= $min_peer_deposits THEN classes.known - own.known
                ELSE all_classes.known - own_all.known END AS others,
           CASE WHEN classes.known - own.known >= $min_peer_deposits THEN classes.by_500 - own.by_500
                ELSE all_classes.by_500 - own_all.by_500 END AS others_500,
           CASE WHEN classes.known - own.known >= $min_peer_deposits THEN classes.by_1000 - own.by_1000
                ELSE all_classes.by_1000 - own_all.by_1000 END AS others_1000,
           CASE WHEN classes.known - own.known >= $min_peer_deposits THEN classes.by_5000 - own.by_5000
                ELSE all_classes.by_5000 - own_all.by_5000 END AS others_5000,
           CASE WHEN classes.known - own.known >= $min_peer_deposits THEN classes.by_10000 - own.by_10000
                ELSE all_classes.by_10000 - own_all.by_10000 END AS others_10000
    FROM own
    JOIN classes ON classes.end_day = own.end_day AND classes.peer_class = own.peer_class
    JOIN all_classes ON all_classes.end_day = own.end_day
    JOIN own_all ON own_all.group_key = own.group_key AND own_all.end_day = own.end_day
),
units AS (
    SELECT 50000 AS unit
    UNION ALL
    SELECT 100000
    UNION ALL
    SELECT 500000
    UNION ALL
    SELECT 1000000
),
mixed AS (
    -- the share expected of the group's mixture of classes; classes in a fixed order, so that the sum is one number
    SELECT peers.group_key, peers.end_day, units.unit, CAST(sum(peers.known) AS BIGINT) AS known,
           CAST(sum(peers.amount) AS BIGINT) AS amount, min(peers.others) AS fewest,
           CAST(sum(CASE units.unit WHEN 50000 THEN peers.by_500 WHEN 100000 THEN peers.by_1000
                        WHEN 500000 THEN peers.by_5000 ELSE peers.by_10000 END) AS BIGINT) AS by_unit,
           -- ten-thousandths, as integers: a sum of doubles would depend on the order of the rows
           CAST(sum(10000 * peers.known * CASE units.unit WHEN 50000 THEN peers.others_500
                        WHEN 100000 THEN peers.others_1000 WHEN 500000 THEN peers.others_5000
                        ELSE peers.others_10000 END // GREATEST(peers.others, 1)) AS BIGINT) AS expected
    FROM peers
    CROSS JOIN units
    WHERE peers.known > 0
    GROUP BY peers.group_key, peers.end_day, units.unit
),
shares AS (
    SELECT group_key, end_day, unit, known, amount, fewest, CAST(by_unit AS DOUBLE) / known AS round_share,
           CAST(expected AS DOUBLE) / (10000 * known) AS peer_share,
           CAST(10000 * by_unit - expected AS DOUBLE) / (10000 * known) AS excess_share
    FROM mixed
    WHERE known > 0
),
ranked AS (
    SELECT shares.*,
           row_number() OVER (PARTITION BY group_key, end_day ORDER BY excess_share DESC, unit DESC) AS place
    FROM shares
    WHERE round_share >= $min_round_share
),
hits AS (
    SELECT 'group' AS subject_kind, near.group_key AS subject_id, near.end_day - $window_days + 1 AS window_from,
           near.end_day AS window_to,
           CASE WHEN ranked.fewest >= $min_peer_deposits THEN 'medium' ELSE 'not_enough_data' END AS severity,
           near.payer_count, ranked.round_share,
           CASE WHEN ranked.fewest >= $min_peer_deposits THEN ranked.excess_share END AS excess_share,
           CASE WHEN ranked.fewest >= $min_peer_deposits THEN ranked.peer_share END AS peer_share,
           ranked.unit AS best_unit, ranked.known AS deposit_count, ranked.amount AS deposit_sum, near.known_share
    FROM near
    JOIN ranked ON ranked.group_key = near.group_key AND ranked.end_day = near.end_day AND ranked.place = 1
    WHERE ranked.excess_share >= $min_excess OR ranked.fewest < $min_peer_deposits
    UNION ALL
    SELECT 'group', group_key, end_day - $window_days + 1, end_day, 'not_enough_data', payer_count,
           NULL, NULL, NULL, NULL, NULL, NULL, known_share
    FROM near
    WHERE known_share < $min_known_share
),
proof AS (
    SELECT hits.subject_id, hits.window_to, deposits.out_record, deposits.in_record
    FROM hits
    JOIN deposits ON deposits.group_key = hits.subject_id AND deposits.day BETWEEN hits.window_from AND hits.window_to
    WHERE hits.severity <> 'not_enough_data' AND deposits.currency = 'CNY'
),
legs AS (
    SELECT subject_id, window_to, out_record AS record_id FROM proof WHERE out_record IS NOT NULL
    UNION ALL
    SELECT subject_id, window_to, in_record FROM proof WHERE in_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'transactions' END AS record_kind,
       COALESCE(legs.record_id, 0) AS record_id, CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'deposit' END AS role,
       hits.payer_count, hits.round_share, hits.excess_share, hits.peer_share, hits.best_unit, hits.deposit_count,
       hits.deposit_sum, hits.known_share
FROM hits
LEFT JOIN legs ON legs.subject_id = hits.subject_id AND legs.window_to = hits.window_to
