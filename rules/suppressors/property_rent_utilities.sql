/* ---
id: property_rent_utilities
code: F3
version: 1
name: {zh: 物业费、房租与水电, en: "Property fees, rent and utilities"}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 124
lookback_days: 400
factor: 0.3
expires_days: 180
applies_to: [T01, T02, T03, T04, T05, T07]
reads: [entities, parties, reference_calendar, remark_terms, transfers]
claim:
  zh: "{window_days} 日内 {payer_count} 户缴纳物业、房租或水电类费用 {fee_amount} 元，占自然人转入的 {fee_share}；整千金额占 {round_share}，返还付款人的占 {back_share}"
  en: "Within {window_days} days {payer_count} households paid {fee_amount} CNY of property, rent or utility charges, {fee_share} of what people paid in; {round_share} of the charges are round thousands, {back_share} went back to the payers"
explanation:
  zh: 住户向登记在册的物业单位缴费，或按月、季、年反复缴纳大致相等、附言为物业房租水电的费用；金额由面积乘单价而来，多为零头，钱不回到付款人。
  en: Households pay a registered property manager, or pay much the same at monthly, quarterly or yearly intervals with remarks of property, rent or utilities; the sums are area times price, so seldom round, and nothing returns to the payers.
false_positives:
  zh: 以售后返租、车位认购为名向住户集资而尚未返息的物业公司。
  en: A property company raising money for lease-backs or parking places that has paid nothing back yet.
blind_spots:
  zh: 首次收费、附言空白且收费人未登记为物业；经清算机构缴费的住户不可见。
  en: First collection without remarks by an unregistered manager; households paying through clearing names.
parameters:
  min_payers: {value: 5, unit: persons, min: 1, max: 500, why: 少于五户看不出普遍收费}
  max_payment: {value: 20000, unit: CNY, min: 100, max: 200000, why: 一户一次的物业费、房租多在两万元以下}
  min_fee_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 须能解释自然人转入的大部分}
  max_round_share: {value: 0.5, unit: share, min: 0, max: 1, why: 面积乘单价多有零头，集资款多为整千}
  max_back_share: {value: 0.05, unit: share, min: 0, max: 0.5, why: 收费不返还；容忍个别退费与押金}
  amount_tolerance: {value: 0.2, unit: share, min: 0, max: 0.5, why: 同一户前后两次金额相差不超过两成视为大致相等}
  period_slack: {value: 5, unit: days, min: 0, max: 10, why: 缴费日与整月间隔可相差数日}
  history_days: {value: 400, unit: days, min: 60, max: 3650, why: 年缴费须看到上一年；同期核对是否返还}
measures:
  payer_count: {unit: persons, zh: 缴费户数, en: households}
  fee_amount: {unit: CNY, zh: 收费金额, en: charges}
  fee_share: {unit: share, zh: 占自然人转入, en: share of what people paid in}
  round_share: {unit: share, zh: 整千金额占比, en: share of round thousands}
  back_share: {unit: share, zh: 返还付款人占比, en: share that went back to the payers}
--- */
-- How the definition is read
-- * Fee: a person's payment into the group of at most max_payment without a strong fundraising term that either goes to
--   a party whom an authority's register classes as property (valid on the day; a name is no class), or carries a
--   property, rent or utility word AND comes from a regular payer. A word alone explains nothing.
-- * Seasonal, periodic: a regular payer paid much the same (amount_tolerance) some whole number of months before
--   (12 × gap within 12 × period_slack of 365 × months), seen over history_days.
-- * Area × price: such sums are odd; at most half of the fees may be whole thousands.
-- * No return flow: money from the group to the people who paid, over history_days, against what they paid in them.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
registered AS (
    SELECT entities.party_key,
           max(COALESCE(DATEDIFF('day', DATE '1970-01-01', parties.valid_to), 9999999)) AS until_day
    FROM entities
    LEFT JOIN parties ON parties.party_token = entities.party_token AND parties.party_class = 'property'
    WHERE entities.party_class = 'property'
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
           max(CASE WHEN remark_terms.class = 'property_fee' THEN 1 ELSE 0 END) AS worded,
           max(CASE WHEN remark_terms.class = 'fundraising_strong' THEN 1 ELSE 0 END) AS strong
    FROM payments
    JOIN remark_terms ON remark_terms.transfer_id = payments.transfer_id AND remark_terms.day = payments.day
    GROUP BY payments.transfer_id
),
payer_days AS (
    SELECT group_key, payer, day, CAST(sum(amount) AS BIGINT) AS amount
    FROM payments
    GROUP BY group_key, payer, day
),
repeats AS (
    SELECT later.group_key, later.payer, min(later.day) AS since_day
    FROM payer_days AS later
    JOIN payer_days AS earlier ON earlier.group_key = later.group_key AND earlier.payer = later.payer
        AND earlier.day < later.day
    WHERE (12 * (later.day - earlier.day) + 182) // 365 >= 1
      AND ABS(12 * (later.day - earlier.day) - 365 * ((12 * (later.day - earlier.day) + 182) // 365)) <= 12 * $period_slack
      AND ABS(later.amount - earlier.amount) <= $amount_tolerance * earlier.amount
    GROUP BY later.group_key, later.payer
),
classed AS (
    SELECT payments.*,
           CASE
               WHEN payments.amount > $max_payment OR words.strong = 1 THEN 9999999
               WHEN payments.day <= registered.until_day THEN 0
               WHEN words.worded = 1 THEN COALESCE(repeats.since_day, 9999999)
               ELSE 9999999
           END AS fee_from_day
    FROM payments
    LEFT JOIN words ON words.transfer_id = payments.transfer_id
    LEFT JOIN registered ON registered.party_key = payments.to_party
    LEFT JOIN repeats ON repeats.group_key = payments.group_key AND repeats.payer = payments.payer
),
seen AS (
    SELECT evenings.end_day, classed.*,
           CASE WHEN classed.fee_from_day <= evenings.end_day THEN 1 ELSE 0 END AS fee
    FROM evenings
    JOIN classed ON classed.group_key = evenings.group_key
        AND classed.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
),
totals AS (
    SELECT group_key, end_day, CAST(sum(amount) AS BIGINT) AS person_in, CAST(sum(fee * amount) AS BIGINT) AS fee_amount,
           CAST(sum(fee) AS BIGINT) AS fee_count, count(DISTINCT CASE WHEN fee = 1 THEN payer END) AS payer_count,
           CAST(sum(CASE WHEN fee = 1 AND amount % 100000 = 0 THEN 1 ELSE 0 END) AS BIGINT) AS round_count
    FROM seen
    GROUP BY group_key, end_day
    HAVING sum(fee) > 0
),
payers AS (
    SELECT DISTINCT group_key, end_day, payer FROM seen
),
paid_in AS (
    SELECT payers.group_key, payers.end_day, CAST(sum(payer_days.amount) AS BIGINT) AS amount
    FROM payers
    JOIN payer_days ON payer_days.group_key = payers.group_key AND payer_days.payer = payers.payer
        AND payer_days.day BETWEEN payers.end_day - $history_days + 1 AND payers.end_day
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
    SELECT totals.group_key, totals.end_day, totals.payer_count, totals.fee_amount,
           CAST(totals.fee_amount AS DOUBLE) / totals.person_in AS fee_share,
           CAST(totals.round_count AS DOUBLE) / totals.fee_count AS round_share,
           CAST(COALESCE(paid_back.amount, 0) AS DOUBLE) / paid_in.amount AS back_share
    FROM totals
    JOIN paid_in ON paid_in.group_key = totals.group_key AND paid_in.end_day = totals.end_day
    LEFT JOIN paid_back ON paid_back.group_key = totals.group_key AND paid_back.end_day = totals.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to, payer_count, fee_amount, fee_share, round_share, back_share
    FROM shares
    WHERE payer_count >= $min_payers AND fee_share >= $min_fee_share AND round_share <= $max_round_share
      AND back_share <= $max_back_share
),
proof AS (
    SELECT hits.subject_id, hits.window_to, COALESCE(seen.in_record, seen.out_record) AS record_id,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to ORDER BY seen.day DESC, seen.amount DESC, seen.transfer_id
           ) AS place
    FROM hits
    JOIN seen ON seen.group_key = hits.subject_id AND seen.end_day = hits.window_to AND seen.fee = 1
)
-- the hundred latest charges prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, 'charge' AS role,
       hits.payer_count, hits.fee_amount, hits.fee_share, hits.round_share, hits.back_share
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 100
