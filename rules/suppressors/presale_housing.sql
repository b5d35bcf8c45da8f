/* ---
id: presale_housing
code: F9
version: 1
name: {zh: 商品房预售监管账户, en: Supervised presale housing account}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 90
lookback_days: 400
factor: 0.3
expires_days: 180
applies_to: [T01, T02, T03, T05]
reads: [accounts, entities, reference_calendar, reference_lexicon, transfers]
claim:
  zh: "{window_days} 日内 {payer_count} 名购房人转入预售监管账户 {supervised_in} 元，占自然人转入的 {supervised_share}；监管账户转给自然人的占 {person_out_share}，返还付款人的占 {back_share}"
  en: "Within {window_days} days {payer_count} buyers paid {supervised_in} CNY into a supervised presale account, {supervised_share} of what people paid in; {person_out_share} left it for persons, {back_share} went back to the payers"
explanation:
  zh: 购房款进入开户行登记为预售资金监管的账户，只向施工、材料等单位支付，不向自然人付款，也不返还购房人。
  en: Buyers pay into an account that its bank registers as a supervised presale account; it pays contractors and suppliers only, no persons, and nothing returns to the buyers.
false_positives:
  zh: 与施工单位串通套取监管资金；借监管账户收取认筹、售后返租款。
  en: Supervised money drawn with a contractor's help; deposits for lease-backs collected through the supervised account.
blind_spots:
  zh: 开户行未报送账户信息或账户类型写作一般专户；监管账户以外收取的房款不予解释。
  en: The bank sends no account register or writes a general type; house money collected outside the supervised account is not explained.
parameters:
  min_payers: {value: 3, unit: persons, min: 1, max: 500, why: 少于三人无需解释}
  min_supervised_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 自然人转入的大部分须进入监管账户}
  max_person_out_share: {value: 0.05, unit: share, min: 0, max: 0.5, why: 监管资金只付工程款；容忍个别退房}
  max_back_share: {value: 0.05, unit: share, min: 0, max: 0.5, why: 购房款不返还；容忍个别退房}
  history_days: {value: 400, unit: days, min: 30, max: 3650, why: 向前核对是否返还付款人的天数}
measures:
  payer_count: {unit: persons, zh: 购房人, en: buyers}
  supervised_in: {unit: CNY, zh: 转入监管账户, en: paid into the supervised account}
  supervised_share: {unit: share, zh: 占自然人转入, en: share of what people paid in}
  person_out_share: {unit: share, zh: 监管账户付给自然人占比, en: share that left it for persons}
  back_share: {unit: share, zh: 返还付款人占比, en: share that went back to the payers}
--- */
-- How the definition is read
-- * Supervised: the account type that the account's own bank reports names a presale supervision account (class
--   presale_account of the lexicon, in force on the day of payment). The holder's or the account's name proves nothing.
-- * One-way: what leaves the supervised account for persons, and what leaves the whole group for the people who paid it,
--   over history_days, stays below a twentieth of what came into the account, or from them, in those days.
-- * At least 80 % of what people paid the group went into such accounts: an unsupervised till beside it stays visible.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
supervised AS (
    SELECT entities.canonical_key, min(reference_lexicon.valid_from_day) AS valid_from_day,
           max(reference_lexicon.valid_to_day) AS valid_to_day
    FROM accounts
    JOIN reference_lexicon ON reference_lexicon.class = 'presale_account'
        AND contains(accounts.account_type, reference_lexicon.term)
    JOIN entities ON entities.account_key = accounts.account_key
    JOIN suspects ON suspects.group_key = entities.group_key
    GROUP BY entities.canonical_key
),
payments AS (
    SELECT transfers.to_group AS group_key, transfers.transfer_id, transfers.day, transfers.from_party AS payer,
           transfers.amount_cny AS amount, transfers.out_record, transfers.in_record,
           CASE WHEN transfers.day BETWEEN supervised.valid_from_day AND supervised.valid_to_day THEN 1 ELSE 0 END
               AS is_supervised
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.to_group
    LEFT JOIN supervised ON supervised.canonical_key = transfers.to_account
    WHERE transfers.from_kind = 'person' AND transfers.from_group <> transfers.to_group
      AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $history_days + 1 AND $to_day
),
payouts AS (
    SELECT transfers.from_group AS group_key, transfers.day, transfers.to_party AS payee, transfers.amount_cny AS amount,
           CASE WHEN supervised.canonical_key IS NULL THEN 0 ELSE 1 END AS is_supervised
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.from_group
    LEFT JOIN supervised ON supervised.canonical_key = transfers.from_account
    WHERE transfers.to_kind = 'person' AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $history_days + 1 AND $to_day
),
seen AS (
    SELECT evenings.end_day, payments.*
    FROM evenings
    JOIN payments ON payments.group_key = evenings.group_key
        AND payments.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
),
totals AS (
    SELECT group_key, end_day, CAST(sum(amount) AS BIGINT) AS person_in,
           CAST(sum(is_supervised * amount) AS BIGINT) AS supervised_in,
           count(DISTINCT CASE WHEN is_supervised = 1 THEN payer END) AS payer_count
    FROM seen
    GROUP BY group_key, end_day
    HAVING sum(is_supervised) > 0
),
payers AS (
    SELECT DISTINCT group_key, end_day, payer FROM seen
),
paid_in AS (
    SELECT totals.group_key, totals.end_day,
           CAST(sum(payments.is_supervised * payments.amount) AS BIGINT) AS supervised_ever,
           CAST(sum(CASE WHEN payers.payer IS NULL THEN 0 ELSE payments.amount END) AS BIGINT) AS amount
    FROM totals
    JOIN payments ON payments.group_key = totals.group_key
        AND payments.day BETWEEN totals.end_day - $history_days + 1 AND totals.end_day
    LEFT JOIN payers ON payers.group_key = totals.group_key AND payers.end_day = totals.end_day
        AND payers.payer = payments.payer
    GROUP BY totals.group_key, totals.end_day
),
paid_out AS (
    SELECT totals.group_key, totals.end_day, CAST(sum(payouts.is_supervised * payouts.amount) AS BIGINT) AS to_persons,
           CAST(sum(CASE WHEN payers.payer IS NULL THEN 0 ELSE payouts.amount END) AS BIGINT) AS to_payers
    FROM totals
    JOIN payouts ON payouts.group_key = totals.group_key
        AND payouts.day BETWEEN totals.end_day - $history_days + 1 AND totals.end_day
    LEFT JOIN payers ON payers.group_key = totals.group_key AND payers.end_day = totals.end_day
        AND payers.payer = payouts.payee
    GROUP BY totals.group_key, totals.end_day
),
shares AS (
    SELECT totals.group_key, totals.end_day, totals.payer_count, totals.supervised_in,
           CAST(totals.supervised_in AS DOUBLE) / totals.person_in AS supervised_share,
           CAST(COALESCE(paid_out.to_persons, 0) AS DOUBLE) / paid_in.supervised_ever AS person_out_share,
           CAST(COALESCE(paid_out.to_payers, 0) AS DOUBLE) / paid_in.amount AS back_share
    FROM totals
    JOIN paid_in ON paid_in.group_key = totals.group_key AND paid_in.end_day = totals.end_day
    LEFT JOIN paid_out ON paid_out.group_key = totals.group_key AND paid_out.end_day = totals.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to, payer_count, supervised_in, supervised_share, person_out_share, back_share
    FROM shares
    WHERE payer_count >= $min_payers AND supervised_share >= $min_supervised_share
      AND person_out_share <= $max_person_out_share AND back_share <= $max_back_share
),
proof AS (
    SELECT hits.subject_id, hits.window_to, COALESCE(seen.in_record, seen.out_record) AS record_id,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to ORDER BY seen.day DESC, seen.amount DESC, seen.transfer_id
           ) AS place
    FROM hits
    JOIN seen ON seen.group_key = hits.subject_id AND seen.end_day = hits.window_to AND seen.is_supervised = 1
)
-- the hundred latest payments prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, 'house_payment' AS role,
       hits.payer_count, hits.supervised_in, hits.supervised_share, hits.person_out_share, hits.back_share
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 100
