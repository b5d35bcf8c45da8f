/* ---
id: public_money_into_micro_loan
code: M01
version: 1
name: {zh: 小贷公司变相吸储, en: Public money into a micro-loan firm}
sectors: [micro_loan]
severity: critical
window_days: 90
lookback_days: 90
opens_alert: true
reads: [entities, firms, fundings, loan_flows, loans, relationships, transfers]
requires: [loans]
claim:
  zh: "{window_days} 日内 {person_count} 名既非借款人、担保人，也非股东的自然人向小贷公司账户转入 {amount_in} 元，单人最多 {largest_amount} 元"
  en: "Within {window_days} days {person_count} persons who are neither borrowers, guarantors nor shareholders paid {amount_in} CNY into the micro-loan firm's accounts, at most {largest_amount} CNY each"
explanation:
  zh: >-
    小额贷款公司不得吸收公众存款。公司账户收到的自然人资金应当对应还款或股东出资；对不上借据台账、还款流水和融资台账的即列为线索。
    与固定比例返息同时成立时尤应优先核查。
  en: >-
    A micro-loan firm must not take deposits. Money from natural persons should be repayment or registered capital; what matches
    neither the loan ledger, the repayment flows nor the funding ledger is a lead, first of all together with periodic returns.
legal_basis:
  - {text: 《小额贷款公司监督管理暂行办法》（金规〔2024〕26号）, valid_from: 2024-12-31, valid_to: null}
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第二条、第三十九条, valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 雇主或亲属代为还款而台账未记付款人；多还款退回；新股东增资尚未报送融资台账。
  en: Employers or relatives repaying without being recorded as payers; overpaid refunds; capital of a new shareholder not yet in the funding ledger.
blind_spots:
  zh: 现金与经支付机构流入看不到付款人；存款人同时是借款人或担保人；法定代表人个人账户代收（见 T07）；台账把存款登记为还款。
  en: Cash and clearing hide the payer; a depositor who is also a borrower or guarantor; collection on the legal representative's own account (T07); deposits booked as repayments.
no_data:
  zh: 该公司未报送借据台账，或流入外币无折算率，无法区分还款与存款
  en: the firm reported no loan ledger, or foreign money has no rate, so repayments and deposits cannot be told apart
parameters:
  min_persons: {value: 5, unit: persons, min: 1, max: 100, why: 五名以上身份不明的付款人已难以用代还解释}
  min_amount: {value: 200000, unit: CNY, min: 10000, max: 10000000, why: 追诉标准一百万元的两成}
  min_person_amount: {value: 1000, unit: CNY, min: 0.01, max: 100000, why: 申请费、查询费等零星收费不是存款}
  min_reach: {value: 1, unit: ratio, min: 0.5, max: 20, why: 人数或金额任一达到界线的倍数}
measures:
  reach: {unit: ratio, zh: 达到界线的倍数（人数或金额较高者）, en: "times the line (persons or amount, the higher)", threshold: min_reach, full: 5}
  person_count: {unit: persons, zh: 无对应关系的付款人数, en: persons without a counterpart in the ledgers}
  amount_in: {unit: CNY, zh: 转入金额, en: amount paid in}
  largest_amount: {unit: CNY, zh: 单人最高金额, en: largest amount of one person}
--- */
-- How the definition is read
-- * Credits to the reporting firm's own accounts (party of the firm), from natural persons outside its control group.
-- * Explained, and not counted: transfers that match a declared disbursement or repayment (is_loan); all money from
--   a borrower or guarantor (by token, by receiving account, or by the borrower's name where the paying account
--   carries no identity), from a payer recorded in the repayment flows (by account or name), from a shareholder and
--   from the funder of registered capital. A name explains only money towards the firm whose ledger has that name.
-- * An explanation counts from its own day on (loan disbursed, flow booked, capital paid), never before.
-- * Persons with less than min_person_amount in the window are application fees, not deposits.
-- * persons >= 5 OR amount >= 200,000: the graver of the two quotients is the deciding measure "reach".
-- * A firm evaluated without any loan in the ledger up to that day: "not enough data", not a hit.
--
-- Exact: only (firm, day) with a counted credit on the end day fire; everything else is a lookup of few payers.
WITH credits AS (
    SELECT firms.group_key, transfers.from_party AS person_key, transfers.day, transfers.amount_cny,
           transfers.out_record, transfers.in_record
    FROM transfers
    JOIN firms ON firms.party_key = transfers.to_party
    WHERE firms.sector = 'micro_loan' AND transfers.from_kind = 'person' AND NOT transfers.is_loan
      AND transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
payers AS (
    SELECT DISTINCT group_key, person_key FROM credits
),
identities AS (
    SELECT DISTINCT payers.group_key, payers.person_key, entities.account_key, entities.party_token,
           entities.party_name
    FROM payers
    JOIN entities ON entities.party_key = payers.person_key
),
firm_loans AS (
    SELECT firms.group_key, loans.borrower_token, loans.borrower_name, loans.guarantor_token,
           loans.receiving_account_key, COALESCE(loans.disbursed_day, 0) AS since_day
    FROM loans
    JOIN firms ON firms.institution = loans.institution
    WHERE firms.sector = 'micro_loan'
),
firm_tokens AS (
    SELECT DISTINCT firms.group_key, entities.party_token
    FROM firms
    JOIN entities ON entities.party_key = firms.party_key
    WHERE firms.sector = 'micro_loan' AND entities.party_token IS NOT NULL
),
explained AS (
    SELECT identities.group_key, identities.person_key, firm_loans.since_day, 9999999 AS until_day
    FROM identities
    JOIN firm_loans ON firm_loans.group_key = identities.group_key
        AND firm_loans.borrower_token = identities.party_token
    UNION ALL
    SELECT identities.group_key, identities.person_key, firm_loans.since_day, 9999999
    FROM identities
    JOIN firm_loans ON firm_loans.group_key = identities.group_key
        AND firm_loans.guarantor_token = identities.party_token
    UNION ALL
    SELECT identities.group_key, identities.person_key, firm_loans.since_day, 9999999
    FROM identities
    JOIN firm_loans ON firm_loans.group_key = identities.group_key
        AND firm_loans.receiving_account_key = identities.account_key
    UNION ALL
    SELECT identities.group_key, identities.person_key, firm_loans.since_day, 9999999
    FROM identities
    JOIN firm_loans ON firm_loans.group_key = identities.group_key
        AND firm_loans.borrower_name = identities.party_name
    UNION ALL
    SELECT identities.group_key, identities.person_key, COALESCE(loan_flows.flow_day, 0), 9999999
    FROM loan_flows
    JOIN firms ON firms.institution = loan_flows.institution AND firms.sector = 'micro_loan'
    JOIN identities ON identities.group_key = firms.group_key
        AND identities.account_key = loan_flows.payer_account_key
    WHERE loan_flows.flow_type = 'repayment'
    UNION ALL
    SELECT identities.group_key, identities.person_key, COALESCE(loan_flows.flow_day, 0), 9999999
    FROM loan_flows
    JOIN firms ON firms.institution = loan_flows.institution AND firms.sector = 'micro_loan'
    JOIN identities ON identities.group_key = firms.group_key AND identities.party_name = loan_flows.payer_name
    WHERE loan_flows.flow_type = 'repayment'
    UNION ALL
    SELECT identities.group_key, identities.person_key, COALESCE(fundings.starts_day, 0), 9999999
    FROM fundings
    JOIN firms ON firms.institution = fundings.institution AND firms.sector = 'micro_loan'
    JOIN identities ON identities.group_key = firms.group_key AND identities.party_token = fundings.funder_token
    WHERE fundings.funding_type = 'capital'
    UNION ALL
    SELECT identities.group_key, identities.person_key, COALESCE(fundings.starts_day, 0), 9999999
    FROM fundings
    JOIN firms ON firms.institution = fundings.institution AND firms.sector = 'micro_loan'
    JOIN identities ON identities.group_key = firms.group_key AND identities.party_name = fundings.funder_name
    WHERE fundings.funding_type = 'capital'
    UNION ALL
    SELECT identities.group_key, identities.person_key,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_from), 0),
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_to), 9999999)
    FROM relationships
    JOIN firm_tokens ON firm_tokens.party_token = relationships.object_token
    JOIN identities ON identities.group_key = firm_tokens.group_key
        AND identities.party_token = relationships.subject_token
    WHERE relationships.relation = 'shareholder'
),
excuses AS (
    SELECT group_key, person_key, min(since_day) AS since_day, max(until_day) AS until_day
    FROM explained
    GROUP BY group_key, person_key
),
unexplained AS (
    -- a credit counts on the evenings before the first day of its payer's explanation
    SELECT credits.*,
           CASE WHEN excuses.until_day >= credits.day THEN excuses.since_day ELSE 9999999 END AS excused_from
    FROM credits
    LEFT JOIN excuses ON excuses.group_key = credits.group_key AND excuses.person_key = credits.person_key
),
evenings AS (
    SELECT group_key, day AS end_day
    FROM unexplained
    WHERE day BETWEEN $from_day AND $to_day AND excused_from > day
    GROUP BY group_key, day
),
counted AS (
    SELECT evenings.end_day, unexplained.group_key, unexplained.person_key, unexplained.day, unexplained.amount_cny,
           unexplained.out_record, unexplained.in_record
    FROM evenings
    JOIN unexplained ON unexplained.group_key = evenings.group_key
        AND unexplained.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
        AND unexplained.excused_from > evenings.end_day
),
persons AS (
    SELECT group_key, end_day, person_key, CAST(COALESCE(sum(amount_cny), 0) AS BIGINT) AS amount,
           CAST(sum(CASE WHEN amount_cny IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unvalued, max(day) AS last_day
    FROM counted
    GROUP BY group_key, end_day, person_key
    HAVING COALESCE(sum(amount_cny), 0) >= $min_person_amount
        OR sum(CASE WHEN amount_cny IS NULL THEN 1 ELSE 0 END) > 0
),
sums AS (
    SELECT group_key, end_day,
           CAST(sum(CASE WHEN amount >= $min_person_amount THEN 1 ELSE 0 END) AS BIGINT) AS person_count,
           count(*) AS possible_count, CAST(sum(amount) AS BIGINT) AS amount_in, max(amount) AS largest_amount,
           CAST(sum(unvalued) AS BIGINT) AS unvalued, max(last_day) AS last_day
    FROM persons
    GROUP BY group_key, end_day
),
ledgers AS (
    SELECT group_key, min(since_day) AS since_day FROM firm_loans GROUP BY group_key
),
judged AS (
    SELECT sums.group_key, sums.end_day, sums.person_count, sums.amount_in, sums.largest_amount, sums.unvalued,
           sums.possible_count, ledgers.since_day,
           GREATEST(CAST(sums.person_count AS DOUBLE) / $min_persons, CAST(sums.amount_in AS DOUBLE) / $min_amount)
               AS reach
    FROM sums
    LEFT JOIN ledgers ON ledgers.group_key = sums.group_key AND ledgers.since_day <= sums.end_day
    WHERE sums.last_day = sums.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to,
           CASE WHEN reach >= $min_reach AND since_day IS NOT NULL THEN 'critical' ELSE 'not_enough_data' END
               AS severity,
           reach, person_count, amount_in, largest_amount
    FROM judged
    -- an amount without a rate could have crossed the line
    WHERE reach >= $min_reach OR unvalued > 0
),
proof AS (
    SELECT counted.group_key, counted.end_day, counted.out_record, counted.in_record
    FROM counted
    JOIN persons ON persons.group_key = counted.group_key AND persons.end_day = counted.end_day
        AND persons.person_key = counted.person_key
),
legs AS (
    SELECT group_key, end_day, out_record AS record_id FROM proof WHERE out_record IS NOT NULL
    UNION ALL
    SELECT group_key, end_day, in_record FROM proof WHERE in_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'transactions' END AS record_kind,
       COALESCE(legs.record_id, 0) AS record_id,
       CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'person_credit' END AS role,
       hits.reach, hits.person_count, hits.amount_in, hits.largest_amount
FROM hits
LEFT JOIN legs ON legs.group_key = hits.subject_id AND legs.end_day = hits.window_to
    AND hits.severity <> 'not_enough_data'
