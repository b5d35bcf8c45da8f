/* ---
id: licensed_institutions
code: F6
version: 1
name: {zh: 持牌机构与清算账户, en: Licensed institutions and clearing accounts}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 90
lookback_days: 90
factor: 0.3
expires_days: 180
applies_to: []
reads: [entities, firms, parties, reference_calendar, transfers]
claim:
  zh: "{window_days} 日内收支 {amount} 元，其中 {licensed_share} 由登记在册的持牌金融机构或清算、备付金账户经手"
  en: "Of {amount} CNY moved within {window_days} days, {licensed_share} was moved by registered licensed institutions or clearing accounts of the subject"
explanation:
  zh: 主体本身是主管部门登记的银行、保险、证券、支付机构，或其清算、备付金账户，向公众收付款属于牌照业务。
  en: The subject is itself a bank, insurer, securities or payment firm, or a clearing account, in an authority's register; dealing with the public is its licensed business.
false_positives:
  zh: 持牌机构员工借其名义私下吸储（走个人账户，不在此列）。
  en: Employees who take deposits privately in its name (on personal accounts, which are not covered).
blind_spots:
  zh: 登记滞后；报送的小贷、融担、典当机构不适用本解释。
  en: A register that lags; reporting micro-loan, guarantee and pawn firms are never explained this way.
parameters:
  min_licensed_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 同一控制组的其他账户收付超过两成即不能以牌照解释}
  min_amount: {value: 10000, unit: CNY, min: 1, max: 10000000, why: 更小的收付不构成解释}
measures:
  amount: {unit: CNY, zh: 收支合计, en: money moved}
  licensed_share: {unit: share, zh: 持牌与清算账户经手占比, en: share moved by licensed or clearing parties}
--- */
-- How the definition is read
-- * Licensed or clearing is what an authority's register classes so (party_class), for as long as the entry is
--   valid. A name alone never counts, although a clearing name makes a counterparty opaque.
-- * The licence covers the institution, not its control group: at least 80 % of the group's money must be moved by
--   such parties, so that a director's own account stays visible.
-- * Reporting micro-loan, guarantee and pawn firms may not take public money and are left out, whatever their class.
WITH licensed AS (
    SELECT entities.party_key,
           max(COALESCE(DATEDIFF('day', DATE '1970-01-01', parties.valid_to), 9999999)) AS until_day
    FROM entities
    JOIN suspects ON suspects.group_key = entities.group_key
    LEFT JOIN firms ON firms.party_key = entities.party_key
    LEFT JOIN parties ON parties.party_token = entities.party_token
        AND parties.party_class IN ('licensed', 'clearing')
    WHERE entities.party_class IN ('licensed', 'clearing') AND firms.party_key IS NULL
    GROUP BY entities.party_key
),
evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
moves AS (
    SELECT transfers.to_group AS group_key, transfers.to_party AS own_party, transfers.transfer_id, transfers.day,
           transfers.amount_cny AS amount, COALESCE(transfers.in_record, transfers.out_record) AS record_id
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.to_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
    UNION ALL
    SELECT transfers.from_group, transfers.from_party, transfers.transfer_id, transfers.day, transfers.amount_cny,
           COALESCE(transfers.out_record, transfers.in_record)
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.from_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
classed AS (
    SELECT moves.*, CASE WHEN licensed.until_day >= moves.day THEN 1 ELSE 0 END AS is_licensed
    FROM moves
    LEFT JOIN licensed ON licensed.party_key = moves.own_party
),
sums AS (
    SELECT evenings.group_key, evenings.end_day, CAST(sum(classed.amount) AS BIGINT) AS amount,
           CAST(sum(classed.is_licensed * classed.amount) AS BIGINT) AS licensed_amount
    FROM evenings
    JOIN classed ON classed.group_key = evenings.group_key
        AND classed.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to, amount, CAST(licensed_amount AS DOUBLE) / amount AS licensed_share
    FROM sums
    WHERE amount > 0 AND amount >= $min_amount
      AND CAST(licensed_amount AS DOUBLE) / amount >= $min_licensed_share
),
proof AS (
    SELECT hits.subject_id, hits.window_to, classed.record_id,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to
               ORDER BY classed.amount DESC, classed.day, classed.transfer_id
           ) AS place
    FROM hits
    JOIN classed ON classed.group_key = hits.subject_id AND classed.is_licensed = 1
        AND classed.day BETWEEN hits.window_from AND hits.window_to
)
-- the hundred largest moves prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, 'licensed_party' AS role, hits.amount, hits.licensed_share
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 100
