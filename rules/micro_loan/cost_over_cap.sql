/* ---
id: cost_over_cap
code: M03
version: 1
name: {zh: 超利率与砍头息, en: Cost over the cap}
sectors: [micro_loan]
severity: [high, critical]
window_days: 31
lookback_days: 1095
opens_alert: true
reads: [coverage, entities, firms, loan_flows, loans, reference_caps, reference_lpr, relationships, transfers]
requires: [loans]
claim:
  zh: "{window_days} 日内有新记录的贷款中，{loan_count} 笔的综合年化成本或先行扣费超过界线：最高年化 {annual_cost}，先行扣费最多占本金 {deducted_share}，利息与各项费用合计 {charges} 元；另按合同日四倍报价利率提示 {over_notice_count} 笔"
  en: "Of the loans with new records within {window_days} days {loan_count} cost more than the line or had money deducted up front: up to {annual_cost} a year, up to {deducted_share} of the principal deducted, {charges} CNY of interest and fees in all; {over_notice_count} loans lie above the notice line of the contract date"
explanation:
  zh: >-
    按贷款的真实现金流（到手金额、每次还款、付给任何人的费用）计算综合年化成本，与合同日有效的界线比较；
    同时按合同期限重算一遍，提前结清的小额贷款不因此超线。到手金额少于本金即为先行扣费。
  en: >-
    The annual cost follows from the real cash flows of a loan (money received, every repayment, fees paid to anyone) and is held against
    the line in force on the contract date; it is computed a second time over the agreed term, so that early payoff alone crosses no line.
    Less money received than the principal is an upfront deduction.
legal_basis:
  - {text: 《小额贷款公司监督管理暂行办法》（金规〔2024〕26号）, valid_from: 2024-12-31, valid_to: null}
  - {text: 小额贷款综合融资成本管理工作指引（2025年12月；新发放贷款2027年底前降至四倍报价利率以内，上线前核对）, valid_from: 2025-12-24, valid_to: null}
  - {text: 《中华人民共和国民法典》第六百七十条（利息不得预先在本金中扣除）, valid_from: 2021-01-01, valid_to: null}
  - {text: 《安康市防范非法集资群防群治工作办法》（安政办发〔2021〕3号）第十三条, valid_from: 2021-03-01, valid_to: 2026-02-28}
false_positives:
  zh: 提前结清（另按合同期限核算）；保险、公证等代收代付的真实第三方收费；授信合同分次提款的最后一次；向关联经销商付的定金；部分放款以现金支付。
  en: Early payoff (also tested over the agreed term); genuine third-party charges such as insurance; the last drawing of a credit line; a deposit paid to an affiliated dealer; part of the loan paid out in cash.
blind_spots:
  zh: 现金或经支付机构支付的费用；付给未申报关联人、且不足 {min_fee_payers} 名借款人付过的中介；事后另签合同的服务费；合同没有到期日时只核对先行扣费；关联法人以货物代息。
  en: Fees in cash or through payment firms; a middleman who is no declared relation and was paid by fewer than {min_fee_payers} borrowers; fees under later contracts; without a due date only the deduction is judged; interest paid in goods.
no_data:
  zh: 多数贷款缺少到期日、利率和还款流水，或合同日没有有效的成本界线
  en: most loans lack due date, rate and repayments, or no line was in force on the contract date
parameters:
  min_reach: {value: 1, unit: ratio, min: 0.1, max: 10, why: 成本超过界线（24%）或扣费超过容忍比例的倍数；界线取自参考数据}
  min_principal: {value: 1000, unit: CNY, min: 100, max: 1000000, why: 更小的贷款上一两元的尾差即可改变年化成本}
  min_deduction: {value: 0.02, unit: share, min: 0.001, max: 0.5, why: 到手不足本金 98% 为先行扣费；几十元的登记费、征信费不计}
  fee_days: {value: 3, unit: days, min: 0, max: 10, why: 放款或还款前后三日内的另付款视为随贷费用}
  max_fee_share: {value: 0.2, unit: share, min: 0.05, max: 0.5, why: 一次超过本金两成的付款更像购货而不是费用}
  min_fee_share: {value: 0.01, unit: share, min: 0.001, max: 0.1, why: 不足本金百分之一的共同收款人多为日常消费}
  min_fee_payers: {value: 3, unit: persons, min: 2, max: 50, why: 三名以上借款人放款后按同一比例付给同一人才像中介收费}
  min_seen_share: {value: 0.5, unit: share, min: 0.1, max: 1, why: 银行流水所见不足本金一半时视为另有放款渠道，改用台账}
  tolerance: {value: 0.001, unit: share, min: 0, max: 0.05, why: 分期按元取整的尾差不超过本金千分之一}
  periods_a_year: {value: 12, unit: count, min: 1, max: 12, why: 界线是按月计息的名义年利率；取一则为复利年化（XIRR）}
measures:
  reach: {unit: ratio, zh: 达到界线的倍数（成本或先行扣费较高者）, en: "times the line (cost or deduction, the higher)", threshold: min_reach, full: 2.5}
  annual_cost: {unit: share, zh: 最高综合年化成本, en: highest annual cost}
  deducted_share: {unit: share, zh: 先行扣费占本金最高比例, en: highest share of the principal deducted up front}
  loan_count: {unit: count, zh: 超线贷款笔数, en: loans over the line}
  charges: {unit: CNY, zh: 超线贷款的利息与费用, en: interest and fees of these loans}
  over_notice_count: {unit: count, zh: 高于四倍报价利率的笔数, en: loans above the notice line}
  known_share: {unit: share, zh: 可核算贷款占比, en: share of loans that can be computed}
--- */
-- How the definition is read
-- * Subject: the control group of the lending firm. A loan is judged on the day fee_days after its disbursement (by
--   then a fee can have come back) and on every later day of a repayment or fee; a hit is an evening on which a loan
--   over the line is judged, and covers the last judgement of every loan within the window (31 days hold one
--   instalment of every loan paid monthly).
-- * Cash flows: received = what the bank saw arriving from the firm at the borrower or the holder of the receiving
--   account, where that account's statement (or the lending account's) is received without a gap, no other loan of the
--   borrower falls into these days and at least min_seen_share is seen; else the ledger's figure. Repayments of older
--   loans on those days count as received (a loan that replaces another). Paid = the repayment flows with their
--   fees, and fees seen at the bank; a declared fee found in neither is taken on the day of disbursement.
-- * Fees to anyone: payments of the borrower within fee_days after disbursement, or around a booked repayment, of at
--   most max_fee_share of the principal, to the firm (after disbursement only, and not booked), to its control group,
--   declared shareholders, officers, employees and affiliates, or (after disbursement) to a payee whom three borrowers
--   of the firm paid the same share of their principal (bins of half a percentage point). A payment that equals a
--   booked repayment is that repayment. The third borrower's day is the day from which such a payee is known.
-- * Principal: the contract amount, if the contract has this one loan only and at most max_fee_share more than was
--   disbursed (more is a credit line partly drawn), else the amount disbursed.
-- * The cost is above a rate exactly if the flows, discounted at it, are worth more than what was received: decided
--   without iteration. "24 %" is a nominal rate serviced monthly, as supervisors and contracts state it (2 % a month
--   is 24 %, though its XIRR is 26.8 %); periods_a_year = 1 makes it an XIRR. Each amount is discounted in hundredths
--   of a fen and added as an integer, so that the order of addition cannot matter.
-- * Twice: to date (an open loan is paid back today) and on schedule (what is left, or was paid off before the due
--   date, runs to the due date; 等额 methods amortise, others repay at the end). Both must be above the line. It runs
--   at the contract rate, or for an open loan at the rate paid so far where that is higher: interest and repeated
--   fees over the principal and the days that they were paid for, once these are 25 days. A missing contract rate
--   counts as zero (the cost is at least that).
-- * The figure annual_cost is read from a grid of rates (1, 6, 12 … 48, 60, 80, 100, 150, 200, 300 %), interpolated
--   in between: good to 0.2 percentage points up to 60 % for loans of up to three years, a few points above; 300 %
--   stands for anything more. Whether a line is crossed does not depend on it.
-- * The line is that of the contract date (reference_caps, reference_lpr). Four times the prime rate is a target for
--   new loans by the end of 2027, so until micro_loan.cost_limit_lpr comes into force it is a note beside a hit
--   (over_notice_count) and never one by itself: hardly a licensed firm lends below it today.
-- * No loan over the line, and fewer than 30 % of the loans of the window computable: "not enough data".
-- Exact prunes: only loans judged in the window of an evaluated day are discounted; transfers are looked up from the
-- borrowers' side only, in the few days around a disbursement or a repayment; payouts among what the firms paid at all.
WITH lent AS (
    SELECT firms.group_key, firms.party_key AS firm_party, loans.institution, loans.record_id AS loan_id,
           loans.loan_no, loans.contract_no, loans.borrower_token, loans.receiving_account_key,
           loans.disbursed_day, loans.principal, loans.annual_rate_bp, COALESCE(loans.fees, 0) AS declared_fees,
           CAST(DATEDIFF('day', DATE '1970-01-01', loans.due_on) AS INTEGER) AS due_day,
           CASE WHEN loans.repayment_method LIKE '%等额%' THEN 1 ELSE 0 END AS amortises,
           CASE WHEN loans.contract_no IS NOT NULL AND loans.contract_amount > loans.principal
                     AND loans.contract_amount * (1 - $max_fee_share) <= loans.principal
                THEN loans.contract_amount ELSE loans.principal END AS contract_amount
    FROM loans
    JOIN firms ON firms.institution = loans.institution
    WHERE firms.sector = 'micro_loan' AND loans.disbursed_day <= $to_day AND loans.principal >= $min_principal
),
repaid AS (
    SELECT lent.loan_id, loan_flows.record_id, loan_flows.flow_day,
           COALESCE(loan_flows.paid_principal, 0) AS principal, COALESCE(loan_flows.paid_interest, 0) AS interest,
           COALESCE(loan_flows.paid_fees, 0) AS fees,
           COALESCE(loan_flows.paid_principal, 0) + COALESCE(loan_flows.paid_interest, 0)
               + COALESCE(loan_flows.paid_fees, 0) AS paid
    FROM loan_flows
    JOIN lent ON lent.institution = loan_flows.institution AND lent.loan_no = loan_flows.loan_no
    WHERE loan_flows.flow_type = 'repayment' AND loan_flows.flow_day BETWEEN lent.disbursed_day AND $to_day
),
tokens AS (
    SELECT entities.party_token, min(entities.party_key) AS party_key
    FROM entities
    JOIN (SELECT DISTINCT borrower_token FROM lent) AS wanted ON wanted.borrower_token = entities.party_token
    GROUP BY entities.party_token
),
placed AS (
    SELECT lent.*, COALESCE(tokens.party_key, holders.party_key) AS borrower_party,
           COALESCE(holders.party_key, tokens.party_key) AS receiver_party,
           CASE WHEN holders.is_reported THEN holders.institution END AS receiver_bank
    FROM lent
    LEFT JOIN tokens ON tokens.party_token = lent.borrower_token
    LEFT JOIN entities AS holders ON holders.account_key = lent.receiving_account_key
),
drawings AS (
    -- the day on which a contract turns out to be drawn in parts
    SELECT lent.loan_id, min(GREATEST(others.disbursed_day, lent.disbursed_day)) AS since_day
    FROM lent
    JOIN lent AS others ON others.institution = lent.institution AND others.contract_no = lent.contract_no
        AND others.loan_id <> lent.loan_id
    WHERE lent.contract_amount > lent.principal
    GROUP BY lent.loan_id
),
neighbours AS (
    SELECT DISTINCT placed.loan_id
    FROM placed
    JOIN placed AS others ON others.group_key = placed.group_key AND others.borrower_party = placed.borrower_party
        AND others.loan_id <> placed.loan_id
        AND others.disbursed_day BETWEEN placed.disbursed_day - $fee_days AND placed.disbursed_day + $fee_days
),
replaced AS (
    SELECT placed.loan_id, CAST(sum(repaid.paid) AS BIGINT) AS amount
    FROM placed
    JOIN placed AS others ON others.group_key = placed.group_key AND others.borrower_party = placed.borrower_party
        AND others.loan_id <> placed.loan_id
    JOIN repaid ON repaid.loan_id = others.loan_id
        AND repaid.flow_day BETWEEN placed.disbursed_day - $fee_days AND placed.disbursed_day + $fee_days
    GROUP BY placed.loan_id
),
takers AS (
    SELECT loan_id, group_key, disbursed_day, borrower_party AS party_key
    FROM placed
    WHERE borrower_party IS NOT NULL
    UNION
    SELECT loan_id, group_key, disbursed_day, receiver_party
    FROM placed
    WHERE receiver_party IS NOT NULL
),
payouts AS (
    SELECT takers.loan_id, lent_out.amount_cny, lent_out.out_record, lent_out.in_record
    FROM takers
    JOIN (
        SELECT from_group, to_party, day, amount_cny, out_record, in_record
        FROM transfers
        WHERE from_group <> to_group AND day <= $to_day AND amount_cny > 0
          AND from_group IN (SELECT group_key FROM firms WHERE sector = 'micro_loan')
    ) AS lent_out ON lent_out.from_group = takers.group_key AND lent_out.to_party = takers.party_key
        AND lent_out.day BETWEEN takers.disbursed_day - $fee_days AND takers.disbursed_day + $fee_days
),
seen AS (
    SELECT loan_id, CAST(sum(amount_cny) AS BIGINT) AS amount FROM payouts GROUP BY loan_id
),
lending_banks AS (
    SELECT DISTINCT firms.group_key, entities.institution
    FROM firms
    JOIN entities ON entities.firm_institution = firms.institution
    WHERE firms.sector = 'micro_loan' AND entities.account_role = 'lending' AND entities.is_reported
),
watched AS (
    SELECT loan_id, disbursed_day, receiver_bank AS bank FROM placed WHERE receiver_bank IS NOT NULL
    UNION
    SELECT placed.loan_id, placed.disbursed_day, lending_banks.institution
    FROM placed
    JOIN lending_banks ON lending_banks.group_key = placed.group_key
),
gaps AS (
    SELECT DISTINCT watched.loan_id, watched.bank
    FROM watched
    JOIN coverage ON coverage.institution = watched.bank AND coverage.status = 'missing'
        AND coverage.day BETWEEN watched.disbursed_day AND watched.disbursed_day + $fee_days
),
visible AS (
    SELECT DISTINCT watched.loan_id
    FROM watched
    LEFT JOIN gaps ON gaps.loan_id = watched.loan_id AND gaps.bank = watched.bank
    WHERE gaps.loan_id IS NULL
),
firm_tokens AS (
    SELECT DISTINCT firms.group_key, firms.party_key, entities.party_token
    FROM firms
    JOIN entities ON entities.party_key = firms.party_key
    WHERE firms.sector = 'micro_loan' AND entities.party_token IS NOT NULL
),
declared AS (
    SELECT firm_tokens.group_key, relationships.subject_token AS party_token,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_from), 0) AS since_day,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_to), 9999999) AS until_day
    FROM relationships
    JOIN firm_tokens ON firm_tokens.party_token = relationships.object_token
    WHERE relationships.relation IN ('shareholder', 'legal_representative', 'actual_controller', 'finance_officer',
                                     'employee', 'affiliate')
    UNION ALL
    SELECT firm_tokens.group_key, relationships.object_token,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_from), 0),
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_to), 9999999)
    FROM relationships
    JOIN firm_tokens ON firm_tokens.party_token = relationships.subject_token
    WHERE relationships.relation IN ('shareholder', 'actual_controller', 'affiliate')
),
related AS (
    SELECT group_key, party_key, min(since_day) AS since_day, max(until_day) AS until_day
    FROM (
        SELECT firms.group_key, entities.party_key, 0 AS since_day, 9999999 AS until_day
        FROM firms
        JOIN entities ON entities.group_key = firms.group_key
        WHERE firms.sector = 'micro_loan'
        UNION ALL
        SELECT declared.group_key, entities.party_key, declared.since_day, declared.until_day
        FROM declared
        JOIN entities ON entities.party_token = declared.party_token
    ) AS grounds
    GROUP BY group_key, party_key
),
anchors AS (
    SELECT loan_id, group_key, firm_party, borrower_party, principal, disbursed_day, disbursed_day AS anchor_day,
           disbursed_day AS first_day, disbursed_day + $fee_days AS last_day, 1 AS is_front
    FROM placed
    WHERE borrower_party IS NOT NULL
    UNION ALL
    SELECT placed.loan_id, placed.group_key, placed.firm_party, placed.borrower_party, placed.principal,
           placed.disbursed_day, repaid.flow_day,
           GREATEST(placed.disbursed_day + $fee_days + 1, repaid.flow_day - $fee_days), repaid.flow_day + $fee_days, 0
    FROM placed
    JOIN repaid ON repaid.loan_id = placed.loan_id
    WHERE placed.borrower_party IS NOT NULL
),
paid_beside AS (
    SELECT anchors.loan_id, anchors.group_key, anchors.disbursed_day, anchors.is_front, anchors.borrower_party,
           transfers.transfer_id, transfers.day, transfers.amount_cny AS amount, transfers.out_record,
           transfers.in_record, transfers.to_party, GREATEST(transfers.day, anchors.anchor_day) AS known_day,
           (200 * transfers.amount_cny + anchors.principal // 2) // anchors.principal AS bin,
           CASE WHEN transfers.to_party = anchors.firm_party THEN 1 ELSE 0 END AS to_firm,
           CASE WHEN transfers.amount_cny >= $min_fee_share * anchors.principal THEN 1 ELSE 0 END AS is_large
    FROM anchors
    JOIN transfers ON transfers.from_party = anchors.borrower_party
        AND transfers.day BETWEEN anchors.first_day AND anchors.last_day
    WHERE transfers.day <= $to_day AND transfers.amount_cny > 0 AND NOT transfers.is_loan
      AND transfers.amount_cny <= $max_fee_share * anchors.principal
      AND transfers.to_party <> 0 AND transfers.to_party <> transfers.from_party
      AND transfers.to_kind IN ('person', 'firm', 'unknown')
),
payee_borrowers AS (
    SELECT group_key, to_party, bin, borrower_party, min(day) AS first_day
    FROM paid_beside
    WHERE is_front = 1 AND is_large = 1 AND to_firm = 0
    GROUP BY group_key, to_party, bin, borrower_party
),
payee_order AS (
    SELECT group_key, to_party, bin, first_day,
           row_number() OVER (PARTITION BY group_key, to_party, bin ORDER BY first_day, borrower_party) AS place
    FROM payee_borrowers
),
middlemen AS (
    SELECT group_key, to_party, bin, first_day AS since_day FROM payee_order WHERE place = $min_fee_payers
),
fee_candidates AS (
    SELECT paid_beside.loan_id, paid_beside.disbursed_day, paid_beside.is_front, paid_beside.transfer_id,
           paid_beside.day, paid_beside.amount, paid_beside.out_record, paid_beside.in_record, paid_beside.to_firm,
           CASE WHEN related.party_key IS NOT NULL THEN paid_beside.known_day
                ELSE GREATEST(paid_beside.known_day, middlemen.since_day) END AS known_day
    FROM paid_beside
    LEFT JOIN related ON related.group_key = paid_beside.group_key AND related.party_key = paid_beside.to_party
        AND paid_beside.day BETWEEN related.since_day AND related.until_day
    LEFT JOIN middlemen ON middlemen.group_key = paid_beside.group_key
        AND middlemen.to_party = paid_beside.to_party AND middlemen.bin = paid_beside.bin
        AND paid_beside.is_front = 1 AND paid_beside.is_large = 1
    LEFT JOIN repaid ON repaid.loan_id = paid_beside.loan_id AND repaid.paid = paid_beside.amount
        AND repaid.flow_day BETWEEN paid_beside.day - $fee_days AND paid_beside.known_day
    WHERE repaid.loan_id IS NULL AND (related.party_key IS NOT NULL OR middlemen.to_party IS NOT NULL)
      AND (paid_beside.to_firm = 0 OR paid_beside.is_front = 1)
),
fees AS (
    -- a payment is a fee of one loan, the one for which it was known first
    SELECT loan_id, transfer_id, day, known_day, amount, is_front, to_firm, out_record, in_record
    FROM (
        SELECT fee_candidates.*,
               row_number() OVER (
                   PARTITION BY transfer_id ORDER BY known_day, disbursed_day DESC, loan_id, is_front DESC
               ) AS place
        FROM fee_candidates
        WHERE known_day <= $to_day
    ) AS ranked
    WHERE place = 1
),
judgements AS (
    SELECT loan_id, disbursed_day + $fee_days AS end_day FROM placed
    UNION
    SELECT repaid.loan_id, repaid.flow_day
    FROM repaid
    JOIN placed ON placed.loan_id = repaid.loan_id AND repaid.flow_day > placed.disbursed_day + $fee_days
    UNION
    SELECT fees.loan_id, fees.known_day
    FROM fees
    JOIN placed ON placed.loan_id = fees.loan_id AND fees.known_day > placed.disbursed_day + $fee_days
),
judged AS (
    SELECT placed.loan_id, judgements.end_day, placed.group_key, placed.disbursed_day, placed.due_day,
           placed.annual_rate_bp, placed.declared_fees, placed.amortises,
           CASE WHEN drawings.since_day <= judgements.end_day THEN placed.principal ELSE placed.contract_amount END
               AS nominal,
           CASE WHEN visible.loan_id IS NOT NULL AND neighbours.loan_id IS NULL
                     AND seen.amount >= $min_seen_share * placed.contract_amount
                THEN seen.amount + COALESCE(replaced.amount, 0) ELSE placed.principal END AS arrived
    FROM placed
    JOIN judgements ON judgements.loan_id = placed.loan_id
        AND judgements.end_day BETWEEN $from_day - $window_days + 1 AND $to_day
    LEFT JOIN drawings ON drawings.loan_id = placed.loan_id
    LEFT JOIN visible ON visible.loan_id = placed.loan_id
    LEFT JOIN neighbours ON neighbours.loan_id = placed.loan_id
    LEFT JOIN seen ON seen.loan_id = placed.loan_id
    LEFT JOIN replaced ON replaced.loan_id = placed.loan_id
),
repaid_by AS (
    SELECT judged.loan_id, judged.end_day, CAST(sum(repaid.principal) AS BIGINT) AS principal,
           CAST(sum(repaid.interest) AS BIGINT) AS interest, CAST(sum(repaid.fees) AS BIGINT) AS fees,
           CAST(sum(CASE WHEN repaid.fees > 0 THEN 1 ELSE 0 END) AS BIGINT) AS fee_payments,
           CAST(sum(repaid.principal * (repaid.flow_day - judged.disbursed_day)) AS BIGINT) AS principal_days,
           max(repaid.flow_day) AS last_day
    FROM judged
    JOIN repaid ON repaid.loan_id = judged.loan_id AND repaid.flow_day <= judged.end_day
    GROUP BY judged.loan_id, judged.end_day
),
last_repaid AS (
    SELECT repaid_by.loan_id, repaid_by.end_day, CAST(sum(repaid.principal) AS BIGINT) AS principal
    FROM repaid_by
    JOIN repaid ON repaid.loan_id = repaid_by.loan_id AND repaid.flow_day = repaid_by.last_day
    GROUP BY repaid_by.loan_id, repaid_by.end_day
),
fees_by AS (
    SELECT judged.loan_id, judged.end_day, CAST(sum(fees.amount) AS BIGINT) AS amount,
           CAST(sum(CASE WHEN fees.is_front = 1 THEN fees.amount ELSE 0 END) AS BIGINT) AS front,
           CAST(sum(CASE WHEN fees.to_firm = 1 THEN fees.amount ELSE 0 END) AS BIGINT) AS to_firm
    FROM judged
    JOIN fees ON fees.loan_id = judged.loan_id AND fees.known_day <= judged.end_day
    GROUP BY judged.loan_id, judged.end_day
),
sums AS (
    SELECT judged.loan_id, judged.end_day, judged.group_key, judged.disbursed_day, judged.due_day, judged.amortises,
           judged.nominal, LEAST(judged.nominal, judged.arrived) AS received, repaid_by.last_day,
           GREATEST(
               COALESCE(judged.annual_rate_bp, 0) / 10000.0,
               CASE WHEN repaid_by.last_day - judged.disbursed_day >= 25 AND judged.nominal > repaid_by.principal
                    THEN 365.0 * (repaid_by.interest + CASE WHEN repaid_by.fee_payments > 1 THEN repaid_by.fees ELSE 0 END
                                  + COALESCE(fees_by.amount - fees_by.front, 0))
                         / (repaid_by.principal_days
                            + (judged.nominal - repaid_by.principal) * (repaid_by.last_day - judged.disbursed_day))
                    ELSE 0 END) AS contract_rate,
           judged.nominal - COALESCE(repaid_by.principal, 0) AS outstanding,
           COALESCE(last_repaid.principal, 0) AS last_principal,
           COALESCE(repaid_by.interest, 0) + COALESCE(repaid_by.fees, 0) + COALESCE(fees_by.amount, 0) AS paid_charges,
           GREATEST(0, judged.declared_fees - COALESCE(repaid_by.fees, 0) - COALESCE(fees_by.to_firm, 0)) AS unseen_fees,
           COALESCE(fees_by.front, 0) AS front_fees,
           CASE WHEN judged.due_day >= judged.disbursed_day
                     AND (judged.annual_rate_bp IS NOT NULL OR repaid_by.interest > 0) THEN 1 ELSE 0 END AS is_known
    FROM judged
    LEFT JOIN repaid_by ON repaid_by.loan_id = judged.loan_id AND repaid_by.end_day = judged.end_day
    LEFT JOIN last_repaid ON last_repaid.loan_id = judged.loan_id AND last_repaid.end_day = judged.end_day
    LEFT JOIN fees_by ON fees_by.loan_id = judged.loan_id AND fees_by.end_day = judged.end_day
),
lines AS (
    SELECT sums.loan_id, sums.end_day,
           min(CASE WHEN reference_caps.code = 'micro_loan.cost_alert'
                    THEN CAST(reference_caps.value AS DOUBLE) / 10000
                    WHEN reference_caps.code = 'micro_loan.cost_limit_lpr'
                    THEN CAST(reference_caps.value AS DOUBLE) * reference_lpr.rate_bp / 1000000 END) AS alert_rate,
           min(CASE WHEN reference_caps.code = 'micro_loan.cost_critical'
                    THEN CAST(reference_caps.value AS DOUBLE) / 10000 END) AS critical_rate,
           min(CASE WHEN reference_caps.code = 'micro_loan.cost_notice_lpr'
                    THEN CAST(reference_caps.value AS DOUBLE) * reference_lpr.rate_bp / 1000000 END) AS notice_rate
    FROM sums
    JOIN reference_caps ON reference_caps.code IN ('micro_loan.cost_alert', 'micro_loan.cost_limit_lpr',
                                                   'micro_loan.cost_critical', 'micro_loan.cost_notice_lpr')
        AND sums.disbursed_day BETWEEN reference_caps.valid_from_day AND reference_caps.valid_to_day
    LEFT JOIN reference_lpr
        ON sums.disbursed_day BETWEEN reference_lpr.valid_from_day AND reference_lpr.valid_to_day
    GROUP BY sums.loan_id, sums.end_day
),
lined AS (
    SELECT sums.*, lines.alert_rate, lines.critical_rate, lines.notice_rate,
           CASE WHEN sums.outstanding > 0 THEN sums.end_day ELSE sums.last_day END AS left_day,
           CASE WHEN sums.outstanding > 0 THEN sums.outstanding ELSE sums.last_principal END AS left_amount,
           CAST(sums.nominal - sums.received + sums.front_fees AS DOUBLE) / sums.nominal AS deducted_share
    FROM sums
    LEFT JOIN lines ON lines.loan_id = sums.loan_id AND lines.end_day = sums.end_day
),
payments AS (
    SELECT lined.loan_id, lined.end_day, repaid.flow_day - lined.disbursed_day AS age, repaid.paid AS amount
    FROM lined
    JOIN repaid ON repaid.loan_id = lined.loan_id AND repaid.flow_day <= lined.end_day
    WHERE lined.is_known = 1
    UNION ALL
    SELECT lined.loan_id, lined.end_day, fees.day - lined.disbursed_day, fees.amount
    FROM lined
    JOIN fees ON fees.loan_id = lined.loan_id AND fees.known_day <= lined.end_day
    WHERE lined.is_known = 1
    UNION ALL
    SELECT loan_id, end_day, 0, unseen_fees FROM lined WHERE is_known = 1
),
questions AS (
    SELECT lined.loan_id, lined.end_day, 'alert' AS question, lined.alert_rate * $min_reach AS rate
    FROM lined
    WHERE lined.is_known = 1 AND lined.alert_rate > 0
    UNION ALL
    SELECT lined.loan_id, lined.end_day, 'critical', lined.critical_rate
    FROM lined
    WHERE lined.is_known = 1 AND lined.critical_rate > 0
    UNION ALL
    SELECT lined.loan_id, lined.end_day, 'notice', lined.notice_rate
    FROM lined
    WHERE lined.is_known = 1 AND lined.notice_rate > 0
    UNION ALL
    SELECT lined.loan_id, lined.end_day, 'grid', CAST(grid.percent AS DOUBLE) / 100
    FROM lined
    CROSS JOIN (VALUES (1), (6), (12), (18), (24), (30), (36), (42), (48), (60), (80), (100), (150), (200), (300))
        AS grid(percent)
    WHERE lined.is_known = 1
),
discounted AS (
    SELECT questions.loan_id, questions.end_day, questions.question, questions.rate,
           CAST(sum(CAST(floor(100.0 * payments.amount * power(1 + questions.rate / $periods_a_year,
               -1.0 * $periods_a_year * payments.age / 365) + 0.5) AS BIGINT)) AS BIGINT) AS paid_worth
    FROM questions
    JOIN payments ON payments.loan_id = questions.loan_id AND payments.end_day = questions.end_day
    GROUP BY questions.loan_id, questions.end_day, questions.question, questions.rate
),
rated AS (
    -- left_worth: what is left, paid back today; months run from there to the due date
    SELECT discounted.*, lined.outstanding, lined.received, lined.nominal, lined.amortises,
           CAST(lined.contract_rate AS DOUBLE) AS contract_rate,
           CAST(lined.due_day - lined.left_day AS DOUBLE) * 12 / 365 AS months,
           GREATEST(1.0, floor(CAST(lined.due_day - lined.left_day AS DOUBLE) * 12 / 365 + 0.5)) AS instalments,
           power(1 + discounted.rate / $periods_a_year, $periods_a_year / 12.0) - 1 AS monthly,
           100.0 * lined.left_amount * power(1 + discounted.rate / $periods_a_year,
               -1.0 * $periods_a_year * (lined.left_day - lined.disbursed_day) / 365) AS left_worth
    FROM discounted
    JOIN lined ON lined.loan_id = discounted.loan_id AND lined.end_day = discounted.end_day
),
running AS (
    SELECT rated.*, (1 - power(1 + monthly, -1.0 * instalments)) / monthly AS annuity,
           power(1 + monthly, -1.0 * instalments) AS last_factor, power(1 + monthly, -1.0 * months) AS due_factor
    FROM rated
),
scheduled AS (
    -- term_factor: one yuan left, running to the due date with its interest, is worth this much at the rate asked
    SELECT loan_id, end_day, question, rate, paid_worth, outstanding, received, nominal, left_worth,
           CASE WHEN months <= 0 THEN 1.0
                WHEN amortises = 1
                THEN annuity / instalments + contract_rate / 12 * (annuity * (1 + 1 / instalments)
                     - ((1 + monthly) * annuity - instalments * last_factor) / monthly / instalments)
                ELSE contract_rate / 12 * (1 - due_factor) / monthly + due_factor END AS term_factor
    FROM running
),
excesses AS (
    -- worth of all payments above what was received, at the rate asked: to date, and on schedule
    SELECT loan_id, end_day, question, rate,
           paid_worth - 100.0 * received - 100.0 * $tolerance * nominal
           + CASE WHEN outstanding > 0 THEN left_worth ELSE 0.0 END AS today_excess,
           paid_worth - 100.0 * received - 100.0 * $tolerance * nominal
           + left_worth * CASE WHEN outstanding > 0 THEN term_factor ELSE term_factor - 1 END AS term_excess
    FROM scheduled
),
answers AS (
    SELECT loan_id, end_day,
           max(CASE WHEN question = 'alert' AND LEAST(today_excess, term_excess) > 0 THEN 1 ELSE 0 END) AS over_alert,
           max(CASE WHEN question = 'critical' AND LEAST(today_excess, term_excess) > 0 THEN 1 ELSE 0 END)
               AS over_critical,
           max(CASE WHEN question = 'notice' AND LEAST(today_excess, term_excess) > 0 THEN 1 ELSE 0 END) AS over_notice
    FROM excesses
    GROUP BY loan_id, end_day
),
views AS (
    SELECT loan_id, end_day, 'today' AS view, rate, today_excess AS excess FROM excesses WHERE question = 'grid'
    UNION ALL
    SELECT loan_id, end_day, 'term', rate, term_excess FROM excesses WHERE question = 'grid'
),
brackets AS (
    SELECT loan_id, end_day, view,
           max(CASE WHEN excess > 0 THEN rate END) AS low_rate, min(CASE WHEN excess > 0 THEN excess END) AS low_excess,
           min(CASE WHEN excess <= 0 THEN rate END) AS high_rate,
           max(CASE WHEN excess <= 0 THEN excess END) AS high_excess
    FROM views
    GROUP BY loan_id, end_day, view
),
costs AS (
    SELECT loan_id, end_day,
           min(CASE WHEN low_rate IS NULL THEN 0.0
                    WHEN high_rate IS NULL THEN low_rate
                    ELSE low_rate + (high_rate - low_rate) * low_excess / (low_excess - high_excess) END) AS annual_cost
    FROM brackets
    GROUP BY loan_id, end_day
),
verdicts AS (
    SELECT lined.loan_id, lined.end_day, lined.group_key, lined.deducted_share,
           COALESCE(answers.over_alert, 0) AS over_alert, COALESCE(answers.over_critical, 0) AS over_critical,
           COALESCE(answers.over_notice, 0) AS over_notice,
           CASE WHEN lined.is_known = 1 AND lined.alert_rate > 0 THEN 1 ELSE 0 END AS is_answered,
           CASE WHEN lined.deducted_share > $min_deduction * $min_reach THEN 1 ELSE 0 END AS is_deducted,
           COALESCE(costs.annual_cost, 0.0) AS annual_cost,
           lined.alert_rate, lined.paid_charges + lined.unseen_fees + lined.nominal - lined.received AS charges
    FROM lined
    LEFT JOIN answers ON answers.loan_id = lined.loan_id AND answers.end_day = lined.end_day
    LEFT JOIN costs ON costs.loan_id = lined.loan_id AND costs.end_day = lined.end_day
),
evenings AS (
    SELECT group_key, end_day
    FROM verdicts
    WHERE end_day BETWEEN $from_day AND $to_day
    GROUP BY group_key, end_day
    HAVING max(over_alert + is_deducted) > 0 OR min(is_answered) = 0
),
latest AS (
    SELECT evenings.end_day AS evening, verdicts.*,
           row_number() OVER (
               PARTITION BY evenings.group_key, evenings.end_day, verdicts.loan_id ORDER BY verdicts.end_day DESC
           ) AS place
    FROM evenings
    JOIN verdicts ON verdicts.group_key = evenings.group_key
        AND verdicts.end_day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
),
flagged AS (
    SELECT latest.*, CASE WHEN over_alert = 1 OR is_deducted = 1 THEN 1 ELSE 0 END AS is_over,
           GREATEST(CASE WHEN over_alert = 1 THEN GREATEST(annual_cost / alert_rate, 1.0 * $min_reach) ELSE 0.0 END,
                    CASE WHEN is_deducted = 1 THEN deducted_share / $min_deduction ELSE 0.0 END) AS loan_reach
    FROM latest
    WHERE place = 1
),
gathered AS (
    SELECT group_key, evening, max(loan_reach) AS reach,
           max(CASE WHEN is_over = 1 THEN annual_cost ELSE 0.0 END) AS annual_cost,
           max(CASE WHEN is_over = 1 THEN GREATEST(0.0, deducted_share) ELSE 0.0 END) AS deducted_share,
           CAST(sum(is_over) AS BIGINT) AS loan_count,
           CAST(sum(CASE WHEN is_over = 1 THEN charges ELSE 0 END) AS BIGINT) AS charges,
           CAST(sum(over_notice) AS BIGINT) AS over_notice_count,
           max(CASE WHEN is_over = 1 THEN over_critical ELSE 0 END) AS over_critical,
           max(CASE WHEN is_over = 1 AND end_day = evening THEN 1 ELSE 0 END) AS is_new,
           CAST(sum(is_answered) AS DOUBLE) / count(*) AS known_share
    FROM flagged
    GROUP BY group_key, evening
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, evening - $window_days + 1 AS window_from,
           evening AS window_to,
           CASE WHEN is_new = 0 THEN 'not_enough_data' WHEN over_critical = 1 THEN 'critical' ELSE 'high' END
               AS severity,
           reach, annual_cost, deducted_share, loan_count, charges, over_notice_count, known_share
    FROM gathered
    WHERE is_new = 1 OR (loan_count = 0 AND known_share < 0.3)
),
proven AS (
    SELECT flagged.group_key, flagged.evening, flagged.loan_id, flagged.end_day
    FROM flagged
    JOIN hits ON hits.subject_id = flagged.group_key AND hits.window_to = flagged.evening
    WHERE flagged.is_over = 1 AND hits.severity <> 'not_enough_data'
),
records AS (
    SELECT group_key, evening, 'loans' AS record_kind, loan_id AS record_id, 'loan' AS role FROM proven
    UNION ALL
    SELECT proven.group_key, proven.evening, 'loan_flows', repaid.record_id, 'repayment'
    FROM proven
    JOIN repaid ON repaid.loan_id = proven.loan_id AND repaid.flow_day <= proven.end_day
    UNION ALL
    SELECT proven.group_key, proven.evening, 'transactions', payouts.out_record, 'payout'
    FROM proven
    JOIN payouts ON payouts.loan_id = proven.loan_id
    WHERE payouts.out_record IS NOT NULL
    UNION ALL
    SELECT proven.group_key, proven.evening, 'transactions', payouts.in_record, 'payout'
    FROM proven
    JOIN payouts ON payouts.loan_id = proven.loan_id
    WHERE payouts.in_record IS NOT NULL
    UNION ALL
    SELECT proven.group_key, proven.evening, 'transactions', fees.out_record, 'fee'
    FROM proven
    JOIN fees ON fees.loan_id = proven.loan_id AND fees.known_day <= proven.end_day
    WHERE fees.out_record IS NOT NULL
    UNION ALL
    SELECT proven.group_key, proven.evening, 'transactions', fees.in_record, 'fee'
    FROM proven
    JOIN fees ON fees.loan_id = proven.loan_id AND fees.known_day <= proven.end_day
    WHERE fees.in_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       COALESCE(records.record_kind, 'none') AS record_kind, COALESCE(records.record_id, 0) AS record_id,
       COALESCE(records.role, 'none') AS role,
       hits.reach, hits.annual_cost, hits.deducted_share, hits.loan_count, hits.charges, hits.over_notice_count,
       hits.known_share
FROM hits
LEFT JOIN records ON records.group_key = hits.subject_id AND records.evening = hits.window_to
