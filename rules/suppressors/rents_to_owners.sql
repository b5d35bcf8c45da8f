/* ---
id: rents_to_owners
code: F3
version: 1
name: {zh: 转付众多房主的租金, en: Rents handed on to many owners}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 120
lookback_days: 400
factor: 0.3
expires_days: 180
applies_to: [T16, T20]
reads: [reference_calendar, remark_terms, transfers]
claim:
  zh: "{window_days} 日内付给 {owner_count} 名房主 {rent_out} 元，由 {tenant_count} 户只付不收的承租人所付租金 {rent_in} 元承担 {cover_share}；除房主外，月内付给自然人 {rest_persons} 名共 {rest_out} 元，周内付给各方 {rest_parties} 方"
  en: "Within {window_days} days {rent_out} CNY went to {owner_count} owners; {tenant_count} tenants who only pay brought {rent_in} CNY of rent, {cover_share} of it; besides owners {rest_persons} persons were paid {rest_out} CNY within a month, and {rest_parties} parties within a week"
explanation:
  zh: 房屋托管人每月向许多房主付租，看上去是公款转私、集中扇出。把有承租人租金承担的房主租金除去，所余收款人和金额须都达不到公转私与扇出的界线，才算解释；只写租金不算。
  en: A letting manager pays rent to many owners each month, which looks like a firm's money going private and fanning out. Explained only where, without the rents that tenants bear, neither the payees nor the sums left would reach those lines; the word alone explains nothing.
false_positives:
  zh: 售后返租项目的租金足以支付返还，而房主的本金被挪作他用；两级以上的他人账户循环付租。
  en: A sale-and-lease-back whose rents cover the returns while the owners' principal is used elsewhere; money sent in circles over two or more others as rent.
blind_spots:
  zh: 经清算机构或现金收租；租金附言不足三成的房主；另有众多职工或供货商的托管人；收租不足一个半月的新托管人。
  en: Rents through clearing names or in cash; owners whose payments mostly lack a word of rent; managers with many employees or suppliers besides; managers in their first weeks.
parameters:
  min_owners: {value: 5, unit: persons, min: 1, max: 500, why: 少于五人看不出普遍付租}
  min_rent_share: {value: 0.3, unit: share, min: 0.1, max: 1, why: 附言常有空白，同一房主的收款三成以上写明租金，其余随之}
  min_tenants: {value: 3, unit: persons, min: 1, max: 500, why: 一两户付款可由托管人自己安排，三户以上的独立承租人较难}
  min_tenancy_days: {value: 45, unit: days, min: 1, max: 365, why: 月付的集资款四十五日内已有返还；此后仍在付款而从未收款的才是承租人}
  min_cover_share: {value: 0.8, unit: share, min: 0.3, max: 2, why: 租金须能承担绝大部分付款；容忍空置与个别无附言租金}
  rest_persons_line: {value: 10, unit: persons, min: 1, max: 500, why: 公转私的人数界线；除房主外仍达到的，租金不足以解释}
  rest_out_line: {value: 500000, unit: CNY, min: 1000, max: 50000000, why: 公转私的金额界线}
  rest_parties_line: {value: 10, unit: persons, min: 1, max: 500, why: 归集再分散的收款方界线}
  history_days: {value: 400, unit: days, min: 120, max: 3650, why: 向前查看承租人是否收过款；年付租金须看到上一年}
measures:
  owner_count: {unit: persons, zh: 房主人数, en: owners}
  rent_out: {unit: CNY, zh: 付给房主, en: paid to owners}
  tenant_count: {unit: persons, zh: 承租户数, en: tenants}
  rent_in: {unit: CNY, zh: 承租人所付租金, en: rents of the tenants}
  cover_share: {unit: share, zh: 租金对付款的比例, en: rents against the payments}
  rest_persons: {unit: persons, zh: 月内其他收款自然人, en: other persons paid within a month}
  rest_out: {unit: CNY, zh: 月内付给其他自然人, en: paid to other persons within a month}
  rest_parties: {unit: persons, zh: 周内其他收款方, en: other parties paid within a week}
--- */
-- How the definition is read
-- * rents_passed_on asks whether what earlier payers get back is rent (T08, T09). T16 and T20 look at all payees, so
--   here the rents are taken out and the rest is held against their lines: fewer than rest_persons_line persons and less
--   than rest_out_line to persons in 30 days (T16), fewer than rest_parties_line parties in 7 days (T20). 30 and 7 are
--   the windows of those rules. A manager whose other payments reach the lines is not explained.
-- * Owner: a person outside the group of whose payments in the window at least min_rent_share by amount bear a word of
--   class 'rent' and none a strong fundraising term. All that he got counts, worded or not, and must be borne.
-- * Tenant: a control group, of people or firms, whose worded payments reach over min_tenancy_days and to which the
--   subject paid nothing over history_days; so neither owners' own money nor money that the subject sent out counts.
-- * Parties paid: persons, firms, public bodies and licensed institutions by party. Clearing names, cash and the bank are
--   none, as in those rules. Where a payment to a person has no CNY value nothing is explained.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
entries AS (
    SELECT transfers.transfer_id, transfers.day, transfers.to_group AS group_key, transfers.from_group AS other_group,
           transfers.from_party AS party, transfers.from_kind AS kind, transfers.amount_cny AS amount,
           COALESCE(transfers.in_record, transfers.out_record) AS record_id, 0 AS outgoing
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.to_group
    WHERE transfers.from_kind IN ('person', 'firm') AND transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $history_days + 1 AND $to_day
    UNION ALL
    SELECT transfers.transfer_id, transfers.day, transfers.from_group, transfers.to_group, transfers.to_party,
           transfers.to_kind, transfers.amount_cny, COALESCE(transfers.out_record, transfers.in_record), 1
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.from_group
    WHERE transfers.to_kind IN ('person', 'firm', 'public', 'licensed') AND transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
words AS (
    SELECT entries.transfer_id, max(CASE WHEN remark_terms.class = 'rent' THEN 1 ELSE 0 END) AS rent,
           max(CASE WHEN remark_terms.class = 'fundraising_strong' THEN 1 ELSE 0 END) AS strong
    FROM entries
    JOIN remark_terms ON remark_terms.transfer_id = entries.transfer_id AND remark_terms.day = entries.day
    GROUP BY entries.transfer_id
),
paid AS (
    SELECT evenings.group_key, evenings.end_day, entries.party, entries.kind, entries.transfer_id, entries.day,
           entries.amount, entries.record_id, COALESCE(words.rent, 0) AS rent, COALESCE(words.strong, 0) AS strong
    FROM evenings
    JOIN entries ON entries.group_key = evenings.group_key AND entries.outgoing = 1
        AND entries.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    LEFT JOIN words ON words.transfer_id = entries.transfer_id
),
payees AS (
    SELECT group_key, end_day, party, kind, CAST(sum(amount) AS BIGINT) AS amount,
           CAST(sum(CASE WHEN day > end_day - 30 THEN amount ELSE 0 END) AS BIGINT) AS month_amount,
           max(CASE WHEN day > end_day - 30 THEN 1 ELSE 0 END) AS in_month,
           max(CASE WHEN day > end_day - 7 THEN 1 ELSE 0 END) AS in_week,
           max(CASE WHEN kind = 'person' AND amount IS NULL THEN 1 ELSE 0 END) AS unvalued,
           CASE
               WHEN kind = 'person' AND max(strong) = 0 AND sum(amount) > 0
                    AND CAST(sum(rent * amount) AS DOUBLE) / sum(amount) >= $min_rent_share THEN 1
               ELSE 0
           END AS owner
    FROM paid
    GROUP BY group_key, end_day, party, kind
),
outflows AS (
    SELECT group_key, end_day, CAST(sum(owner) AS BIGINT) AS owner_count,
           CAST(sum(owner * amount) AS BIGINT) AS rent_out,
           CAST(sum(CASE WHEN kind = 'person' THEN (1 - owner) * in_month ELSE 0 END) AS BIGINT) AS rest_persons,
           CAST(sum(CASE WHEN kind = 'person' THEN (1 - owner) * month_amount ELSE 0 END) AS BIGINT) AS rest_out,
           CAST(sum((1 - owner) * in_week) AS BIGINT) AS rest_parties
    FROM payees
    GROUP BY group_key, end_day
    HAVING max(unvalued) = 0 AND sum(owner) >= $min_owners
),
rents AS (
    SELECT entries.group_key, entries.other_group AS tenant, entries.transfer_id, entries.day, entries.amount,
           entries.record_id
    FROM entries
    JOIN words ON words.transfer_id = entries.transfer_id AND words.rent = 1 AND words.strong = 0
    WHERE entries.outgoing = 0 AND entries.amount IS NOT NULL AND entries.other_group <> 0
),
lasting AS (
    SELECT outflows.group_key, outflows.end_day, rents.tenant
    FROM outflows
    JOIN rents ON rents.group_key = outflows.group_key
        AND rents.day BETWEEN outflows.end_day - $history_days + 1 AND outflows.end_day
    GROUP BY outflows.group_key, outflows.end_day, rents.tenant
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
    SELECT 'group' AS subject_kind, outflows.group_key AS subject_id, outflows.end_day - $window_days + 1 AS window_from,
           outflows.end_day AS window_to, outflows.owner_count, outflows.rent_out, received.tenant_count,
           received.rent_in, CAST(received.rent_in AS DOUBLE) / outflows.rent_out AS cover_share,
           outflows.rest_persons, outflows.rest_out, outflows.rest_parties
    FROM outflows
    JOIN received ON received.group_key = outflows.group_key AND received.end_day = outflows.end_day
    WHERE received.tenant_count >= $min_tenants
      AND CAST(received.rent_in AS DOUBLE) / outflows.rent_out >= $min_cover_share
      AND outflows.rest_persons < $rest_persons_line AND outflows.rest_out < $rest_out_line
      AND outflows.rest_parties < $rest_parties_line
),
proof AS (
    SELECT both_sides.group_key, both_sides.end_day, both_sides.role, both_sides.record_id,
           row_number() OVER (
               PARTITION BY both_sides.group_key, both_sides.end_day, both_sides.role
               ORDER BY both_sides.day DESC, both_sides.amount DESC, both_sides.transfer_id
           ) AS place
    FROM (
        SELECT paid.group_key, paid.end_day, 'rent_paid' AS role, paid.transfer_id, paid.day, paid.amount, paid.record_id
        FROM paid
        JOIN payees ON payees.group_key = paid.group_key AND payees.end_day = paid.end_day
            AND payees.party = paid.party AND payees.kind = paid.kind AND payees.owner = 1
        UNION ALL
        SELECT group_key, end_day, 'rent_received' AS role, transfer_id, day, amount, record_id FROM income
    ) AS both_sides
)
-- the fifty latest of either side prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, proof.role, hits.owner_count, hits.rent_out, hits.tenant_count, hits.rent_in, hits.cover_share,
       hits.rest_persons, hits.rest_out, hits.rest_parties
FROM hits
JOIN proof ON proof.group_key = hits.subject_id AND proof.end_day = hits.window_to
WHERE proof.place <= 50
