/* ---
id: farm_purchases
code: F10
version: 1
name: {zh: 农产品收购与集体分红, en: Farm purchases and collective dividends}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 120
lookback_days: 730
factor: 0.3
expires_days: 180
applies_to: [T06, T08, T09, T16, T20]
reads: [entities, institutions, parties, reference_calendar, transfers]
claim:
  zh: "{window_days} 日内登记为农业经营或农村集体组织的本方单位付给 {payee_count} 人 {amount_out} 元，占对私付款的 {explained_share}；收款人中已知职业者 {farmer_share} 为农业人员，曾付入者占 {payin_share}，一年内付款日 {pay_days} 天"
  en: "Within {window_days} days the subject's units registered for farming or as a rural collective paid {payee_count} persons {amount_out} CNY, {explained_share} of what went to persons; {farmer_share} of the payees of known occupation are farmers, {payin_share} of them ever paid in; {pay_days} pay days within a year"
explanation:
  zh: 收购茶叶、魔芋、蚕茧等农产品的单位在收获季单向付款给农户，或农村集体组织一年一两次向成员分红。依据主管部门登记的组织形式、经营范围与各机构登记的职业，不看名称和附言。
  en: A unit that buys tea, konjac or silk pays farmers one way in the harvest season, or a rural collective pays its members once or twice a year. It rests on the registered form, scope and occupations, never on names or remarks.
false_positives:
  zh: 借合作社名义向未曾存入的代理人付提成；一年一付的返息。
  en: Commissions to agents who never paid in, under a co-operative; returns paid once a year.
blind_spots:
  zh: 未登记的收购商贩；成员入社时缴纳过股金的分红（收款人曾付入）；职业未登记的农户。
  en: Unregistered buyers; dividends to members who paid in shares; farmers without a registered occupation.
parameters:
  min_payees: {value: 5, unit: persons, min: 1, max: 1000, why: 少于五户看不出收购或分红}
  min_explained_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 须能解释大部分对私付款}
  min_farmer_share: {value: 0.5, unit: share, min: 0.1, max: 1, why: 收购对象应以农户为主；城镇退休人员为主的付款不是收购}
  min_known_share: {value: 0.3, unit: share, min: 0, max: 1, why: 职业已知不足三成时不能说明对象是谁}
  max_payin_share: {value: 0.05, unit: share, min: 0, max: 0.5, why: 收购是单向的；容忍退还农资赊款的个别农户}
  payin_days: {value: 730, unit: days, min: 120, max: 3650, why: 向前查看收款人是否曾经付入的天数}
  max_season_days: {value: 90, unit: days, min: 1, max: 366, why: 采收季外不收购；全年均匀付款不是季节性收购}
  max_dividend_days: {value: 2, unit: days, min: 1, max: 12, why: 集体分红一年一次，至多两次}
measures:
  payee_count: {unit: persons, zh: 收款人数, en: payees}
  amount_out: {unit: CNY, zh: 付给自然人, en: paid to persons}
  explained_share: {unit: share, zh: 占对私付款比例, en: share of payments to persons}
  farmer_share: {unit: share, zh: 农业人员占比, en: share of farmers}
  payin_share: {unit: share, zh: 曾付入的收款人占比, en: share of payees who ever paid in}
  pay_days: {unit: days, zh: 一年内付款日数, en: pay days within a year}
--- */
-- How the definition is read
-- * Class: the payer is a unit of the group that an authority's register (sector 'authority') keeps, still valid, as a
--   farmers' co-operative or rural collective (legal form), or with a farming scope of business. Names and remarks
--   prove nothing: illegal schemes call themselves co-operatives too, so being registered is not enough either.
-- * Purchases: one-way (payees never paid in within payin_days), to farmers (registered occupation, of the payees whose
--   occupation is known; known share as a parameter), seasonal (over the last 365 days no more than max_season_days
--   different pay days: tea, silk and konjac are bought for some weeks, interest is paid all year).
-- * Approved dividends: approval is not in the data, so only a collective in the register, one-way, on at most
--   max_dividend_days of the last 365; payees need not be farmers then.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
units AS (
    SELECT entities.party_key,
           max(COALESCE(DATEDIFF('day', DATE '1970-01-01', parties.valid_to), 9999999)) AS until_day,
           max(CASE WHEN parties.legal_form LIKE '%合作社%' OR parties.legal_form LIKE '%集体经济%' THEN 1 ELSE 0 END)
               AS is_collective
    FROM parties
    JOIN institutions ON institutions.code = parties.institution AND institutions.sector = 'authority'
    JOIN entities ON entities.party_token = parties.party_token
    JOIN suspects ON suspects.group_key = entities.group_key
    WHERE parties.legal_form LIKE '%合作社%' OR parties.legal_form LIKE '%集体经济%'
       OR regexp_matches(parties.business_scope, '种植|养殖|农产品|农副产品|茶叶|魔芋|蚕')
    GROUP BY entities.party_key
),
payouts AS (
    SELECT transfers.from_group AS group_key, transfers.transfer_id, transfers.day, transfers.to_party AS payee,
           COALESCE(transfers.amount_cny, 0) AS amount, transfers.out_record, transfers.in_record,
           CASE WHEN units.party_key IS NOT NULL AND transfers.day <= units.until_day THEN 1 ELSE 0 END AS by_unit,
           COALESCE(units.is_collective, 0) AS by_collective
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.from_group
    LEFT JOIN units ON units.party_key = transfers.from_party
    WHERE transfers.to_kind = 'person' AND transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - 364 AND $to_day
),
payees AS (
    SELECT evenings.group_key, evenings.end_day, payouts.payee, CAST(sum(payouts.amount) AS BIGINT) AS amount,
           CAST(sum(payouts.by_unit * payouts.amount) AS BIGINT) AS by_unit, min(payouts.by_collective) AS by_collective
    FROM evenings
    JOIN payouts ON payouts.group_key = evenings.group_key
        AND payouts.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day, payouts.payee
),
year_days AS (
    SELECT evenings.group_key, evenings.end_day, count(DISTINCT payouts.day) AS pay_days
    FROM evenings
    JOIN payouts ON payouts.group_key = evenings.group_key AND payouts.by_unit = 1
        AND payouts.day BETWEEN evenings.end_day - 364 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
payins AS (
    SELECT DISTINCT payees.group_key, payees.end_day, payees.payee
    FROM payees
    JOIN transfers ON transfers.to_group = payees.group_key AND transfers.from_party = payees.payee
        AND transfers.day BETWEEN payees.end_day - $payin_days + 1 AND payees.end_day
    WHERE payees.by_unit > 0
),
occupations AS (
    SELECT holders.party_key,
           max(CASE WHEN parties.occupation LIKE '%农%' OR parties.occupation LIKE '%养殖%' THEN 1 ELSE 0 END) AS is_farmer
    FROM parties
    JOIN (
        SELECT DISTINCT entities.party_token, entities.party_key
        FROM entities
        JOIN payees ON payees.payee = entities.party_key
    ) AS holders ON holders.party_token = parties.party_token
    WHERE parties.occupation IS NOT NULL
    GROUP BY holders.party_key
),
farms AS (
    SELECT payees.group_key, payees.end_day,
           CAST(sum(CASE WHEN payees.by_unit > 0 THEN 1 ELSE 0 END) AS BIGINT) AS payee_count,
           CAST(sum(payees.by_unit) AS BIGINT) AS amount_out, CAST(sum(payees.amount) AS BIGINT) AS total,
           CAST(sum(CASE WHEN payees.by_unit > 0 AND occupations.party_key IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS known,
           CAST(sum(CASE WHEN payees.by_unit > 0 THEN COALESCE(occupations.is_farmer, 0) ELSE 0 END) AS BIGINT) AS farmers,
           CAST(sum(CASE WHEN payins.payee IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS paid_in,
           min(payees.by_collective) AS by_collective
    FROM payees
    LEFT JOIN payins ON payins.group_key = payees.group_key AND payins.end_day = payees.end_day
        AND payins.payee = payees.payee
    LEFT JOIN occupations ON occupations.party_key = payees.payee
    GROUP BY payees.group_key, payees.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, farms.group_key AS subject_id, farms.end_day - $window_days + 1 AS window_from,
           farms.end_day AS window_to, farms.payee_count, farms.amount_out,
           CAST(farms.amount_out AS DOUBLE) / farms.total AS explained_share,
           CAST(farms.farmers AS DOUBLE) / NULLIF(farms.known, 0) AS farmer_share,
           CAST(farms.paid_in AS DOUBLE) / farms.payee_count AS payin_share, year_days.pay_days
    FROM farms
    JOIN year_days ON year_days.group_key = farms.group_key AND year_days.end_day = farms.end_day
    WHERE farms.payee_count >= $min_payees AND farms.total > 0
      AND CAST(farms.amount_out AS DOUBLE) / farms.total >= $min_explained_share
      AND CAST(farms.paid_in AS DOUBLE) / farms.payee_count <= $max_payin_share
      AND ((CAST(farms.known AS DOUBLE) / farms.payee_count >= $min_known_share
            AND CAST(farms.farmers AS DOUBLE) / NULLIF(farms.known, 0) >= $min_farmer_share
            AND year_days.pay_days <= $max_season_days)
        OR (farms.by_collective = 1 AND year_days.pay_days <= $max_dividend_days))
),
proof AS (
    SELECT hits.subject_id, hits.window_to, COALESCE(payouts.out_record, payouts.in_record) AS record_id,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to
               ORDER BY payouts.day DESC, payouts.amount DESC, payouts.transfer_id
           ) AS place
    FROM hits
    JOIN payouts ON payouts.group_key = hits.subject_id AND payouts.by_unit = 1
        AND payouts.day BETWEEN hits.window_from AND hits.window_to
)
-- the hundred latest payments prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, 'farm_payment' AS role, hits.payee_count, hits.amount_out, hits.explained_share,
       hits.farmer_share, hits.payin_share, hits.pay_days
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 100
