/* ---
id: school_fees
code: F4
version: 1
name: {zh: 学校收费, en: School fees}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 90
lookback_days: 400
factor: 0.3
expires_days: 180
applies_to: [T01, T02, T03, T05, T07]
reads: [entities, parties, reference_calendar, remark_terms, transfers]
claim:
  zh: "{window_days} 日内 {payer_count} 人在开学季缴费 {fee_amount} 元，占自然人转入的 {season_share}；{equal_share} 的缴费是几种相同金额，返还付款人的占 {back_share}"
  en: "Within {window_days} days {payer_count} people paid {fee_amount} CNY at the start of term, {season_share} of what people paid in; {equal_share} of the payments are of a few equal sums, {back_share} went back to the payers"
explanation:
  zh: 学杂费集中在二三月或八九月缴纳，同一年级金额相同，学校不向家长返钱。收款人为登记的学校，或多数附言为学费类用词；仅有名称或用词不构成解释。
  en: Fees are paid in February and March or August and September, the same sum for a whole grade, and the school returns nothing. The payee is a registered school or most remarks are of school fees; a name or a word alone explains nothing.
false_positives:
  zh: 民办学校或培训机构在开学季以教育储备金、预存学费名义集资而尚未返还。
  en: A private school raising money as prepaid tuition at the start of term that has paid nothing back yet.
blind_spots:
  zh: 开学季以外的收费、按月的托管费与伙食费；经清算机构缴费的家长不可见。
  en: Fees outside those months, monthly care and meals; parents who pay through clearing names.
parameters:
  min_payers: {value: 10, unit: persons, min: 1, max: 500, why: 少于十人看不出统一收费}
  max_payment: {value: 30000, unit: CNY, min: 100, max: 200000, why: 民办学校一学年的费用多在三万元以下}
  min_season_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 开学季的缴费须占自然人转入的大部分}
  max_levels: {value: 5, unit: count, min: 1, max: 20, why: 各年级、住宿与走读分档，档数有限}
  min_equal_share: {value: 0.7, unit: share, min: 0.1, max: 1, why: 收费按标准，同档金额相同}
  min_worded_share: {value: 0.5, unit: share, min: 0, max: 1, why: 未登记为学校的收款人，多数附言须写明学费}
  max_back_share: {value: 0.05, unit: share, min: 0, max: 0.5, why: 学费不返还；容忍退伙食费与转学退费}
  history_days: {value: 400, unit: days, min: 30, max: 3650, why: 向前核对是否返还付款人的天数}
measures:
  payer_count: {unit: persons, zh: 缴费人数, en: payers}
  fee_amount: {unit: CNY, zh: 开学季缴费, en: paid at the start of term}
  season_share: {unit: share, zh: 占自然人转入, en: share of what people paid in}
  equal_share: {unit: share, zh: 同额缴费占比, en: share of equal payments}
  worded_share: {unit: share, zh: 附言写明学费占比, en: share with words of school fees}
  back_share: {unit: share, zh: 返还付款人占比, en: share that went back to the payers}
--- */
-- How the definition is read
-- * Fee: a person's payment into the group in February, March, August or September, of at most max_payment, without a
--   strong fundraising term. Fees are at least 80 % of what people paid in.
-- * Equal amounts: the max_levels most frequent sums, each paid three times or more, cover 70 % of the fees.
-- * Who: a party that an authority's register classes as a school (valid on the day), or one most of whose fees carry
--   a school word. Neither explains without season, equal sums and the missing return flow.
-- * No return: money from the group to the people who paid, over history_days, against what they paid in them.
-- * The month follows from the day number by the civil calendar in integers (years beginning in March: 0 March,
--   5 August, 6 September, 11 February), since date functions differ between engines.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
registered AS (
    SELECT entities.party_key,
           max(COALESCE(DATEDIFF('day', DATE '1970-01-01', parties.valid_to), 9999999)) AS until_day
    FROM entities
    LEFT JOIN parties ON parties.party_token = entities.party_token AND parties.party_class = 'school'
    WHERE entities.party_class = 'school'
    GROUP BY entities.party_key
),
payments AS (
    SELECT transfers.to_group AS group_key, transfers.transfer_id, transfers.day, transfers.from_party AS payer,
           transfers.to_party, transfers.amount_cny AS amount, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.to_group
    WHERE transfers.from_kind = 'person' AND transfers.from_group <> transfers.to_group
      AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $history_days + 1 AND $to_day
),
words AS (
    SELECT payments.transfer_id,
           max(CASE WHEN remark_terms.class = 'school_fee' THEN 1 ELSE 0 END) AS worded,
           max(CASE WHEN remark_terms.class = 'fundraising_strong' THEN 1 ELSE 0 END) AS strong
    FROM payments
    JOIN remark_terms ON remark_terms.transfer_id = payments.transfer_id AND remark_terms.day = payments.day
    GROUP BY payments.transfer_id
),
cycle_days AS (
    SELECT DISTINCT day, (day + 719468) % 146097 AS cycle_day FROM payments
),
cycle_years AS (
    SELECT day, cycle_day,
           (cycle_day - cycle_day // 1460 + cycle_day // 36524 - cycle_day // 146096) // 365 AS cycle_year
    FROM cycle_days
),
months AS (
    SELECT day,
           (5 * (cycle_day - (365 * cycle_year + cycle_year // 4 - cycle_year // 100)) + 2) // 153 AS month_from_march
    FROM cycle_years
),
classed AS (
    SELECT payments.*, COALESCE(words.worded, 0) AS worded,
           CASE WHEN payments.day <= registered.until_day THEN 1 ELSE 0 END AS to_school,
           CASE
               WHEN months.month_from_march IN (0, 5, 6, 11) AND payments.amount <= $max_payment
                   AND COALESCE(words.strong, 0) = 0 THEN 1 ELSE 0
           END AS fee
    FROM payments
    JOIN months ON months.day = payments.day
    LEFT JOIN words ON words.transfer_id = payments.transfer_id
    LEFT JOIN registered ON registered.party_key = payments.to_party
),
seen AS (
    SELECT evenings.end_day, classed.*
    FROM evenings
    JOIN classed ON classed.group_key = evenings.group_key
        AND classed.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
),
totals AS (
    SELECT group_key, end_day, CAST(sum(amount) AS BIGINT) AS person_in, CAST(sum(fee * amount) AS BIGINT) AS fee_amount,
           CAST(sum(fee) AS BIGINT) AS fee_count, CAST(sum(fee * worded) AS BIGINT) AS worded_count,
           CAST(sum(fee * to_school) AS BIGINT) AS school_count,
           count(DISTINCT CASE WHEN fee = 1 THEN payer END) AS payer_count
    FROM seen
    GROUP BY group_key, end_day
    HAVING sum(fee) > 0
),
levels AS (
    SELECT group_key, end_day, CAST(sum(paid) AS BIGINT) AS equal_count
    FROM (
        SELECT group_key, end_day, amount, count(*) AS paid,
               row_number() OVER (PARTITION BY group_key, end_day ORDER BY count(*) DESC, amount) AS place
        FROM seen
        WHERE fee = 1
        GROUP BY group_key, end_day, amount
        HAVING count(*) >= 3
    ) AS ranked
    WHERE place <= $max_levels
    GROUP BY group_key, end_day
),
payers AS (
    SELECT DISTINCT group_key, end_day, payer FROM seen
),
paid_in AS (
    SELECT payers.group_key, payers.end_day, CAST(sum(payments.amount) AS BIGINT) AS amount
    FROM payers
    JOIN payments ON payments.group_key = payers.group_key AND payments.payer = payers.payer
        AND payments.day BETWEEN payers.end_day - $history_days + 1 AND payers.end_day
    GROUP BY payers.group_key, payers.end_day
),
paid_back AS (
    SELECT payers.group_key, payers.end_day, CAST(sum(transfers.amount_cny) AS BIGINT) AS amount
    FROM payers
    JOIN transfers ON transfers.from_group = payers.group_key AND transfers.to_party = payers.payer
        AND transfers.day BETWEEN payers.end_day - $history_days + 1 AND payers.end_day
    WHERE transfers.amount_cny IS NOT NULL
    GROUP BY payers.group_key, payers.end_day
),
shares AS (
    SELECT totals.group_key, totals.end_day, totals.payer_count, totals.fee_amount, totals.school_count,
           totals.fee_count,
           CAST(totals.fee_amount AS DOUBLE) / totals.person_in AS season_share,
           CAST(COALESCE(levels.equal_count, 0) AS DOUBLE) / totals.fee_count AS equal_share,
           CAST(totals.worded_count AS DOUBLE) / totals.fee_count AS worded_share,
           CAST(COALESCE(paid_back.amount, 0) AS DOUBLE) / paid_in.amount AS back_share
    FROM totals
    JOIN paid_in ON paid_in.group_key = totals.group_key AND paid_in.end_day = totals.end_day
    LEFT JOIN levels ON levels.group_key = totals.group_key AND levels.end_day = totals.end_day
    LEFT JOIN paid_back ON paid_back.group_key = totals.group_key AND paid_back.end_day = totals.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to, payer_count, fee_amount, season_share, equal_share, worded_share, back_share
    FROM shares
    WHERE payer_count >= $min_payers AND season_share >= $min_season_share AND equal_share >= $min_equal_share
      AND (worded_share >= $min_worded_share OR school_count = fee_count) AND back_share <= $max_back_share
),
proof AS (
    SELECT hits.subject_id, hits.window_to, COALESCE(seen.in_record, seen.out_record) AS record_id,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to ORDER BY seen.day DESC, seen.amount DESC, seen.transfer_id
           ) AS place
    FROM hits
    JOIN seen ON seen.group_key = hits.subject_id AND seen.end_day = hits.window_to AND seen.fee = 1
)
-- the hundred latest fees prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, 'fee' AS role,
       hits.payer_count, hits.fee_amount, hits.season_share, hits.equal_share, hits.worded_share, hits.back_share
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 100
