/* ---
id: guarantee_without_loan
code: G02
version: 1
name: {zh: 无贷款担保, en: Guarantee with no loan}
sectors: [guarantee]
severity: critical
window_days: 30
lookback_days: 400
opens_alert: true
reads: [coverage, entities, firms, guarantees, institutions, reference_lexicon, transfers]
claim:
  zh: "近 {pool_days} 日内有 {contract_count} 份担保、共 {amount} 元看不到对应贷款：{no_loan_count} 份在生效后 {window_days} 日内没有债权人向被担保人放款；{investor_count} 份的债权人是自然人或没有放贷资质的单位，共 {investor_creditors} 个"
  en: "In the last {pool_days} days {contract_count} guarantees of {amount} CNY show no loan behind them: for {no_loan_count} the creditor lent nothing to the debtor within {window_days} days; {investor_count} name natural persons or unlicensed firms as creditors, {investor_creditors} of them"
explanation:
  zh: >-
    融资担保是为贷款等债务融资作保。生效后债权银行迟迟未向被担保人放款，或债权人是自然人、没有放贷资质的单位，
    担保可能被当作理财产品卖给出资人，或用来虚增业务，应核对主合同和资金去向。
  en: >-
    A financing guarantee stands behind a loan. Where the bank never lends, or the creditor is a natural person or an
    unlicensed firm, the guarantee may have been sold to investors or written for show; compare the principal contract.
legal_basis:
  - {text: 《融资担保公司监督管理条例》（国务院令第683号）第二条、第二十三条, valid_from: 2017-10-01, valid_to: null}
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第二条、第七条, valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 投标、履约、诉讼保全等非融资担保（不计）；额度合同尚未提款；银行审批延误；无还本续贷没有新的放款；受托支付直接付给供应商；亲友之间真实借款由担保公司作保。
  en: Bid, performance and litigation guarantees (left out); a line not drawn yet; slow approval; a loan renewed without a new disbursement; payment to the supplier on the debtor's behalf; a genuine loan between friends backed by the firm.
blind_spots:
  zh: 放款后立即转回债权人；以持牌机构为名义债权人；担保未登记台账；被担保人在未报送银行的账户；债券担保只看债权人身份。
  en: Loans that flow straight back; a licensed institution as the creditor in name only; guarantees not in the ledger; the debtor's accounts at banks that do not report; of bonds only the creditor is looked at.
no_data:
  zh: 债权银行或被担保人的账户没有流水，或报送有缺口，或债权人、被担保人身份不明，无法判断是否放款
  en: no statements of the creditor bank or of the debtor, a gap in the feed, or an unknown creditor or debtor, so a loan may exist unseen
parameters:
  min_contracts: {value: 1, unit: count, min: 1, max: 50, why: 一份没有贷款的融资担保已无正常用途}
  min_amount: {value: 50000, unit: CNY, min: 1000, max: 10000000, why: 更小的多为补录或测试合同}
  min_disbursed_share: {value: 0.1, unit: share, min: 0.01, max: 1, why: 额度可以分次提用，首笔达到一成即视为已放款}
  lead_days: {value: 15, unit: days, min: 0, max: 90, why: 合同起始日常比实际放款晚登记几天}
  renewal_days: {value: 30, unit: days, min: 0, max: 180, why: 同一被担保人、同一债权人的上一份担保前后一个月内到期，视为续贷}
  max_missing_days: {value: 0, unit: days, min: 0, max: 10, why: 缺一天就可能缺掉放款那一笔}
  pool_days: {value: 180, unit: days, min: 30, max: 366, why: 半年内的同类合同一并计数}
measures:
  contract_count: {unit: count, zh: 没有对应贷款的担保份数, en: guarantees with no loan, threshold: min_contracts, full: 5}
  amount: {unit: CNY, zh: 担保金额, en: amount guaranteed}
  no_loan_count: {unit: count, zh: 债权人未放款份数, en: guarantees whose creditor lent nothing}
  investor_count: {unit: count, zh: 债权人无放贷资质份数, en: guarantees to creditors without a licence}
  investor_creditors: {unit: count, zh: 无放贷资质的债权人个数, en: creditors without a licence}
--- */
-- How the definition is read
-- * A guarantee of the types loan and bond speaks once: on its first day where the creditor is a natural person or an
--   unlicensed firm; otherwise, loans only, on the evening window_days later, when the time to lend is over. A hit
--   adds up what spoke in the last pool_days; it fires on evenings on which at least one contract speaks.
-- * Creditor: a reporting bank or micro-loan firm, or a party that the register calls licensed, by name (the branch's
--   name may be longer or shorter than the bank's). Else 2-4 Han characters without a word of an organisation are a
--   natural person. Else a name with the words of a licensed lender (lexicon) is left undecided: a name alone neither
--   whitelists nor accuses. What is left is a firm that may not lend.
-- * Loan: from lead_days before the first day to window_days after it, transfers to the debtor from the creditor's
--   party, from any licensed party, of a declared loan, or without a counterparty but with the words of a
--   disbursement; together at least min_disbursed_share of the amount guaranteed.
-- * Renewal: an earlier guarantee for the same debtor and creditor that ends around the first day; the loan may go on
--   without new money, so such a contract is silent and the earlier one keeps its own verdict.
-- * Third outcome: creditor's bank not reporting, debtor unknown or with no reported account, days missing between
--   start and verdict at the bank or at the debtor's banks, debtor with other accounts nobody reports and none at
--   the creditor's bank, or money whose value is unknown.
--
-- Exact: ledgers are small; transfers are joined with the debtors of the few contracts that speak in reach.
WITH contracts AS (
    SELECT firms.group_key, guarantees.institution, guarantees.record_id, guarantees.guarantee_type, guarantees.amount,
           guarantees.creditor, guarantees.customer_token AS token,
           COALESCE(guarantees.customer_token, guarantees.customer_name) AS customer,
           DATEDIFF('day', DATE '1970-01-01', guarantees.starts_on) AS start_day,
           DATEDIFF('day', DATE '1970-01-01', guarantees.ends_on) AS until_day
    FROM guarantees
    JOIN firms ON firms.institution = guarantees.institution
    WHERE firms.sector = 'guarantee' AND guarantees.guarantee_type <> 'non_financing'
),
recent AS (
    SELECT contracts.*
    FROM contracts
    WHERE contracts.amount >= $min_amount
      AND contracts.start_day BETWEEN $from_day - $pool_days - $window_days AND $to_day
),
names AS (
    SELECT DISTINCT creditor FROM recent WHERE creditor IS NOT NULL
),
reporting AS (
    SELECT names.creditor, min(institutions.code) AS bank_code
    FROM names
    JOIN institutions ON names.creditor LIKE institutions.name || '%' OR institutions.name LIKE names.creditor || '%'
    WHERE institutions.sector = 'bank' AND LENGTH(names.creditor) >= 4
    GROUP BY names.creditor
),
registered AS (
    SELECT names.creditor,
           max(CASE WHEN entities.party_kind = 'licensed' OR firms.sector = 'micro_loan' THEN 1 ELSE 0 END) AS licensed,
           max(CASE WHEN entities.is_reported AND firms.sector = 'micro_loan' THEN 1 ELSE 0 END) AS reported
    FROM names
    JOIN entities ON entities.party_name = names.creditor
    LEFT JOIN firms ON firms.party_key = entities.party_key
    GROUP BY names.creditor
),
worded AS (
    SELECT names.creditor,
           max(CASE WHEN reference_lexicon.class = 'organisation_name' THEN 1 ELSE 0 END) AS organisation,
           max(CASE WHEN reference_lexicon.class = 'licensed_lender_name' THEN 1 ELSE 0 END) AS lender
    FROM names
    JOIN reference_lexicon ON reference_lexicon.class IN ('organisation_name', 'licensed_lender_name')
        AND names.creditor LIKE '%' || reference_lexicon.term || '%'
    GROUP BY names.creditor
),
creditors AS (
    SELECT names.creditor, reporting.bank_code, COALESCE(registered.reported, 0) AS reported,
           CASE
               WHEN reporting.bank_code IS NOT NULL OR registered.licensed = 1 THEN 'lender'
               WHEN worded.lender = 1 THEN 'undecided'
               WHEN worded.organisation IS NULL AND (regexp_matches(names.creditor, '^[一-鿿]{2,4}$')
                   OR regexp_matches(names.creditor, '^[一-鿿]+[·•][一-鿿·•]+$')) THEN 'investor'
               WHEN worded.organisation = 1 THEN 'investor'
               ELSE 'undecided'
           END AS class
    FROM names
    LEFT JOIN reporting ON reporting.creditor = names.creditor
    LEFT JOIN registered ON registered.creditor = names.creditor
    LEFT JOIN worded ON worded.creditor = names.creditor
),
speaking AS (
    SELECT recent.*, creditors.bank_code, creditors.reported, COALESCE(creditors.class, 'undecided') AS class,
           CASE WHEN creditors.class = 'investor' THEN recent.start_day ELSE recent.start_day + $window_days END
               AS end_day
    FROM recent
    LEFT JOIN creditors ON creditors.creditor = recent.creditor
    WHERE recent.guarantee_type = 'loan' OR creditors.class = 'investor'
),
judging AS (
    SELECT speaking.* FROM speaking WHERE speaking.end_day BETWEEN $from_day - $pool_days + 1 AND $to_day
),
renewals AS (
    SELECT DISTINCT judging.record_id
    FROM judging
    JOIN contracts ON contracts.institution = judging.institution AND contracts.customer = judging.customer
        AND contracts.creditor = judging.creditor AND contracts.start_day < judging.start_day
        AND contracts.until_day BETWEEN judging.start_day - $renewal_days AND judging.start_day + $renewal_days
),
awaiting AS (
    SELECT judging.*
    FROM judging
    LEFT JOIN renewals ON renewals.record_id = judging.record_id
    WHERE judging.class <> 'investor' AND renewals.record_id IS NULL
),
tokens AS (
    SELECT DISTINCT token FROM awaiting WHERE token IS NOT NULL
),
debtor_accounts AS (
    SELECT DISTINCT tokens.token, entities.party_key, entities.is_reported, entities.institution
    FROM tokens
    JOIN entities ON entities.party_token = tokens.token
),
debtors AS (
    SELECT DISTINCT token, party_key FROM debtor_accounts
),
receipts AS (
    SELECT debtors.token, transfers.transfer_id, transfers.day, transfers.amount_cny, transfers.from_party,
           transfers.from_kind, transfers.is_loan, transfers.is_cash, transfers.remark
    FROM transfers
    JOIN debtors ON debtors.party_key = transfers.to_party
    WHERE transfers.day BETWEEN $from_day - $pool_days - $window_days - $lead_days AND $to_day
),
named_payers AS (
    SELECT DISTINCT payers.from_party, entities.party_name
    FROM (SELECT DISTINCT from_party FROM receipts WHERE from_kind IN ('firm', 'unknown') AND from_party <> 0) AS payers
    JOIN entities ON entities.party_key = payers.from_party
    WHERE entities.party_name IS NOT NULL AND LENGTH(entities.party_name) >= 4
),
worded_receipts AS (
    SELECT DISTINCT receipts.transfer_id
    FROM receipts
    JOIN reference_lexicon ON reference_lexicon.class = 'loan_disbursement'
        AND receipts.remark LIKE '%' || reference_lexicon.term || '%'
    WHERE receipts.from_party = 0 AND NOT receipts.is_cash
),
creditor_payments AS (
    SELECT DISTINCT awaiting.record_id, receipts.transfer_id, receipts.amount_cny
    FROM awaiting
    JOIN receipts ON receipts.token = awaiting.token
        AND receipts.day BETWEEN awaiting.start_day - $lead_days AND awaiting.start_day + $window_days
    LEFT JOIN named_payers ON named_payers.from_party = receipts.from_party
        AND (awaiting.creditor LIKE named_payers.party_name || '%' OR named_payers.party_name LIKE awaiting.creditor || '%')
    LEFT JOIN worded_receipts ON worded_receipts.transfer_id = receipts.transfer_id
    WHERE receipts.from_kind = 'licensed' OR receipts.is_loan OR named_payers.from_party IS NOT NULL
       OR worded_receipts.transfer_id IS NOT NULL
),
disbursed AS (
    SELECT record_id, CAST(COALESCE(sum(amount_cny), 0) AS BIGINT) AS amount,
           CAST(sum(CASE WHEN amount_cny IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unvalued
    FROM creditor_payments
    GROUP BY record_id
),
-- the feeds that must be whole: the creditor's bank and every bank of the debtor that reports
feeds AS (
    SELECT record_id, start_day, bank_code AS institution FROM awaiting WHERE bank_code IS NOT NULL
    UNION
    SELECT awaiting.record_id, awaiting.start_day, debtor_accounts.institution
    FROM awaiting
    JOIN debtor_accounts ON debtor_accounts.token = awaiting.token
    WHERE debtor_accounts.is_reported
),
covered AS (
    SELECT feeds.record_id, feeds.institution, count(coverage.day) AS days
    FROM feeds
    LEFT JOIN coverage ON coverage.institution = feeds.institution AND coverage.status <> 'missing'
        AND coverage.day BETWEEN feeds.start_day AND feeds.start_day + $window_days
    GROUP BY feeds.record_id, feeds.institution
),
whole AS (
    SELECT record_id, min(days) AS days FROM covered GROUP BY record_id
),
seen AS (
    SELECT awaiting.record_id,
           max(CASE WHEN debtor_accounts.is_reported THEN 1 ELSE 0 END) AS some_reported,
           max(CASE WHEN debtor_accounts.is_reported AND debtor_accounts.institution = awaiting.bank_code THEN 1 ELSE 0 END)
               AS at_creditor,
           max(CASE WHEN debtor_accounts.is_reported THEN 0 ELSE 1 END) AS some_hidden
    FROM awaiting
    JOIN debtor_accounts ON debtor_accounts.token = awaiting.token
    GROUP BY awaiting.record_id
),
verdicts AS (
    SELECT group_key, record_id, end_day, amount, creditor, 'guarantee_to_investor' AS verdict
    FROM judging
    WHERE class = 'investor'
    UNION ALL
    SELECT awaiting.group_key, awaiting.record_id, awaiting.end_day, awaiting.amount, awaiting.creditor,
           CASE
               WHEN awaiting.class = 'lender' AND COALESCE(disbursed.unvalued, 0) = 0
                    AND (awaiting.bank_code IS NOT NULL OR awaiting.reported = 1)
                    AND seen.some_reported = 1 AND (seen.at_creditor = 1 OR seen.some_hidden = 0)
                    AND whole.days >= $window_days + 1 - $max_missing_days
                   THEN 'guarantee_without_loan'
               ELSE 'unclear'
           END
    FROM awaiting
    LEFT JOIN disbursed ON disbursed.record_id = awaiting.record_id
    LEFT JOIN seen ON seen.record_id = awaiting.record_id
    LEFT JOIN whole ON whole.record_id = awaiting.record_id
    WHERE COALESCE(disbursed.amount, 0) < $min_disbursed_share * awaiting.amount
),
evenings AS (
    SELECT DISTINCT group_key, end_day FROM verdicts WHERE end_day BETWEEN $from_day AND $to_day
),
pooled AS (
    SELECT evenings.group_key, evenings.end_day, verdicts.record_id, verdicts.amount, verdicts.creditor,
           verdicts.verdict, verdicts.end_day AS spoken_day
    FROM evenings
    JOIN verdicts ON verdicts.group_key = evenings.group_key
        AND verdicts.end_day BETWEEN evenings.end_day - $pool_days + 1 AND evenings.end_day
),
sums AS (
    SELECT group_key, end_day,
           CAST(sum(CASE WHEN verdict <> 'unclear' THEN 1 ELSE 0 END) AS BIGINT) AS contract_count,
           CAST(sum(CASE WHEN verdict <> 'unclear' THEN amount ELSE 0 END) AS BIGINT) AS amount,
           CAST(sum(CASE WHEN verdict = 'guarantee_without_loan' THEN 1 ELSE 0 END) AS BIGINT) AS no_loan_count,
           CAST(sum(CASE WHEN verdict = 'guarantee_to_investor' THEN 1 ELSE 0 END) AS BIGINT) AS investor_count,
           count(DISTINCT CASE WHEN verdict = 'guarantee_to_investor' THEN creditor END) AS investor_creditors,
           max(CASE WHEN verdict <> 'unclear' THEN spoken_day END) AS hit_day,
           max(CASE WHEN verdict = 'unclear' THEN spoken_day END) AS unclear_day
    FROM pooled
    GROUP BY group_key, end_day
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to,
           CASE WHEN contract_count >= $min_contracts AND hit_day = end_day THEN 'critical' ELSE 'not_enough_data' END
               AS severity,
           contract_count, amount, no_loan_count, investor_count, investor_creditors
    FROM sums
    WHERE (contract_count >= $min_contracts AND hit_day = end_day) OR unclear_day = end_day
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       CASE WHEN pooled.record_id IS NULL THEN 'none' ELSE 'guarantees' END AS record_kind,
       COALESCE(pooled.record_id, 0) AS record_id, COALESCE(pooled.verdict, 'none') AS role,
       hits.contract_count, hits.amount, hits.no_loan_count, hits.investor_count, hits.investor_creditors
FROM hits
LEFT JOIN pooled ON pooled.group_key = hits.subject_id AND pooled.end_day = hits.window_to
    AND pooled.verdict <> 'unclear' AND hits.severity <> 'not_enough_data'
