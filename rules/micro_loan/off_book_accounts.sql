/* ---
id: off_book_accounts
code: M05
version: 1
name: {zh: 体外账户、杠杆与代还, en: "Off-book accounts, leverage and third-party repayment"}
sectors: [micro_loan]
severity: high
window_days: 30
lookback_days: 430
opens_alert: true
reads: [coverage, entities, firm_snapshots, firms, fundings, loan_flows, loans, reference_caps, reference_lexicon,
        relationships, shared_contacts, transfers]
claim:
  zh: "{window_days} 日内 {off_book_count} 笔放款、还款共 {off_book_amount} 元未经登记的放贷专户；非标准化融资余额为净资产的 {non_standard} 倍（上限 {non_standard_cap}），标准化融资 {standard} 倍（上限 {standard_cap}）；同一付款人最多替 {borrower_count} 名借款人还款，共 {repaid_amount} 元"
  en: "Within {window_days} days {off_book_count} disbursements and repayments of {off_book_amount} CNY bypassed the registered lending account; non-standard funding is {non_standard} times net assets (cap {non_standard_cap}), standard funding {standard} times (cap {standard_cap}); one payer repaid for {borrower_count} borrowers, {repaid_amount} CNY"
explanation:
  zh: >-
    放贷资金应当经登记的放贷专户收付；融资余额不得超过净资产的规定倍数；同一付款人替多名互不相干的借款人还款，
    借款人可能只是顶名。三项任一成立即列为线索。
  en: >-
    Lending money must pass through the registered lending account, funding must stay within multiples of net assets, and one payer
    who repays for several unrelated borrowers suggests that they borrowed in name only. Any of the three is a lead.
legal_basis:
  - {text: 《小额贷款公司监督管理暂行办法》（金规〔2024〕26号）关于放贷专户、融资杠杆的规定, valid_from: 2024-12-31, valid_to: null}
false_positives:
  zh: 雇主代扣代还、亲属代还（已按雇佣、工资、同住与同组关系排除，未登记的仍会出现）；新开专户尚未报送；受托支付由合作银行代划；增资尚未反映在净资产。
  en: Employers or relatives repaying (left out by employment, wages, household and group; unregistered ones remain); a new lending account not yet reported; payment through a partner bank; a capital increase not yet in net assets.
blind_spots:
  zh: 现金与经支付机构收付；台账以外的放款；体外收付与台账金额不一致；专户与借款人账户的流水都未报送；融资台账未登记的借款（见 M01）；逐笔换用不同代还人。
  en: Cash and payment firms; loans outside the ledger; off-book amounts that differ from the ledger; neither the lending account nor the borrower's account is reported; funding outside the ledger (M01); another payer each time.
no_data:
  zh: 未登记放贷专户、专户流水有缺日、还款付款人多数不明，或没有近期净资产与有效上限
  en: no lending account registered, days of its statement missing, most payers of repayments unknown, or no recent net assets or cap in force
parameters:
  min_reach: {value: 1, unit: ratio, min: 0.1, max: 10, why: 任一项达到界线的倍数}
  min_off_book: {value: 20000, unit: CNY, min: 100, max: 10000000, why: 一笔误汇的分期款不足以成线索，一笔小额贷款本金即可}
  min_borrowers: {value: 3, unit: persons, min: 2, max: 100, why: 替三名以上借款人还款已超出一般亲友互助}
  match_days: {value: 3, unit: days, min: 0, max: 10, why: 台账记账日与银行入账日相差不超过三日}
  max_sharers: {value: 20, unit: persons, min: 2, max: 1000, why: 更多人共用的电话、住址不能证明同住}
  wage_days: {value: 400, unit: days, min: 31, max: 3650, why: 一年多以内发过工资的付款人是雇主}
  max_snapshot_days: {value: 100, unit: days, min: 31, max: 400, why: 超过一个季度的净资产不能作分母}
measures:
  reach: {unit: ratio, zh: 达到界线的倍数（各项较高者）, en: "times the line (the highest of all)", threshold: min_reach, full: 3}
  off_book_amount: {unit: CNY, zh: 未经专户的放款与还款, en: loan money outside the lending account}
  off_book_count: {unit: count, zh: 未经专户笔数, en: moves outside the lending account}
  non_standard: {unit: ratio, zh: 非标准化融资倍数, en: non-standard funding over net assets}
  non_standard_cap: {unit: ratio, zh: 非标准化融资上限, en: cap of non-standard funding}
  standard: {unit: ratio, zh: 标准化融资倍数, en: standard funding over net assets}
  standard_cap: {unit: ratio, zh: 标准化融资上限, en: cap of standard funding}
  borrower_count: {unit: persons, zh: 同一付款人代还的借款人数, en: borrowers repaid for by one payer}
  repaid_amount: {unit: CNY, zh: 代还金额, en: amount repaid for others}
--- */
-- How the definition is read
-- * Subject: the control group of the lending firm. A booked disbursement or repayment ("move") is judged on the day
--   match_days after its booking, when the bank entry on either side of that day must have come; funding is judged when
--   a funding starts and at month ends that tell new net assets. Each limb fires on its own evenings.
-- * Off-book: the bank shows the very amount between the borrower (holder of the receiving account, recorded payer) and
--   an account that is not a registered lending account, within match_days, and no such entry on a registered one. An
--   account of the firm, its control group, declared officers, shareholders, employees or affiliates counts as such;
--   anybody else's only where the lending account's statement is received, so that its silence is known.
-- * Registered accounts: those named in any snapshot whose month had begun by the move; those of the first snapshot for
--   all time before. Without any by the evening, or with a day missing in the lending account's feed: "not enough data".
-- * Leverage: fundings begun and not ended on the evening; bonds and securitisations are standard, registered capital
--   is none, everything else is non-standard. Net assets as of the latest month end, at most max_snapshot_days old.
-- * Third-party repayment: the payer is who paid that amount to the firm at the bank (the recorded payer and the
--   borrower first; another one only where the entry is no other borrower's own repayment), else who the ledger says.
--   Not counted: the borrower's own control group, the declared employer or one who paid wages to the borrower, a
--   person under the same telephone or address, and licensed, public or reporting institutions (a guarantor firm
--   that compensates). A personal guarantor who pays for three borrowers is counted.
-- * The payer of fewer than 30 % of the window's repayments known, and nothing else found: "not enough data".
-- * Amounts without a CNY value cannot equal a booked amount; ledgers are in CNY.
-- Exact prunes: only moves whose judgement falls into a window of the evaluated days, and those before them that may
-- lay claim to the same bank entry; transfers are looked up by party and amount, on the days around these moves and, as a
-- later one belongs to a move judged later, up to the last evaluated day. Wages count back from the judgements of the windows.
WITH lenders AS (
    SELECT group_key, institution, party_key FROM firms WHERE sector = 'micro_loan'
),
registered AS (
    SELECT firm_snapshots.institution, entities.canonical_key,
           min(CAST(DATEDIFF('day', DATE '1970-01-01', CAST(firm_snapshots.month || '-01' AS DATE)) AS INTEGER))
               AS since_day,
           max(CASE WHEN entities.is_reported THEN 1 ELSE 0 END) AS is_reported, min(entities.institution) AS bank
    FROM firm_snapshots
    JOIN lenders ON lenders.institution = firm_snapshots.institution
    JOIN entities ON entities.account_key = firm_snapshots.lending_account_key
    GROUP BY firm_snapshots.institution, entities.canonical_key
),
first_registered AS (
    SELECT institution, min(since_day) AS since_day FROM registered GROUP BY institution
),
accounts_of AS (
    SELECT registered.institution, registered.canonical_key, registered.is_reported, registered.bank,
           CASE WHEN registered.since_day = first_registered.since_day THEN 0 ELSE registered.since_day END AS since_day
    FROM registered
    JOIN first_registered ON first_registered.institution = registered.institution
),
firm_tokens AS (
    SELECT DISTINCT lenders.group_key, entities.party_token
    FROM lenders
    JOIN entities ON entities.party_key = lenders.party_key
    WHERE entities.party_token IS NOT NULL
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
        SELECT lenders.group_key, entities.party_key, 0 AS since_day, 9999999 AS until_day
        FROM lenders
        JOIN entities ON entities.group_key = lenders.group_key
        UNION ALL
        SELECT declared.group_key, entities.party_key, declared.since_day, declared.until_day
        FROM declared
        JOIN entities ON entities.party_token = declared.party_token
    ) AS grounds
    GROUP BY group_key, party_key
),
tokens AS (
    SELECT entities.party_token, min(entities.party_key) AS party_key, min(entities.group_key) AS group_key
    FROM entities
    JOIN (SELECT DISTINCT borrower_token FROM loans) AS wanted ON wanted.borrower_token = entities.party_token
    GROUP BY entities.party_token
),
booked AS (
    SELECT lenders.group_key, lenders.party_key AS firm_party, loans.institution, loans.loan_no, loans.record_id,
           loans.borrower_name, loans.borrower_token, loans.principal, loans.disbursed_day,
           COALESCE(tokens.party_key, holders.party_key) AS borrower_party,
           COALESCE(holders.party_key, tokens.party_key) AS receiver_party,
           COALESCE(tokens.group_key, holders.group_key) AS borrower_group
    FROM loans
    JOIN lenders ON lenders.institution = loans.institution
    LEFT JOIN tokens ON tokens.party_token = loans.borrower_token
    LEFT JOIN entities AS holders ON holders.account_key = loans.receiving_account_key
    WHERE loans.disbursed_day <= $to_day
),
moves AS (
    SELECT booked.group_key, booked.firm_party, booked.institution, 'loans' AS record_kind, booked.record_id,
           1 AS is_lent, booked.principal AS amount, booked.disbursed_day AS move_day, booked.borrower_party,
           booked.borrower_group, booked.borrower_token, booked.borrower_name, booked.receiver_party AS other_party,
           CAST(NULL AS TEXT) AS payer_name
    FROM booked
    WHERE booked.disbursed_day BETWEEN $from_day - $window_days - 4 * $match_days AND $to_day
    UNION ALL
    SELECT booked.group_key, booked.firm_party, booked.institution, 'loan_flows', loan_flows.record_id, 0,
           COALESCE(loan_flows.paid_principal, 0) + COALESCE(loan_flows.paid_interest, 0)
               + COALESCE(loan_flows.paid_fees, 0),
           loan_flows.flow_day, booked.borrower_party, booked.borrower_group, booked.borrower_token,
           booked.borrower_name, payers.party_key, loan_flows.payer_name
    FROM loan_flows
    JOIN booked ON booked.institution = loan_flows.institution AND booked.loan_no = loan_flows.loan_no
    LEFT JOIN entities AS payers ON payers.account_key = loan_flows.payer_account_key
    WHERE loan_flows.flow_type = 'repayment'
      AND loan_flows.flow_day BETWEEN $from_day - $window_days - 4 * $match_days AND $to_day
),
customers AS (
    SELECT record_kind, record_id, group_key, institution, is_lent, amount, move_day, borrower_party AS party_key
    FROM moves
    WHERE borrower_party IS NOT NULL
    UNION
    SELECT record_kind, record_id, group_key, institution, is_lent, amount, move_day, other_party
    FROM moves
    WHERE other_party IS NOT NULL
),
money AS (
    -- entries of the booked amount between the borrower's side and anybody
    SELECT customers.record_kind, customers.record_id, customers.group_key, customers.institution, customers.move_day,
           transfers.transfer_id, transfers.day, transfers.out_record, transfers.in_record, transfers.from_party AS payer,
           transfers.from_account AS account_key, transfers.from_party AS side_party
    FROM customers
    JOIN transfers ON transfers.to_party = customers.party_key AND transfers.amount_cny = customers.amount
        AND transfers.day BETWEEN customers.move_day - $match_days AND customers.move_day + $match_days
        AND transfers.day BETWEEN $from_day - $window_days - 5 * $match_days AND $to_day
    WHERE customers.is_lent = 1 AND transfers.from_kind IN ('person', 'firm', 'unknown')
      AND transfers.from_party <> transfers.to_party
    UNION ALL
    SELECT customers.record_kind, customers.record_id, customers.group_key, customers.institution, customers.move_day,
           transfers.transfer_id, transfers.day, transfers.out_record, transfers.in_record, transfers.from_party,
           transfers.to_account, transfers.to_party
    FROM customers
    JOIN transfers ON transfers.from_party = customers.party_key AND transfers.amount_cny = customers.amount
        AND transfers.day BETWEEN customers.move_day - $match_days AND customers.move_day + $match_days
        AND transfers.day BETWEEN $from_day - $window_days - 5 * $match_days AND $to_day
    WHERE customers.is_lent = 0 AND transfers.to_kind IN ('person', 'firm', 'unknown')
      AND transfers.from_party <> transfers.to_party
),
sided AS (
    SELECT money.*, CASE WHEN accounts_of.canonical_key IS NOT NULL THEN 1 ELSE 0 END AS is_registered,
           CASE WHEN related.party_key IS NOT NULL THEN 1 ELSE 0 END AS is_related,
           row_number() OVER (
               PARTITION BY money.record_kind, money.record_id
               ORDER BY CASE WHEN accounts_of.canonical_key IS NOT NULL THEN 0 ELSE 1 END,
                        CASE WHEN related.party_key IS NOT NULL THEN 0 ELSE 1 END,
                        abs(money.day - money.move_day), money.transfer_id
           ) AS place
    FROM money
    LEFT JOIN accounts_of ON accounts_of.institution = money.institution
        AND accounts_of.canonical_key = money.account_key AND money.day >= accounts_of.since_day
    LEFT JOIN related ON related.group_key = money.group_key AND related.party_key = money.side_party
        AND money.day BETWEEN related.since_day AND related.until_day
),
heard AS (
    -- is the lending account's statement received, and is a day of it missing around the move
    SELECT sided.record_kind, sided.record_id, max(accounts_of.is_reported) AS is_reported,
           max(CASE WHEN coverage.institution IS NOT NULL THEN 1 ELSE 0 END) AS has_gap
    FROM sided
    JOIN accounts_of ON accounts_of.institution = sided.institution
    LEFT JOIN coverage ON coverage.institution = accounts_of.bank AND coverage.status = 'missing'
        AND coverage.day BETWEEN sided.move_day - $match_days AND sided.move_day + $match_days
    WHERE sided.place = 1 AND sided.is_registered = 0
    GROUP BY sided.record_kind, sided.record_id
),
outside AS (
    SELECT moves.group_key, moves.record_kind, moves.record_id, moves.amount, moves.move_day + $match_days AS end_day,
           sided.out_record, sided.in_record,
           CASE WHEN heard.record_id IS NULL OR first_registered.since_day > moves.move_day + $match_days
                     OR heard.has_gap = 1 THEN 1 ELSE 0 END AS is_unsafe
    FROM moves
    JOIN sided ON sided.record_kind = moves.record_kind AND sided.record_id = moves.record_id AND sided.place = 1
    LEFT JOIN heard ON heard.record_kind = moves.record_kind AND heard.record_id = moves.record_id
    LEFT JOIN first_registered ON first_registered.institution = moves.institution
    WHERE sided.is_registered = 0 AND (sided.is_related = 1 OR heard.is_reported = 1)
),
off_book AS (
    SELECT evenings.group_key, evenings.end_day, CAST(sum(outside.amount) AS BIGINT) AS amount, count(*) AS moves
    FROM (
        SELECT DISTINCT group_key, end_day
        FROM outside
        WHERE is_unsafe = 0 AND end_day BETWEEN $from_day AND $to_day
    ) AS evenings
    JOIN outside ON outside.group_key = evenings.group_key AND outside.is_unsafe = 0
        AND outside.end_day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
own_payments AS (
    SELECT transfer_id, min(move_day) AS move_day FROM sided WHERE record_kind = 'loan_flows' GROUP BY transfer_id
),
payments AS (
    SELECT record_kind, record_id, transfer_id, payer, move_day, day, out_record, in_record, 0 AS is_other
    FROM sided
    WHERE record_kind = 'loan_flows' AND (is_registered = 1 OR is_related = 1)
    UNION ALL
    SELECT moves.record_kind, moves.record_id, transfers.transfer_id, transfers.from_party, moves.move_day,
           transfers.day, transfers.out_record, transfers.in_record, 1
    FROM moves
    JOIN transfers ON transfers.to_party = moves.firm_party AND transfers.amount_cny = moves.amount
        AND transfers.day BETWEEN moves.move_day - $match_days AND moves.move_day + $match_days
        AND transfers.day BETWEEN $from_day - $window_days - 5 * $match_days AND $to_day
    LEFT JOIN own_payments ON own_payments.transfer_id = transfers.transfer_id
        AND own_payments.move_day <= moves.move_day + $match_days
    WHERE moves.is_lent = 0 AND own_payments.transfer_id IS NULL
      AND transfers.from_kind IN ('person', 'firm', 'unknown') AND transfers.from_group <> transfers.to_group
),
paid AS (
    SELECT payments.*,
           row_number() OVER (
               PARTITION BY payments.record_id
               ORDER BY payments.is_other,
                        CASE WHEN payments.payer = moves.other_party THEN 0 ELSE 1 END,
                        abs(payments.day - payments.move_day), payments.transfer_id
           ) AS place
    FROM payments
    JOIN moves ON moves.record_kind = payments.record_kind AND moves.record_id = payments.record_id
),
repayments AS (
    SELECT moves.group_key, moves.record_id, moves.amount, moves.move_day + $match_days AS end_day,
           COALESCE(moves.borrower_token, moves.borrower_name) AS borrower, moves.borrower_token, moves.borrower_party,
           moves.borrower_group, COALESCE(paid.payer, moves.other_party) AS payer_party,
           COALESCE(CAST(COALESCE(paid.payer, moves.other_party) AS TEXT), moves.payer_name) AS payer,
           paid.out_record, paid.in_record,
           CASE WHEN paid.payer IS NULL AND moves.other_party IS NULL AND moves.payer_name = moves.borrower_name
                THEN 1 ELSE 0 END AS is_namesake
    FROM moves
    LEFT JOIN paid ON paid.record_id = moves.record_id AND paid.place = 1
    WHERE moves.is_lent = 0
),
payer_facts AS (
    SELECT entities.party_key, min(entities.group_key) AS group_key, min(entities.party_token) AS party_token,
           max(CASE WHEN entities.firm_institution IS NOT NULL
                         OR entities.party_kind IN ('licensed', 'public', 'clearing') THEN 1 ELSE 0 END) AS is_institution
    FROM entities
    JOIN (SELECT DISTINCT payer_party FROM repayments) AS wanted ON wanted.payer_party = entities.party_key
    GROUP BY entities.party_key
),
third AS (
    SELECT repayments.*, payer_facts.party_token AS payer_token
    FROM repayments
    LEFT JOIN payer_facts ON payer_facts.party_key = repayments.payer_party
    WHERE repayments.payer IS NOT NULL AND repayments.is_namesake = 0
      AND (repayments.payer_party IS NULL
           OR (COALESCE(payer_facts.group_key, repayments.payer_party) <> COALESCE(repayments.borrower_group, 0)
               AND COALESCE(payer_facts.is_institution, 0) = 0))
),
pairs AS (
    SELECT DISTINCT payer_party, payer_token, borrower_party, borrower_token
    FROM third
    WHERE payer_party IS NOT NULL
),
excuses AS (
    SELECT pairs.payer_party, pairs.borrower_token, pairs.borrower_party,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', either.valid_from), 0) AS since_day,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', either.valid_to), 9999999) AS until_day
    FROM pairs
    JOIN (
        SELECT subject_token AS one, object_token AS other, relation, valid_from, valid_to FROM relationships
        UNION ALL
        SELECT object_token, subject_token, relation, valid_from, valid_to FROM relationships
    ) AS either ON either.one = pairs.borrower_token AND either.other = pairs.payer_token
    WHERE either.relation IN ('employee', 'spouse', 'legal_representative', 'shareholder', 'affiliate',
                                     'actual_controller', 'finance_officer')
    UNION ALL
    SELECT pairs.payer_party, pairs.borrower_token, pairs.borrower_party, 0, 9999999
    FROM pairs
    JOIN shared_contacts AS payers ON payers.party_key = pairs.payer_party AND payers.sharers <= $max_sharers
    JOIN shared_contacts AS borrowers ON borrowers.party_key = pairs.borrower_party
        AND borrowers.kind = payers.kind AND borrowers.value_key = payers.value_key
    UNION ALL
    SELECT pairs.payer_party, pairs.borrower_token, pairs.borrower_party, wages.day, wages.day + $wage_days
    FROM pairs
    JOIN (
        SELECT from_party, to_party, day, remark
        FROM transfers
        WHERE from_party IN (SELECT payer_party FROM pairs)
          AND day BETWEEN $from_day - $window_days + 1 - $wage_days AND $to_day
    ) AS wages ON wages.from_party = pairs.payer_party AND wages.to_party = pairs.borrower_party
    JOIN reference_lexicon ON reference_lexicon.class = 'salary'
        AND wages.day BETWEEN reference_lexicon.valid_from_day AND reference_lexicon.valid_to_day
        AND wages.remark LIKE '%' || reference_lexicon.term || '%'
),
strange AS (
    SELECT third.group_key, third.record_id, third.amount, third.end_day, third.payer, third.borrower,
           third.out_record, third.in_record
    FROM third
    LEFT JOIN excuses ON excuses.payer_party = third.payer_party
        AND COALESCE(excuses.borrower_token, '') = COALESCE(third.borrower_token, '')
        AND COALESCE(excuses.borrower_party, 0) = COALESCE(third.borrower_party, 0)
        AND third.end_day BETWEEN excuses.since_day AND excuses.until_day
    WHERE excuses.payer_party IS NULL
),
payer_evenings AS (
    SELECT group_key, payer, end_day
    FROM strange
    WHERE end_day BETWEEN $from_day AND $to_day
    GROUP BY group_key, payer, end_day
),
payer_sums AS (
    SELECT payer_evenings.group_key, payer_evenings.end_day, payer_evenings.payer,
           count(DISTINCT strange.borrower) AS borrowers, CAST(sum(strange.amount) AS BIGINT) AS amount
    FROM payer_evenings
    JOIN strange ON strange.group_key = payer_evenings.group_key AND strange.payer = payer_evenings.payer
        AND strange.end_day BETWEEN payer_evenings.end_day - $window_days + 1 AND payer_evenings.end_day
    GROUP BY payer_evenings.group_key, payer_evenings.end_day, payer_evenings.payer
),
busiest AS (
    SELECT group_key, end_day, payer, borrowers, amount
    FROM (
        SELECT payer_sums.*,
               row_number() OVER (PARTITION BY group_key, end_day ORDER BY borrowers DESC, amount DESC, payer) AS place
        FROM payer_sums
    ) AS ranked
    WHERE place = 1
),
snapshots AS (
    SELECT lenders.group_key, firm_snapshots.institution, firm_snapshots.record_id, firm_snapshots.net_assets,
           CAST(DATEDIFF('day', DATE '1970-01-01', LAST_DAY(CAST(firm_snapshots.month || '-01' AS DATE))) AS INTEGER)
               AS snapshot_day
    FROM firm_snapshots
    JOIN lenders ON lenders.institution = firm_snapshots.institution
),
debts AS (
    SELECT lenders.group_key, fundings.institution, fundings.record_id, fundings.amount,
           COALESCE(fundings.starts_day, 0) AS starts_day, COALESCE(fundings.ends_day, 9999999) AS ends_day,
           CASE WHEN fundings.funding_type IN ('bond', 'abs') THEN 1 ELSE 0 END AS is_standard
    FROM fundings
    JOIN lenders ON lenders.institution = fundings.institution
    WHERE fundings.funding_type <> 'capital' AND COALESCE(fundings.starts_day, 0) <= $to_day
),
funding_evenings AS (
    SELECT group_key, institution, starts_day AS end_day FROM debts WHERE starts_day BETWEEN $from_day AND $to_day
    UNION
    SELECT group_key, institution, snapshot_day FROM snapshots WHERE snapshot_day BETWEEN $from_day AND $to_day
),
owing AS (
    SELECT funding_evenings.group_key, funding_evenings.institution, funding_evenings.end_day,
           CAST(sum(CASE WHEN debts.is_standard = 1 THEN debts.amount ELSE 0 END) AS BIGINT) AS standard,
           CAST(sum(CASE WHEN debts.is_standard = 0 THEN debts.amount ELSE 0 END) AS BIGINT) AS non_standard
    FROM funding_evenings
    JOIN debts ON debts.institution = funding_evenings.institution
        AND funding_evenings.end_day BETWEEN debts.starts_day AND debts.ends_day
    GROUP BY funding_evenings.group_key, funding_evenings.institution, funding_evenings.end_day
),
assets AS (
    SELECT institution, end_day, net_assets, record_id
    FROM (
        SELECT owing.institution, owing.end_day, snapshots.net_assets, snapshots.record_id,
               row_number() OVER (
                   PARTITION BY owing.institution, owing.end_day ORDER BY snapshots.snapshot_day DESC, snapshots.record_id
               ) AS place
        FROM owing
        JOIN snapshots ON snapshots.institution = owing.institution
            AND snapshots.snapshot_day BETWEEN owing.end_day - $max_snapshot_days AND owing.end_day
    ) AS ranked
    WHERE place = 1
),
caps AS (
    SELECT owing.institution, owing.end_day,
           max(CASE WHEN reference_caps.code = 'micro_loan.non_standard_leverage' THEN reference_caps.value END)
               AS non_standard_cap,
           max(CASE WHEN reference_caps.code = 'micro_loan.standard_leverage' THEN reference_caps.value END)
               AS standard_cap
    FROM owing
    JOIN reference_caps ON owing.end_day BETWEEN reference_caps.valid_from_day AND reference_caps.valid_to_day
        AND reference_caps.code IN ('micro_loan.non_standard_leverage', 'micro_loan.standard_leverage')
    GROUP BY owing.institution, owing.end_day
),
leveraged AS (
    SELECT owing.group_key, owing.institution, owing.end_day, assets.record_id AS snapshot_id,
           CAST(owing.non_standard AS DOUBLE) / assets.net_assets AS non_standard,
           CAST(caps.non_standard_cap AS DOUBLE) / 100 AS non_standard_cap,
           CAST(owing.standard AS DOUBLE) / assets.net_assets AS standard,
           CAST(caps.standard_cap AS DOUBLE) / 100 AS standard_cap,
           CASE WHEN owing.non_standard * 100.0 > $min_reach * CAST(assets.net_assets AS DOUBLE) * caps.non_standard_cap
                     OR owing.standard * 100.0 > $min_reach * CAST(assets.net_assets AS DOUBLE) * caps.standard_cap
                THEN 1 ELSE 0 END AS is_over,
           CASE WHEN assets.net_assets > 0 AND caps.non_standard_cap > 0 AND caps.standard_cap > 0
                THEN 0 ELSE 1 END AS is_unknown
    FROM owing
    LEFT JOIN assets ON assets.institution = owing.institution AND assets.end_day = owing.end_day
    LEFT JOIN caps ON caps.institution = owing.institution AND caps.end_day = owing.end_day
),
known AS (
    -- how many repayments judged in the window have a known payer, on evenings with a judged repayment
    SELECT evenings.group_key, evenings.end_day, count(*) AS flows,
           CAST(sum(CASE WHEN repayments.payer IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS told
    FROM (
        SELECT DISTINCT group_key, end_day FROM repayments WHERE end_day BETWEEN $from_day AND $to_day
    ) AS evenings
    JOIN repayments ON repayments.group_key = evenings.group_key
        AND repayments.end_day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
limbs AS (
    SELECT group_key, end_day, 'off_book' AS limb, CAST(amount AS DOUBLE) / $min_off_book AS reach, amount,
           moves AS number, 0.0 AS non_standard, 0.0 AS non_standard_cap, 0.0 AS standard, 0.0 AS standard_cap
    FROM off_book
    WHERE CAST(amount AS DOUBLE) / $min_off_book >= $min_reach
    UNION ALL
    SELECT group_key, end_day, 'payer', CAST(borrowers AS DOUBLE) / $min_borrowers, amount, borrowers, 0.0, 0.0, 0.0, 0.0
    FROM busiest
    WHERE CAST(borrowers AS DOUBLE) / $min_borrowers >= $min_reach
    UNION ALL
    SELECT group_key, end_day, 'leverage', GREATEST(non_standard / non_standard_cap, standard / standard_cap), 0, 0,
           non_standard, non_standard_cap, standard, standard_cap
    FROM leveraged
    WHERE is_over = 1 AND is_unknown = 0
    UNION ALL
    SELECT group_key, end_day, 'unknown', 0.0, 0, 0, 0.0, 0.0, 0.0, 0.0
    FROM outside
    WHERE is_unsafe = 1 AND end_day BETWEEN $from_day AND $to_day
    UNION ALL
    SELECT group_key, end_day, 'unknown', 0.0, 0, 0, 0.0, 0.0, 0.0, 0.0 FROM leveraged WHERE is_unknown = 1
    UNION ALL
    SELECT group_key, end_day, 'unknown', 0.0, 0, 0, 0.0, 0.0, 0.0, 0.0
    FROM known
    WHERE flows >= $min_borrowers AND told < 0.3 * flows
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to,
           CASE WHEN max(CASE WHEN limb <> 'unknown' THEN 1 ELSE 0 END) = 1 THEN 'high' ELSE 'not_enough_data' END
               AS severity,
           max(reach) AS reach, max(CASE WHEN limb = 'off_book' THEN amount ELSE 0 END) AS off_book_amount,
           max(CASE WHEN limb = 'off_book' THEN number ELSE 0 END) AS off_book_count,
           max(non_standard) AS non_standard, max(non_standard_cap) AS non_standard_cap, max(standard) AS standard,
           max(standard_cap) AS standard_cap, max(CASE WHEN limb = 'payer' THEN number ELSE 0 END) AS borrower_count,
           max(CASE WHEN limb = 'payer' THEN amount ELSE 0 END) AS repaid_amount
    FROM limbs
    GROUP BY group_key, end_day
),
outside_proof AS (
    SELECT hits.subject_id, hits.window_to, outside.record_kind, outside.record_id, outside.out_record, outside.in_record
    FROM hits
    JOIN outside ON outside.group_key = hits.subject_id AND outside.is_unsafe = 0
        AND outside.end_day BETWEEN hits.window_from AND hits.window_to
    WHERE hits.off_book_count > 0
),
payer_proof AS (
    SELECT hits.subject_id, hits.window_to, strange.record_id, strange.out_record, strange.in_record
    FROM hits
    JOIN busiest ON busiest.group_key = hits.subject_id AND busiest.end_day = hits.window_to
    JOIN strange ON strange.group_key = hits.subject_id AND strange.payer = busiest.payer
        AND strange.end_day BETWEEN hits.window_from AND hits.window_to
    WHERE hits.borrower_count > 0
),
leverage_proof AS (
    SELECT hits.subject_id, hits.window_to, leveraged.institution, leveraged.snapshot_id
    FROM hits
    JOIN leveraged ON leveraged.group_key = hits.subject_id AND leveraged.end_day = hits.window_to
    WHERE leveraged.is_over = 1 AND leveraged.is_unknown = 0
),
records AS (
    SELECT subject_id, window_to, record_kind, record_id, 'off_book' AS role FROM outside_proof
    UNION
    SELECT subject_id, window_to, 'transactions', out_record, 'off_book' FROM outside_proof WHERE out_record IS NOT NULL
    UNION
    SELECT subject_id, window_to, 'transactions', in_record, 'off_book' FROM outside_proof WHERE in_record IS NOT NULL
    UNION
    SELECT subject_id, window_to, 'loan_flows', record_id, 'repaid_by_third' FROM payer_proof
    UNION
    SELECT subject_id, window_to, 'transactions', out_record, 'repaid_by_third'
    FROM payer_proof
    WHERE out_record IS NOT NULL
    UNION
    SELECT subject_id, window_to, 'transactions', in_record, 'repaid_by_third'
    FROM payer_proof
    WHERE in_record IS NOT NULL
    UNION
    SELECT subject_id, window_to, 'firm_snapshots', snapshot_id, 'net_assets' FROM leverage_proof
    UNION
    SELECT leverage_proof.subject_id, leverage_proof.window_to, 'fundings', debts.record_id, 'funding'
    FROM leverage_proof
    JOIN debts ON debts.institution = leverage_proof.institution
        AND leverage_proof.window_to BETWEEN debts.starts_day AND debts.ends_day
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       COALESCE(records.record_kind, 'none') AS record_kind, COALESCE(records.record_id, 0) AS record_id,
       COALESCE(records.role, 'none') AS role,
       hits.reach, hits.off_book_amount, hits.off_book_count, hits.non_standard, hits.non_standard_cap, hits.standard,
       hits.standard_cap, hits.borrower_count, hits.repaid_amount
FROM hits
LEFT JOIN records ON records.subject_id = hits.subject_id AND records.window_to = hits.window_to
    AND hits.severity <> 'not_enough_data'
