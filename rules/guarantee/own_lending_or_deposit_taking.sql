/* ---
id: own_lending_or_deposit_taking
code: G05
version: 1
name: {zh: 担保公司自营放贷、吸收存款, en: Guarantee firm lending or taking deposits}
sectors: [guarantee]
severity: [critical, high]
window_days: 90
lookback_days: 731
opens_alert: true
reads: [compensations, entities, firm_snapshots, firms, fundings, guarantee_deposits, guarantees, loans, reference_caps, relationships, transfers]
claim:
  zh: "付给 {borrower_count} 个非银行对象 {lent} 元后收回本金并带利息，共收回 {returned} 元；{window_days} 日内 {person_count} 名自然人转入 {deposits} 元，与保证金、担保费、代偿追回和资本金都对不上；已知的贷款利率与担保费合计最高 {all_in}（警示线 {all_in_cap}）"
  en: "{lent} CNY went to {borrower_count} parties that are no banks and came back with interest, {returned} CNY in all; in {window_days} days {person_count} natural persons paid in {deposits} CNY that no deposit, fee, recovery or capital explains; the highest known loan rate plus fee is {all_in} (line {all_in_cap})"
explanation:
  zh: >-
    融资担保公司不得吸收存款、自营或受托发放贷款。公司账户付给非银行对象、既非代偿也非退还保证金的款项，其后连本带息收回，像是放贷；
    众多自然人转入的款项在台账上没有对应，像是吸收存款；担保费加贷款利率过高，像是变相放贷收息。
  en: >-
    A guarantee firm may neither take deposits nor lend. Money to parties that are no banks, no compensation and no refund,
    that comes back with interest, looks like lending; people's payments without a counterpart in the ledgers look like
    deposits; a fee that lifts the cost of a loan far up looks like lending in disguise.
legal_basis:
  - {text: 《融资担保公司监督管理条例》（国务院令第683号）第二十三条, valid_from: 2017-10-01, valid_to: null}
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第二条、第三十九条, valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 代偿后向客户或反担保人追回的款项；备用金、押金如数退回；为客户过桥后收回；未登台账的股东增资；担保费先收而合同数日后才生效。
  en: Recoveries from customers or counter-guarantors after compensation; advances and deposits returned in full; bridging for a customer; capital not in any ledger; fees paid days before the contract takes effect.
blind_spots:
  zh: 用法定代表人等个人账户放贷或收款（见 T07）；现金和经支付机构收付；借款人以他人账户还款；一年以上才还；与同业担保公司之间的往来；以担保费名义收取的利息不超过台账费率。
  en: Lending or collecting on personal accounts (T07); cash and payment firms; repayment from another's account; more than a year; dealings with other guarantee firms; interest taken as a fee within the ledger's rate.
no_data:
  zh: 该公司未报送担保台账，或转账没有折算率，无法区分保证金、追偿与借款
  en: the firm reported no guarantee ledger, or foreign money has no rate, so deposits, recoveries and borrowing cannot be told apart
parameters:
  min_reach: {value: 1, unit: ratio, min: 0.3, max: 20, why: 放贷、吸储或综合成本任一达到界线的倍数}
  min_lent: {value: 50000, unit: CNY, min: 1000, max: 10000000, why: 更小的多为备用金和零星垫款}
  min_interest: {value: 0.005, unit: share, min: 0.0005, max: 0.1, why: 多收回千分之五以上才看得出利息，手续费和尾差达不到}
  max_interest: {value: 0.5, unit: share, min: 0.05, max: 3, why: 超过本金一半的收回不是一笔借款的利息}
  max_instalment: {value: 0.05, unit: share, min: 0.005, max: 0.3, why: 按期付息每次不超过本金百分之五}
  min_instalments: {value: 3, unit: count, min: 2, max: 24, why: 未还本时付息三次可以看出是借款}
  lend_days: {value: 365, unit: days, min: 90, max: 365, why: 民间短期借款多在一年内收回}
  min_persons: {value: 5, unit: persons, min: 1, max: 100, why: 五人以上难以用个别误付解释}
  min_deposits: {value: 200000, unit: CNY, min: 10000, max: 10000000, why: 刑事追诉标准一百万元的两成}
  min_person_amount: {value: 5000, unit: CNY, min: 1, max: 100000, why: 个人担保费、评审费多在五千元以内}
  cover_ratio: {value: 1.5, unit: ratio, min: 1, max: 3, why: 保证金之外还有担保费，代偿之外还有追偿的利息和费用}
measures:
  reach: {unit: ratio, zh: 达到界线的倍数（各项较高者）, en: "times the line (the highest of all)", threshold: min_reach, full: 5}
  borrower_count: {unit: count, zh: 收回本息的对象数, en: parties that paid back with interest}
  lent: {unit: CNY, zh: 放出金额, en: amount lent}
  returned: {unit: CNY, zh: 收回金额, en: amount returned}
  person_count: {unit: persons, zh: 无对应关系的自然人数, en: persons without a counterpart in the ledgers}
  deposits: {unit: CNY, zh: 无对应关系的金额, en: amount without a counterpart}
  all_in: {unit: share, zh: 贷款利率加担保费, en: loan rate plus fee}
  all_in_cap: {unit: share, zh: 综合成本警示线, en: line of the all-in cost}
--- */
-- How the definition is read
-- * The firm: the reporting guarantee firm's own party; other parties of its control group are neither borrowers nor
--   depositors. Counterparties are persons, firms and unknown kinds with a key: banks and other licensed bodies, public
--   bodies, clearing and cash, other guarantee firms (shared guarantees) and creditors named in the ledger are not.
-- * Own lending: judged on each day on which a party pays in, over lend_days: lent = what it got on earlier days, less
--   refunds of deposits to it and what was compensated for it; back = what it paid since the first day on which it got
--   money, less deposits and fees due from it and cover_ratio times what was compensated for it. A loan is: back exceeds
--   lent by min_interest to max_interest, or, the principal still out, min_instalments payments of min_interest to
--   max_instalment of it. Operating costs never come back with interest. Loans recognised within lend_days add up.
-- * Deposit-taking as M01 reads it: within window_days, payments of natural persons beyond cover_ratio times their
--   deposits, fees, compensations and what the firm lent to them before they first paid, and beyond declared capital
--   (funding ledger; a shareholder's part of the registered capital); at least min_person_amount a person; min_persons
--   or min_deposits.
-- * All-in cost: guarantees whose principal contract is a micro-loan that its lender reports: its yearly rate plus the
--   fee rate, above the line in force on the first day.
-- * A branch speaks on evenings with its own new record: a repayment of a recognised borrower, a payment of an
--   unexplained person, a first day. Ledger rows count from their own day on.
--
-- Exact: transfers are first joined with the few guarantee firms; only parties that both got and gave can be borrowers.
WITH guarantors AS (
    SELECT institution, party_key, group_key FROM firms WHERE sector = 'guarantee'
),
flows AS (
    SELECT guarantors.group_key, transfers.from_party AS other, transfers.from_kind AS kind, transfers.day, 1 AS is_in,
           transfers.amount_cny, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN guarantors ON guarantors.party_key = transfers.to_party
    WHERE transfers.from_group <> transfers.to_group AND transfers.from_party <> 0
      AND transfers.from_kind IN ('person', 'firm', 'unknown')
      AND transfers.day BETWEEN $from_day - 2 * $lend_days AND $to_day
    UNION ALL
    SELECT guarantors.group_key, transfers.to_party, transfers.to_kind, transfers.day, 0, transfers.amount_cny,
           transfers.out_record, transfers.in_record
    FROM transfers
    JOIN guarantors ON guarantors.party_key = transfers.from_party
    WHERE transfers.from_group <> transfers.to_group AND transfers.to_party <> 0
      AND transfers.to_kind IN ('person', 'firm', 'unknown')
      AND transfers.day BETWEEN $from_day - 2 * $lend_days AND $to_day
),
identities AS (
    SELECT DISTINCT others.group_key, others.other, entities.party_token, entities.party_name
    FROM (SELECT DISTINCT group_key, other FROM flows) AS others
    JOIN entities ON entities.party_key = others.other
),
contracts AS (
    SELECT guarantors.group_key, guarantees.institution, guarantees.record_id, guarantees.contract_no,
           guarantees.principal_contract_no, guarantees.customer_token, guarantees.customer_name, guarantees.creditor,
           guarantees.amount, guarantees.fee_rate_bp,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', guarantees.starts_on), 0) AS start_day,
           GREATEST(COALESCE(DATEDIFF('day', guarantees.starts_on, guarantees.ends_on), 0), 0) AS term
    FROM guarantees
    JOIN guarantors ON guarantors.institution = guarantees.institution
),
left_out AS (
    SELECT DISTINCT identities.group_key, identities.other
    FROM identities
    JOIN contracts ON contracts.group_key = identities.group_key AND contracts.creditor = identities.party_name
    JOIN flows ON flows.group_key = identities.group_key AND flows.other = identities.other
    WHERE flows.kind <> 'person'
    UNION
    SELECT identities.group_key, identities.other
    FROM identities
    JOIN guarantors ON guarantors.party_key = identities.other
),
ledger AS (
    SELECT contracts.group_key, contracts.record_id, 'fee' AS kind, contracts.customer_token AS token,
           contracts.customer_name AS name, contracts.start_day AS day,
           contracts.amount * COALESCE(contracts.fee_rate_bp, 0) // 10000 * (contracts.term // 365 + 1) AS amount
    FROM contracts
    UNION ALL
    SELECT contracts.group_key, compensations.record_id, 'compensated', contracts.customer_token,
           contracts.customer_name, compensations.compensated_day, compensations.amount
    FROM compensations
    JOIN contracts ON contracts.institution = compensations.institution
        AND contracts.contract_no = compensations.contract_no
    UNION ALL
    SELECT guarantors.group_key, guarantee_deposits.record_id, guarantee_deposits.flow_type,
           guarantee_deposits.customer_token, guarantee_deposits.customer_name, guarantee_deposits.flow_day,
           guarantee_deposits.amount
    FROM guarantee_deposits
    JOIN guarantors ON guarantors.institution = guarantee_deposits.institution
    WHERE guarantee_deposits.flow_type IN ('received', 'refunded')
    UNION ALL
    SELECT guarantors.group_key, fundings.record_id, 'capital', fundings.funder_token, fundings.funder_name,
           COALESCE(fundings.starts_day, 0), fundings.amount
    FROM fundings
    JOIN guarantors ON guarantors.institution = fundings.institution
    WHERE fundings.funding_type = 'capital'
    UNION ALL
    SELECT guarantors.group_key, relationships.record_id, 'capital', relationships.subject_token, CAST(NULL AS TEXT),
           min(DATEDIFF('day', DATE '1970-01-01', CAST(firm_snapshots.month || '-01' AS DATE))),
           min(firm_snapshots.registered_capital // 10000 * relationships.share_bp)
    FROM firm_snapshots
    JOIN guarantors ON guarantors.institution = firm_snapshots.institution
    JOIN relationships ON relationships.object_token = firm_snapshots.firm_token
    WHERE relationships.relation = 'shareholder' AND relationships.share_bp > 0
      AND firm_snapshots.registered_capital IS NOT NULL
    GROUP BY guarantors.group_key, relationships.record_id, relationships.subject_token
),
explained AS (
    -- a ledger row concerns a party once, by token or by name
    SELECT identities.group_key, identities.other, ledger.kind, ledger.record_id, ledger.day, ledger.amount
    FROM identities
    JOIN ledger ON ledger.group_key = identities.group_key AND ledger.token = identities.party_token
    UNION
    SELECT identities.group_key, identities.other, ledger.kind, ledger.record_id, ledger.day, ledger.amount
    FROM identities
    JOIN ledger ON ledger.group_key = identities.group_key AND ledger.name = identities.party_name
),
both_ways AS (
    SELECT flows.group_key, flows.other
    FROM flows
    LEFT JOIN left_out ON left_out.group_key = flows.group_key AND left_out.other = flows.other
    WHERE left_out.other IS NULL
    GROUP BY flows.group_key, flows.other
    HAVING min(flows.is_in) = 0 AND max(flows.is_in) = 1
),
pair_days AS (
    SELECT flows.group_key, flows.other, flows.day,
           CAST(COALESCE(sum(flows.amount_cny * flows.is_in), 0) AS BIGINT) AS came,
           CAST(COALESCE(sum(flows.amount_cny * (1 - flows.is_in)), 0) AS BIGINT) AS went,
           max(flows.is_in) AS paid_in
    FROM flows
    JOIN both_ways ON both_ways.group_key = flows.group_key AND both_ways.other = flows.other
    GROUP BY flows.group_key, flows.other, flows.day
),
repayment_days AS (
    SELECT group_key, other, day AS pay_day FROM pair_days WHERE paid_in = 1 AND day > $from_day - $lend_days
),
loans_out AS (
    SELECT repayment_days.group_key, repayment_days.other, repayment_days.pay_day,
           CAST(sum(pair_days.went) AS BIGINT) AS went, min(pair_days.day) AS first_day
    FROM repayment_days
    JOIN pair_days ON pair_days.group_key = repayment_days.group_key AND pair_days.other = repayment_days.other
        AND pair_days.day > repayment_days.pay_day - $lend_days AND pair_days.day < repayment_days.pay_day
    WHERE pair_days.went > 0
    GROUP BY repayment_days.group_key, repayment_days.other, repayment_days.pay_day
),
dues AS (
    SELECT loans_out.group_key, loans_out.other, loans_out.pay_day,
           CAST(sum(CASE WHEN explained.kind IN ('refunded', 'compensated') AND explained.day > loans_out.pay_day - $lend_days
                         THEN explained.amount ELSE 0 END) AS BIGINT) AS owed_out,
           CAST(sum(CASE WHEN explained.kind IN ('received', 'fee') AND explained.day >= loans_out.first_day
                         THEN explained.amount
                         WHEN explained.kind = 'compensated'
                         THEN CAST(FLOOR(explained.amount * $cover_ratio) AS BIGINT)
                         ELSE 0 END) AS BIGINT) AS owed_in
    FROM loans_out
    JOIN explained ON explained.group_key = loans_out.group_key AND explained.other = loans_out.other
        AND explained.day <= loans_out.pay_day
    GROUP BY loans_out.group_key, loans_out.other, loans_out.pay_day
),
lent_net AS (
    SELECT loans_out.group_key, loans_out.other, loans_out.pay_day, loans_out.first_day,
           loans_out.went - COALESCE(dues.owed_out, 0) AS lent, COALESCE(dues.owed_in, 0) AS owed_in
    FROM loans_out
    LEFT JOIN dues ON dues.group_key = loans_out.group_key AND dues.other = loans_out.other
        AND dues.pay_day = loans_out.pay_day
    WHERE loans_out.went > COALESCE(dues.owed_out, 0)
),
backs AS (
    SELECT lent_net.group_key, lent_net.other, lent_net.pay_day, lent_net.first_day, lent_net.lent,
           CAST(sum(pair_days.came) AS BIGINT) - lent_net.owed_in AS back,
           CAST(sum(CASE WHEN pair_days.came BETWEEN $min_interest * lent_net.lent AND $max_instalment * lent_net.lent
                         THEN 1 ELSE 0 END) AS BIGINT) AS instalments
    FROM lent_net
    JOIN pair_days ON pair_days.group_key = lent_net.group_key AND pair_days.other = lent_net.other
        AND pair_days.day > lent_net.first_day AND pair_days.day <= lent_net.pay_day
    WHERE pair_days.came > 0
    GROUP BY lent_net.group_key, lent_net.other, lent_net.pay_day, lent_net.first_day, lent_net.lent, lent_net.owed_in
),
recognised AS (
    SELECT group_key, other, pay_day, first_day, lent, back
    FROM backs
    WHERE back - lent BETWEEN $min_interest * lent AND $max_interest * lent
       OR (back > 0 AND back < lent AND instalments >= $min_instalments)
),
credits AS (
    SELECT flows.group_key, flows.other AS payer, flows.day, flows.amount_cny, flows.out_record, flows.in_record
    FROM flows
    LEFT JOIN left_out ON left_out.group_key = flows.group_key AND left_out.other = flows.other
    WHERE flows.is_in = 1 AND flows.kind = 'person' AND left_out.other IS NULL
      AND flows.day > $from_day - $window_days
),
-- the first day on which a contract of this kind is known: its firm and its lender both tell
costs AS (
    SELECT contracts.group_key, contracts.start_day AS end_day, contracts.record_id, loans.record_id AS loan_record,
           loans.annual_rate_bp + COALESCE(contracts.fee_rate_bp, 0) AS all_in_bp, reference_caps.value AS cap_bp,
           row_number() OVER (
               PARTITION BY contracts.group_key, contracts.start_day
               ORDER BY loans.annual_rate_bp + COALESCE(contracts.fee_rate_bp, 0) DESC, contracts.record_id,
                        loans.record_id
           ) AS place
    FROM contracts
    JOIN loans ON loans.borrower_token = contracts.customer_token
        AND loans.contract_no = contracts.principal_contract_no
    JOIN reference_caps ON reference_caps.code = 'guarantee.all_in_cost'
        AND contracts.start_day BETWEEN reference_caps.valid_from_day AND reference_caps.valid_to_day
    WHERE contracts.start_day BETWEEN $from_day AND $to_day AND loans.annual_rate_bp IS NOT NULL
      AND loans.disbursed_day <= contracts.start_day
),
evenings AS (
    SELECT group_key, pay_day AS end_day FROM recognised WHERE pay_day BETWEEN $from_day AND $to_day
    UNION
    SELECT group_key, day FROM credits WHERE day BETWEEN $from_day AND $to_day
    UNION
    SELECT group_key, end_day FROM costs
),
-- each borrower once, as last recognised
borrowers AS (
    SELECT group_key, end_day, other, first_day, lent, back, pay_day
    FROM (
        SELECT evenings.group_key, evenings.end_day, recognised.other, recognised.first_day, recognised.lent,
               recognised.back, recognised.pay_day,
               row_number() OVER (
                   PARTITION BY evenings.group_key, evenings.end_day, recognised.other ORDER BY recognised.pay_day DESC
               ) AS place
        FROM evenings
        JOIN recognised ON recognised.group_key = evenings.group_key
            AND recognised.pay_day BETWEEN evenings.end_day - $lend_days + 1 AND evenings.end_day
    ) AS ranked
    WHERE place = 1
),
lending AS (
    SELECT group_key, end_day, count(*) AS borrower_count, CAST(sum(lent) AS BIGINT) AS lent,
           CAST(sum(back) AS BIGINT) AS returned, max(pay_day) AS last_day
    FROM borrowers
    GROUP BY group_key, end_day
),
received AS (
    SELECT evenings.group_key, evenings.end_day, credits.payer,
           CAST(COALESCE(sum(credits.amount_cny), 0) AS BIGINT) AS amount,
           CAST(sum(CASE WHEN credits.amount_cny IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unvalued,
           max(credits.day) AS last_day
    FROM evenings
    JOIN credits ON credits.group_key = evenings.group_key
        AND credits.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day, credits.payer
),
-- of those who also got money: what they got before they first paid was lent to them
first_payments AS (
    SELECT received.group_key, received.end_day, received.payer,
           min(CASE WHEN pair_days.paid_in = 1 THEN pair_days.day END) AS first_day
    FROM received
    JOIN pair_days ON pair_days.group_key = received.group_key AND pair_days.other = received.payer
        AND pair_days.day BETWEEN received.end_day - $lend_days + 1 AND received.end_day
    GROUP BY received.group_key, received.end_day, received.payer
),
repayable AS (
    SELECT first_payments.group_key, first_payments.end_day, first_payments.payer,
           CAST(sum(pair_days.went) AS BIGINT) AS amount
    FROM first_payments
    JOIN pair_days ON pair_days.group_key = first_payments.group_key AND pair_days.other = first_payments.payer
        AND pair_days.day BETWEEN first_payments.end_day - $lend_days + 1 AND first_payments.first_day - 1
    GROUP BY first_payments.group_key, first_payments.end_day, first_payments.payer
),
allowed AS (
    SELECT received.group_key, received.end_day, received.payer,
           CAST(sum(CASE WHEN explained.kind IN ('received', 'fee', 'compensated') THEN explained.amount ELSE 0 END)
               AS BIGINT) AS due,
           CAST(sum(CASE WHEN explained.kind = 'capital' THEN explained.amount ELSE 0 END) AS BIGINT) AS capital
    FROM received
    JOIN explained ON explained.group_key = received.group_key AND explained.other = received.payer
        AND explained.day <= received.end_day
    GROUP BY received.group_key, received.end_day, received.payer
),
unexplained AS (
    SELECT received.group_key, received.end_day, received.payer, received.unvalued, received.last_day,
           received.amount - COALESCE(allowed.capital, 0)
               - CAST(FLOOR((COALESCE(allowed.due, 0) + COALESCE(repayable.amount, 0)) * $cover_ratio) AS BIGINT) AS amount
    FROM received
    LEFT JOIN allowed ON allowed.group_key = received.group_key AND allowed.end_day = received.end_day
        AND allowed.payer = received.payer
    LEFT JOIN repayable ON repayable.group_key = received.group_key AND repayable.end_day = received.end_day
        AND repayable.payer = received.payer
),
deposit_sums AS (
    SELECT group_key, end_day,
           CAST(sum(CASE WHEN amount >= $min_person_amount THEN 1 ELSE 0 END) AS BIGINT) AS person_count,
           CAST(sum(CASE WHEN amount >= $min_person_amount THEN amount ELSE 0 END) AS BIGINT) AS deposits,
           max(CASE WHEN amount >= $min_person_amount THEN last_day END) AS last_day,
           max(CASE WHEN unvalued > 0 THEN last_day END) AS unvalued_day
    FROM unexplained
    GROUP BY group_key, end_day
),
known AS (
    SELECT group_key, min(start_day) AS since_day FROM contracts GROUP BY group_key
),
judged AS (
    SELECT evenings.group_key, evenings.end_day, known.since_day,
           COALESCE(lending.borrower_count, 0) AS borrower_count, COALESCE(lending.lent, 0) AS lent,
           COALESCE(lending.returned, 0) AS returned, COALESCE(deposit_sums.person_count, 0) AS person_count,
           COALESCE(deposit_sums.deposits, 0) AS deposits, deposit_sums.unvalued_day, costs.record_id,
           costs.loan_record, CAST(costs.all_in_bp AS DOUBLE) / 10000 AS all_in,
           CAST(costs.cap_bp AS DOUBLE) / 10000 AS all_in_cap,
           CASE WHEN lending.last_day = evenings.end_day THEN CAST(lending.lent AS DOUBLE) / $min_lent ELSE 0 END
               AS lending_reach,
           CASE WHEN deposit_sums.last_day = evenings.end_day
                THEN GREATEST(CAST(deposit_sums.person_count AS DOUBLE) / $min_persons,
                              CAST(deposit_sums.deposits AS DOUBLE) / $min_deposits)
                ELSE 0 END AS deposit_reach,
           -- the line itself is lawful
           CASE WHEN costs.all_in_bp > costs.cap_bp THEN CAST(costs.all_in_bp AS DOUBLE) / costs.cap_bp ELSE 0 END
               AS cost_reach
    FROM evenings
    LEFT JOIN known ON known.group_key = evenings.group_key AND known.since_day <= evenings.end_day
    LEFT JOIN lending ON lending.group_key = evenings.group_key AND lending.end_day = evenings.end_day
    LEFT JOIN deposit_sums ON deposit_sums.group_key = evenings.group_key AND deposit_sums.end_day = evenings.end_day
    LEFT JOIN costs ON costs.group_key = evenings.group_key AND costs.end_day = evenings.end_day AND costs.place = 1
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to,
           CASE WHEN since_day IS NULL OR GREATEST(lending_reach, GREATEST(deposit_reach, cost_reach)) < $min_reach
                    THEN 'not_enough_data'
                WHEN GREATEST(lending_reach, deposit_reach) >= $min_reach THEN 'critical'
                ELSE 'high' END AS severity,
           GREATEST(lending_reach, GREATEST(deposit_reach, cost_reach)) AS reach,
           borrower_count, lent, returned, person_count, deposits, all_in, all_in_cap
    FROM judged
    WHERE GREATEST(lending_reach, GREATEST(deposit_reach, cost_reach)) >= $min_reach
        -- third outcome: money without a rate came in tonight and could have crossed the line
        OR unvalued_day = end_day
),
moves AS (
    SELECT borrowers.group_key, borrowers.end_day, flows.out_record, flows.in_record,
           CASE WHEN flows.is_in = 1 THEN 'repayment' ELSE 'lending' END AS role
    FROM borrowers
    JOIN flows ON flows.group_key = borrowers.group_key AND flows.other = borrowers.other
        AND flows.day BETWEEN borrowers.first_day AND borrowers.pay_day
    UNION ALL
    SELECT unexplained.group_key, unexplained.end_day, credits.out_record, credits.in_record, 'unmatched_credit'
    FROM unexplained
    JOIN credits ON credits.group_key = unexplained.group_key AND credits.payer = unexplained.payer
        AND credits.day BETWEEN unexplained.end_day - $window_days + 1 AND unexplained.end_day
    WHERE unexplained.amount >= $min_person_amount
),
proof AS (
    SELECT group_key, end_day, 'transactions' AS record_kind, out_record AS record_id, role
    FROM moves
    WHERE out_record IS NOT NULL
    UNION ALL
    SELECT group_key, end_day, 'transactions', in_record, role FROM moves WHERE in_record IS NOT NULL
    UNION ALL
    SELECT group_key, end_day, 'guarantees', record_id, 'costly_guarantee' FROM judged WHERE cost_reach > 0
    UNION ALL
    SELECT group_key, end_day, 'loans', loan_record, 'guaranteed_loan' FROM judged WHERE cost_reach > 0
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       COALESCE(proof.record_kind, 'none') AS record_kind, COALESCE(proof.record_id, 0) AS record_id,
       COALESCE(proof.role, 'none') AS role,
       hits.reach, hits.borrower_count, hits.lent, hits.returned, hits.person_count, hits.deposits, hits.all_in,
       hits.all_in_cap
FROM hits
LEFT JOIN proof ON proof.group_key = hits.subject_id AND proof.end_day = hits.window_to
    AND hits.severity <> 'not_enough_data'
