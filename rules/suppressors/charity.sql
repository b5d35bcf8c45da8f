/* ---
id: charity
code: F11
version: 1
name: {zh: 登记慈善组织, en: Registered charity}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 90
lookback_days: 400
factor: 0.3
expires_days: 180
applies_to: [T01, T02, T03, T04, T05, T16, T20, T22]
reads: [entities, parties, reference_calendar, transfers]
claim:
  zh: "{window_days} 日内收到捐赠 {amount_in} 元，其中 {own_share} 进入登记慈善组织本身的账户，曾捐款的人事后收回的仅占 {back_share}"
  en: "Within {window_days} days {amount_in} CNY came in, {own_share} of it into accounts of the registered charity itself; donors got back {back_share} of it"
explanation:
  zh: 主体是主管部门登记在册、仍在有效期内的慈善组织，捐款进入其自身账户，捐款人不从其处取回款项。
  en: The subject is a charity in an authority's register, still valid; donations go into its own accounts and donors get nothing back.
false_positives:
  zh: 以慈善名义募集而另以他户返还；截留善款。
  en: Collecting in the name of charity with returns from elsewhere; diverted donations.
blind_spots:
  zh: 未登记的互助募捐；名称含“慈善”“基金会”不作依据。
  en: Appeals that are not registered; a name with charity or foundation in it proves nothing.
parameters:
  min_own_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 善款须进组织本身的账户；进负责人私户的不作解释}
  max_back_share: {value: 0.05, unit: share, min: 0, max: 0.5, why: 捐赠是单向的；容忍误捐退款}
  min_amount: {value: 1000, unit: CNY, min: 1, max: 10000000, why: 更小的收付不构成解释}
  payin_days: {value: 400, unit: days, min: 90, max: 3650, why: 向前查看收款人是否曾经捐款的天数}
measures:
  amount_in: {unit: CNY, zh: 流入, en: paid in}
  own_share: {unit: share, zh: 进入组织账户占比, en: share into the charity's own accounts}
  back_share: {unit: share, zh: 付回捐款人占比, en: share paid back to donors}
--- */
-- How the definition is read
-- * Charity: party_class 'charity', which only an authority's register grants, until the entry's last day.
-- * Own share: of what came in from outside the control group, what the charity's own accounts received; a leader's
--   private account is in the group but is not the charity.
-- * One way: money paid to persons who paid in within payin_days before, as a share of what came in. Grants to people
--   who never gave are what a charity is for.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
charities AS (
    SELECT DISTINCT entities.party_key, entities.group_key, entities.party_token
    FROM entities
    JOIN suspects ON suspects.group_key = entities.group_key
    WHERE entities.party_class = 'charity'
),
registered AS (
    SELECT charities.party_key, charities.group_key,
           COALESCE(max(COALESCE(DATEDIFF('day', DATE '1970-01-01', parties.valid_to), 9999999)), 9999999) AS until_day
    FROM charities
    LEFT JOIN parties ON parties.party_token = charities.party_token AND parties.party_class = 'charity'
    GROUP BY charities.party_key, charities.group_key
),
moves AS (
    SELECT transfers.to_group AS group_key, 1 AS incoming, transfers.transfer_id, transfers.day,
           transfers.amount_cny AS amount, transfers.to_party AS own_party, transfers.from_party AS far_party,
           transfers.from_kind AS far_kind, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN (SELECT DISTINCT group_key FROM registered) AS own ON own.group_key = transfers.to_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $payin_days + 1 AND $to_day
    UNION ALL
    SELECT transfers.from_group, 0, transfers.transfer_id, transfers.day, transfers.amount_cny, transfers.from_party,
           transfers.to_party, transfers.to_kind, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN (SELECT DISTINCT group_key FROM registered) AS own ON own.group_key = transfers.from_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
inflows AS (
    SELECT evenings.group_key, evenings.end_day, CAST(sum(moves.amount) AS BIGINT) AS amount_in,
           CAST(sum(CASE WHEN registered.until_day >= moves.day THEN moves.amount ELSE 0 END) AS BIGINT) AS own_in
    FROM evenings
    JOIN moves ON moves.group_key = evenings.group_key AND moves.incoming = 1
        AND moves.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    LEFT JOIN registered ON registered.party_key = moves.own_party
    GROUP BY evenings.group_key, evenings.end_day
),
backs AS (
    SELECT evenings.group_key, evenings.end_day, CAST(sum(paid.amount) AS BIGINT) AS amount_back
    FROM evenings
    JOIN moves AS paid ON paid.group_key = evenings.group_key AND paid.incoming = 0 AND paid.far_kind = 'person'
        AND paid.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    WHERE EXISTS (
        SELECT 1 FROM moves AS given
        WHERE given.group_key = paid.group_key AND given.incoming = 1 AND given.far_party = paid.far_party
          AND given.day BETWEEN evenings.end_day - $payin_days + 1 AND evenings.end_day
    )
    GROUP BY evenings.group_key, evenings.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, inflows.group_key AS subject_id, inflows.end_day - $window_days + 1 AS window_from,
           inflows.end_day AS window_to, inflows.amount_in,
           CAST(inflows.own_in AS DOUBLE) / inflows.amount_in AS own_share,
           CAST(COALESCE(backs.amount_back, 0) AS DOUBLE) / inflows.amount_in AS back_share
    FROM inflows
    LEFT JOIN backs ON backs.group_key = inflows.group_key AND backs.end_day = inflows.end_day
    WHERE inflows.amount_in >= $min_amount
      AND CAST(inflows.own_in AS DOUBLE) / inflows.amount_in >= $min_own_share
      AND CAST(COALESCE(backs.amount_back, 0) AS DOUBLE) / inflows.amount_in <= $max_back_share
),
proof AS (
    SELECT hits.subject_id, hits.window_to, COALESCE(moves.in_record, moves.out_record) AS record_id,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to ORDER BY moves.amount DESC, moves.day, moves.transfer_id
           ) AS place
    FROM hits
    JOIN moves ON moves.group_key = hits.subject_id AND moves.incoming = 1
        AND moves.day BETWEEN hits.window_from AND hits.window_to
    JOIN registered ON registered.party_key = moves.own_party
)
-- the hundred largest donations prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, 'donation' AS role, hits.amount_in, hits.own_share, hits.back_share
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 100
