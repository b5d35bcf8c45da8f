/* ---
id: family_and_own
code: F8
version: 1
name: {zh: 家庭与本人账户, en: Family and own accounts}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 90
lookback_days: 90
factor: 0.3
expires_days: 180
applies_to: [T13, T14, T15, T18, T19, T21]
reads: [reference_calendar, relationships, shared_contacts, transfers]
claim:
  zh: "{window_days} 日内收支 {amount} 元，其中 {family_share} 发生在同一登记住址、同一登记电话或申报为夫妻的 {relative_count} 人之间"
  en: "Of {amount} CNY moved within {window_days} days, {family_share} went to or came from {relative_count} persons registered at the same address, under the same telephone or as spouses"
explanation:
  zh: 资金主要在一家人之间往来，依据是各机构登记的住址、电话和申报的配偶，不看姓名。同一主体的账户之间和已归并的控制组之内本就不计。
  en: The money mainly moves within one family, by registered address, telephone and declared spouses, never by name. Accounts of one party and moves inside a control group do not count in the first place.
false_positives:
  zh: 以家人名义收取外人款项再转给家人；集体宿舍登记在同一住址（超过上限人数不算）
  en: Outsiders' money taken in relatives' names and moved on within the family; dormitories (more sharers than the ceiling do not count).
blind_spots:
  zh: 未与子女同址登记的父母；登记住址陈旧。
  en: Parents registered elsewhere than their children; outdated addresses.
parameters:
  min_family_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 家庭往来须占八成以上，才能解释主体的收付}
  max_sharers: {value: 6, unit: persons, min: 2, max: 50, why: 同一住址或电话超过六人不像一家}
  min_amount: {value: 1000, unit: CNY, min: 1, max: 10000000, why: 更小的收付不构成解释}
measures:
  amount: {unit: CNY, zh: 收支合计, en: money moved}
  family_share: {unit: share, zh: 家庭往来占比, en: share within the family}
  relative_count: {unit: persons, zh: 家庭成员, en: relatives}
--- */
-- How the definition is read
-- * Family: natural persons outside the group who share a registered address or telephone with a person of the group
--   (contacts with more than max_sharers parties join nobody), or are declared spouse of one but were not merged (the
--   declaration ended before the entries). Registers are states: today's register is read.
-- * All moves with the outside count, cash, clearing and the bank's entries included: what goes elsewhere is not
--   explained. Moves without a value in CNY count neither way.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
moves AS (
    SELECT transfers.to_group AS group_key, transfers.transfer_id, transfers.day, transfers.amount_cny AS amount,
           transfers.from_party AS far_party, transfers.from_kind AS far_kind, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.to_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
    UNION ALL
    SELECT transfers.from_group, transfers.transfer_id, transfers.day, transfers.amount_cny, transfers.to_party,
           transfers.to_kind, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.from_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
spouses AS (
    SELECT CAST('0x' || substr(md5(subject_token), 1, 15) AS BIGINT) AS one,
           CAST('0x' || substr(md5(object_token), 1, 15) AS BIGINT) AS other
    FROM relationships
    WHERE relation = 'spouse' AND subject_token IS NOT NULL AND object_token IS NOT NULL
),
family AS (
    SELECT own.group_key, other.party_key
    FROM shared_contacts AS own
    JOIN suspects ON suspects.group_key = own.group_key
    JOIN shared_contacts AS other ON other.kind = own.kind AND other.value_key = own.value_key
        AND other.group_key <> own.group_key
    WHERE own.sharers <= $max_sharers
    UNION
    SELECT suspects.group_key, spouses.other
    FROM spouses
    JOIN suspects ON suspects.group_key = spouses.one
    UNION
    SELECT suspects.group_key, spouses.one
    FROM spouses
    JOIN suspects ON suspects.group_key = spouses.other
),
classed AS (
    SELECT moves.*, CASE WHEN family.party_key IS NOT NULL AND moves.far_kind = 'person' THEN 1 ELSE 0 END AS is_family
    FROM moves
    LEFT JOIN family ON family.group_key = moves.group_key AND family.party_key = moves.far_party
),
sums AS (
    SELECT evenings.group_key, evenings.end_day, CAST(sum(classed.amount) AS BIGINT) AS amount,
           CAST(sum(classed.is_family * classed.amount) AS BIGINT) AS within,
           count(DISTINCT CASE WHEN classed.is_family = 1 THEN classed.far_party END) AS relative_count
    FROM evenings
    JOIN classed ON classed.group_key = evenings.group_key
        AND classed.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to, amount, CAST(within AS DOUBLE) / amount AS family_share, relative_count
    FROM sums
    WHERE amount >= $min_amount AND CAST(within AS DOUBLE) / amount >= $min_family_share
),
proof AS (
    SELECT hits.subject_id, hits.window_to, COALESCE(classed.in_record, classed.out_record) AS record_id,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to
               ORDER BY classed.amount DESC, classed.day, classed.transfer_id
           ) AS place
    FROM hits
    JOIN classed ON classed.group_key = hits.subject_id AND classed.day BETWEEN hits.window_from AND hits.window_to
    WHERE classed.is_family = 1
)
-- the hundred largest moves prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, 'family_move' AS role, hits.amount, hits.family_share, hits.relative_count
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 100
