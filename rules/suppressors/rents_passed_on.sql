/* ---
id: rents_passed_on
code: F3
version: 1
name: {zh: 代收租金转付房主, en: Rents passed on to owners}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 120
lookback_days: 400
factor: 0.3
expires_days: 180
applies_to: [T08, T09]
reads: [reference_calendar, remark_terms, transfers]
claim:
  zh: "{window_days} 日内付给 {payee_count} 名曾付入者 {amount_out} 元，其中租金附言占 {rent_share}；另有 {tenant_count} 户只付不收的承租人付来租金 {rent_in} 元，为该付款的 {cover_share}"
  en: "Within {window_days} days {amount_out} CNY went to {payee_count} persons who had paid in, {rent_share} of it with remarks of rent; {tenant_count} tenants who only pay brought {rent_in} CNY of rent, {cover_share} of those payments"
explanation:
  zh: 房屋托管人收过房主的装修款或押金，按期向房主付固定租金；所付由承租人的租金承担。只写租金不算，须有长期付租、从未收到对方任何款项的第三方承租人。
  en: A letting manager who took fitting-out money or bonds of the owners pays them a fixed rent out of what tenants pay. The word alone explains nothing; other people or firms must keep paying rent and never receive anything.
false_positives:
  zh: 售后返租项目的租金足以支付返还，而房主的本金被挪作他用；两级以上的他人账户循环付租。
  en: A sale-and-lease-back whose rents cover the returns while the owners' principal is used elsewhere; money sent in circles over two or more others as rent.
blind_spots:
  zh: 经清算机构或现金收租；附言空白的租金；退过押金的承租人；收租不足一个半月的新托管人。
  en: Rents through clearing names or in cash; rents without a remark; tenants whose bond was returned; managers in their first weeks.
parameters:
  min_payees: {value: 5, unit: persons, min: 1, max: 500, why: 少于五人看不出普遍付租}
  min_rent_share: {value: 0.5, unit: share, min: 0.3, max: 1, why: 附言常有空白，但租金字样须占付款的一半以上}
  min_tenants: {value: 3, unit: persons, min: 1, max: 500, why: 一两户付款可由托管人自己安排，三户以上的独立承租人较难}
  min_tenancy_days: {value: 45, unit: days, min: 1, max: 365, why: 月付的集资款四十五日内已有返还；此后仍在付款而从未收款的才是承租人}
  min_cover_share: {value: 0.8, unit: share, min: 0.3, max: 2, why: 租金须能承担绝大部分付款；容忍空置与个别无附言租金}
  history_days: {value: 400, unit: days, min: 120, max: 3650, why: 向前查看谁曾付入、谁曾收款；年付租金须看到上一年}
measures:
  payee_count: {unit: persons, zh: 收款的曾付入者, en: payees who had paid in}
  amount_out: {unit: CNY, zh: 付给曾付入者, en: paid to them}
  rent_share: {unit: share, zh: 租金附言占比, en: share with a word of rent}
  tenant_count: {unit: persons, zh: 承租户数, en: tenants}
  rent_in: {unit: CNY, zh: 承租人所付租金, en: rents of the tenants}
  cover_share: {unit: share, zh: 租金对付款的比例, en: rents against the payments}
--- */
-- How the definition is read
-- * Payments to people: to natural persons outside the group who had paid into it over history_days. T08 and T09 are
--   about them; what the manager spends elsewhere is not at issue here and would drown the owners' rents. All such
--   payments count, whatever their remark: rents must bear them all, or the rest would be paid of something else.
-- * Rent word: class 'rent' of the lexicon and no strong fundraising term. At least half by amount.
-- * Tenant: a control group, of people or firms, whose worded payments reach over min_tenancy_days and to which the
--   subject paid nothing over history_days. So the owners' own money never counts, nor does a depositor's who writes
--   房租 and waits for the first return, nor money that the subject had sent out itself.
-- * Clearing names, cash and banks are no tenants. Where a payment has no CNY value nothing is explained.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
entries AS (
    SELECT transfers.transfer_id, transfers.day, transfers.from_group, transfers.to_group, transfers.from_party,
           transfers.to_party, transfers.from_kind, transfers.amount_cny AS amount, transfers.out_record,
           transfers.in_record, 0 AS outgoing
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.to_group
    WHERE transfers.from_kind IN ('person', 'firm') AND transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $history_days + 1 AND $to_day
    UNION ALL
    SELECT transfers.transfer_id, transfers.day, transfers.from_group, transfers.to_group, transfers.from_party,
           transfers.to_party, transfers.from_kind, transfers.amount_cny AS amount, transfers.out_record,
           transfers.in_record, 1 AS outgoing
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.from_group
    WHERE transfers.to_kind = 'person' AND transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
words AS (
    SELECT entries.transfer_id,
           max(CASE WHEN remark_terms.class = 'rent' THEN 1 ELSE 0 END)
               * min(CASE WHEN remark_terms.class = 'fundraising_strong' THEN 0 ELSE 1 END) AS rent
    FROM entries
    JOIN remark_terms ON remark_terms.transfer_id = entries.transfer_id AND remark_terms.day = entries.day
    GROUP BY entries.transfer_id
),
owners AS (
    SELECT evenings.group_key, evenings.end_day, entries.from_party AS person
    FROM evenings
    JOIN entries ON entries.to_group = evenings.group_key AND entries.outgoing = 0 AND entries.from_kind = 'person'
        AND entries.day BETWEEN evenings.end_day - $history_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day, entries.from_party
),
payments AS (
    SELECT owners.group_key, owners.end_day, owners.person, entries.transfer_id, entries.day, entries.amount,
           COALESCE(words.rent, 0) AS rent, COALESCE(entries.out_record, entries.in_record) AS record_id
    FROM owners
    JOIN entries ON entries.from_group = owners.group_key AND entries.to_party = owners.person AND entries.outgoing = 1
        AND entries.day BETWEEN owners.end_day - $window_days + 1 AND owners.end_day
    LEFT JOIN words ON words.transfer_id = entries.transfer_id
),
paid AS (
    SELECT group_key, end_day, count(DISTINCT person) AS payee_count, CAST(sum(amount) AS BIGINT) AS amount_out,
           CAST(sum(rent * amount) AS BIGINT) AS worded
    FROM payments
    GROUP BY group_key, end_day
    HAVING sum(amount) > 0 AND sum(CASE WHEN amount IS NULL THEN 1 ELSE 0 END) = 0
),
rents AS (
    SELECT entries.to_group AS group_key, entries.from_group AS tenant, entries.transfer_id, entries.day,
           entries.amount, COALESCE(entries.in_record, entries.out_record) AS record_id
    FROM entries
    JOIN words ON words.transfer_id = entries.transfer_id AND words.rent = 1
    WHERE entries.outgoing = 0 AND entries.amount IS NOT NULL AND entries.from_group <> 0
),
lasting AS (
    SELECT paid.group_key, paid.end_day, rents.tenant
    FROM paid
    JOIN rents ON rents.group_key = paid.group_key
        AND rents.day BETWEEN paid.end_day - $history_days + 1 AND paid.end_day
    GROUP BY paid.group_key, paid.end_day, rents.tenant
    HAVING max(rents.day) - min(rents.day) >= $min_tenancy_days
),
repaid AS (
    SELECT DISTINCT lasting.group_key, lasting.end_day, lasting.tenant
    FROM lasting
    JOIN transfers ON transfers.from_group = lasting.group_key AND transfers.to_group = lasting.tenant
        AND transfers.day BETWEEN lasting.end_day - $history_days + 1 AND lasting.end_day
),
income AS (
    SELECT lasting.group_key, lasting.end_day, lasting.tenant, rents.transfer_id, rents.day, rents.amount,
           rents.record_id
    FROM lasting
    JOIN rents ON rents.group_key = lasting.group_key AND rents.tenant = lasting.tenant
        AND rents.day BETWEEN lasting.end_day - $window_days + 1 AND lasting.end_day
    LEFT JOIN repaid ON repaid.group_key = lasting.group_key AND repaid.end_day = lasting.end_day
        AND repaid.tenant = lasting.tenant
    WHERE repaid.tenant IS NULL
),
received AS (
    SELECT group_key, end_day, count(DISTINCT tenant) AS tenant_count, CAST(sum(amount) AS BIGINT) AS rent_in
    FROM income
    GROUP BY group_key, end_day
),
hits AS (
    SELECT 'group' AS subject_kind, paid.group_key AS subject_id, paid.end_day - $window_days + 1 AS window_from,
           paid.end_day AS window_to, paid.payee_count, paid.amount_out,
           CAST(paid.worded AS DOUBLE) / paid.amount_out AS rent_share, received.tenant_count, received.rent_in,
           CAST(received.rent_in AS DOUBLE) / paid.amount_out AS cover_share
    FROM paid
    JOIN received ON received.group_key = paid.group_key AND received.end_day = paid.end_day
    WHERE paid.payee_count >= $min_payees AND CAST(paid.worded AS DOUBLE) / paid.amount_out >= $min_rent_share
      AND received.tenant_count >= $min_tenants
      AND CAST(received.rent_in AS DOUBLE) / paid.amount_out >= $min_cover_share
),
proof AS (
    SELECT both_sides.group_key, both_sides.end_day, both_sides.role, both_sides.record_id,
           row_number() OVER (
               PARTITION BY both_sides.group_key, both_sides.end_day, both_sides.role
               ORDER BY both_sides.day DESC, both_sides.amount DESC, both_sides.transfer_id
           ) AS place
    FROM (
        SELECT group_key, end_day, 'rent_paid' AS role, transfer_id, day, amount, record_id FROM payments WHERE rent = 1
        UNION ALL
        SELECT group_key, end_day, 'rent_received' AS role, transfer_id, day, amount, record_id FROM income
    ) AS both_sides
)
-- the fifty latest of either side prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, proof.role, hits.payee_count, hits.amount_out, hits.rent_share, hits.tenant_count, hits.rent_in,
       hits.cover_share
FROM hits
JOIN proof ON proof.group_key = hits.subject_id AND proof.end_day = hits.window_to
WHERE proof.place <= 50
