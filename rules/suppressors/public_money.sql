/* ---
id: public_money
code: F5
version: 1
name: {zh: 公共资金, en: Public money}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 90
lookback_days: 90
factor: 0.3
expires_days: 180
applies_to: [T01, T02, T03, T04, T05, T09, T13, T14, T15, T16, T18, T19, T20]
reads: [entities, parties, reference_calendar, transfers]
claim:
  zh: "{window_days} 日内收支 {amount} 元，其中流入的 {public_in_share} 来自登记在册的公共单位，本方公共单位经手 {own_public_share}"
  en: "Of {amount} CNY moved within {window_days} days, {public_in_share} of the inflow came from registered public bodies and {own_public_share} was moved by the subject's own public bodies"
explanation:
  zh: 社保、养老金、征地补偿等公共资金的收付，付款方或主体本身是主管部门登记的公共单位。
  en: Social security, pensions, land compensation and other public money; payer or subject is a public body in an authority's register.
false_positives:
  zh: 截留公共资金的村组账户。
  en: Village accounts that divert public money.
blind_spots:
  zh: 未登记的公共单位；名称与摘要不作依据。
  en: Public bodies missing from the register; names and remarks prove nothing.
parameters:
  min_public_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 公共资金须占八成以上，才能解释主体的收付}
  min_amount: {value: 10000, unit: CNY, min: 1, max: 10000000, why: 更小的收付不构成解释}
measures:
  amount: {unit: CNY, zh: 收支合计, en: money moved}
  public_in_share: {unit: share, zh: 流入中公共单位占比, en: share of inflow from public bodies}
  own_public_share: {unit: share, zh: 本方公共单位经手占比, en: share moved by own public bodies}
--- */
-- How the definition is read
-- * Public is whom an authority's register classes so, for as long as the entry is valid: the kind 'public' comes
--   from the register alone. Remarks such as 社保 or 征地补偿 from an unlisted payer explain nothing, since anybody
--   can write them.
-- * Either the money comes in from public payers (>= 80 % of the inflow), or the subject's own public bodies move it
--   (>= 80 % of in and out of the control group).
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
lapsed AS (
    -- last day of the register's entry, where it has one
    SELECT entities.party_key,
           max(COALESCE(DATEDIFF('day', DATE '1970-01-01', parties.valid_to), 9999999)) AS until_day
    FROM parties
    JOIN entities ON entities.party_token = parties.party_token
    WHERE parties.party_class = 'public'
    GROUP BY entities.party_key
),
moves AS (
    SELECT transfers.to_group AS group_key, transfers.transfer_id, transfers.day, 1 AS incoming,
           transfers.amount_cny AS amount, transfers.from_party AS far_party, transfers.from_kind AS far_kind,
           transfers.to_party AS own_party, transfers.to_kind AS own_kind, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.to_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
    UNION ALL
    SELECT transfers.from_group, transfers.transfer_id, transfers.day, 0, transfers.amount_cny, transfers.to_party,
           transfers.to_kind, transfers.from_party, transfers.from_kind, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.from_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
classed AS (
    SELECT moves.group_key, moves.transfer_id, moves.day, moves.incoming, moves.amount, moves.out_record,
           moves.in_record,
           CASE WHEN moves.far_kind = 'public' AND moves.day <= COALESCE(far.until_day, 9999999) THEN 1 ELSE 0 END
               AS far_public,
           CASE WHEN moves.own_kind = 'public' AND moves.day <= COALESCE(own.until_day, 9999999) THEN 1 ELSE 0 END
               AS own_public
    FROM moves
    LEFT JOIN lapsed AS far ON far.party_key = moves.far_party
    LEFT JOIN lapsed AS own ON own.party_key = moves.own_party
),
sums AS (
    SELECT evenings.group_key, evenings.end_day, CAST(sum(classed.amount) AS BIGINT) AS amount,
           CAST(sum(classed.incoming * classed.amount) AS BIGINT) AS amount_in,
           CAST(sum(classed.incoming * classed.far_public * classed.amount) AS BIGINT) AS public_in,
           CAST(sum(classed.own_public * classed.amount) AS BIGINT) AS own_public
    FROM evenings
    JOIN classed ON classed.group_key = evenings.group_key
        AND classed.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
shares AS (
    SELECT group_key, end_day, amount,
           CASE WHEN amount_in > 0 THEN CAST(public_in AS DOUBLE) / amount_in ELSE 0 END AS public_in_share,
           CASE WHEN amount > 0 THEN CAST(own_public AS DOUBLE) / amount ELSE 0 END AS own_public_share
    FROM sums
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to, amount, public_in_share, own_public_share
    FROM shares
    WHERE amount >= $min_amount AND GREATEST(public_in_share, own_public_share) >= $min_public_share
),
proof AS (
    SELECT hits.subject_id, hits.window_to, COALESCE(classed.in_record, classed.out_record) AS record_id,
           CASE WHEN classed.own_public = 1 THEN 'own_public_body' ELSE 'public_payer' END AS role,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to
               ORDER BY classed.amount DESC, classed.day, classed.transfer_id
           ) AS place
    FROM hits
    JOIN classed ON classed.group_key = hits.subject_id AND classed.day BETWEEN hits.window_from AND hits.window_to
    WHERE classed.own_public = 1 OR (classed.incoming = 1 AND classed.far_public = 1)
)
-- the hundred largest moves prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, proof.role, hits.amount, hits.public_in_share, hits.own_public_share
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 100
