/* ---
id: guarantee_deposit_diverted
code: G03
version: 1
name: {zh: 保证金挪用, en: Guarantee deposit diverted}
sectors: [guarantee]
severity: critical
window_days: 30
lookback_days: 400
opens_alert: true
reads: [compensations, entities, firms, guarantee_deposits, guarantees, transactions, transfers]
claim:
  zh: "{window_days} 日内从客户保证金专户向债权银行和本客户以外支付 {diverted} 元（{payee_count} 个去向）；专户余额 {balance} 元，应存保证金 {due} 元"
  en: "Within {window_days} days {diverted} CNY left the customer deposit account for {payee_count} destinations other than creditor banks and the customers; balance {balance} CNY against {due} CNY of deposits due"
explanation:
  zh: >-
    客户保证金应存放专户，只用于代偿或退还客户。专户向其他去向付款（包括转入公司自己的账户、取现），
    或余额低于应存保证金的 98%，即列为线索。
  en: >-
    Customer deposits belong in a special account and serve compensation or refund only. Payments elsewhere, the firm's own
    accounts and cash included, or a balance below 98 % of the deposits due make a lead.
legal_basis:
  - {text: 《融资担保公司监督管理条例》（国务院令第683号）第二十三条, valid_from: 2017-10-01, valid_to: null}
  - {text: 《融资担保公司监督管理条例》四项配套制度（银保监发〔2018〕1号）关于客户保证金专户管理的要求（上线前核对）, valid_from: 2018-04-02, valid_to: null}
false_positives:
  zh: 银行利息归集与收费；专户之间调拨；已代偿后依约扣收保证金；台账晚登记。
  en: The bank's interest sweep and fees; moves between deposit accounts; deposits applied after compensation; late booking in the ledger.
blind_spots:
  zh: 未申报为专户的保证金账户；退给客户后由客户转回公司；以其他客户名义退款；期末临时补足余额；早于回溯期而未再动账的余额。
  en: Deposit accounts not declared as such; refunds that the customer passes back to the firm; refunds in another customer's name; balances topped up for the month's end; a balance older than the look-back.
no_data:
  zh: 未收到保证金专户流水或余额，或收款人不明、外币无折算率，无法判断
  en: no statement or balance of the deposit account, an unknown payee, or foreign money without a rate
parameters:
  min_diverted: {value: 10000, unit: CNY, min: 1, max: 10000000, why: 一万元以下多为误付与零星费用}
  min_cover: {value: 0.98, unit: share, min: 0.5, max: 1, why: 留百分之二给在途与登记误差}
  min_reach: {value: 1, unit: ratio, min: 0.5, max: 20, why: 挪用金额或余额缺口任一达到界线的倍数}
  grace_days: {value: 3, unit: days, min: 0, max: 30, why: 台账登记与到账之间的正常间隔}
measures:
  reach: {unit: ratio, zh: 达到界线的倍数（挪用或缺口较高者）, en: "times the line (diversion or shortfall, the higher)", threshold: min_reach, full: 10}
  diverted: {unit: CNY, zh: 挪作他用的金额, en: amount diverted}
  payee_count: {unit: count, zh: 去向数, en: destinations}
  balance: {unit: CNY, zh: 专户余额, en: balance of the deposit accounts}
  due: {unit: CNY, zh: 应存保证金, en: deposits due}
  cover: {unit: share, zh: 余额与应存之比, en: balance over deposits due}
--- */
-- How the definition is read
-- * Deposit account: an account of the firm declared as 保证金专户 (account_role 'deposit').
-- * Diverted: what it pays, summed over the window so that splitting does not help, to anyone but a licensed
--   institution (reporting micro-loan, guarantee and pawn firms are none) or the creditor named in a guarantee, the
--   bank's own entries (fees, interest sweep), and persons or firms that are customers of the firm (guarantee or
--   deposit ledger, by token, else by name). Cash and clearing are "anyone".
-- * Payments to the firm's own other accounts are the commonest diversion but are no transfers between parties;
--   they are read from the booked entries. Not counted: moves to another deposit account, entries that were
--   reversed, and the amount of a deposit declared as applied within grace_days for a contract that was compensated -
--   each from the evening on which that is booked.
-- * Deposits due on an evening: received up to grace_days ago, less refunded and applied, less payments to customers
--   and creditors of the last grace_days that the ledger has not booked yet. Balance: the last one stated by each
--   deposit account. A shortfall speaks from the evenings on which an entry, a deposit flow or the end of its grace
--   makes it visible, so that nights and ranges agree.
-- * Either condition fires; "reach" is the graver of diverted / 10,000 and shortfall / 2 %.
--
-- Exact: all of it is about the few declared deposit accounts; entries are filtered to them before anything else.
WITH deposit_accounts AS (
    SELECT DISTINCT firms.group_key, firms.party_key AS firm_party, entities.account_key, entities.canonical_key
    FROM entities
    JOIN firms ON firms.institution = entities.firm_institution AND firms.party_key = entities.party_key
    WHERE firms.sector = 'guarantee' AND entities.account_role = 'deposit'
),
canonical_accounts AS (
    SELECT DISTINCT group_key, firm_party, canonical_key FROM deposit_accounts
),
entries AS (
    SELECT deposit_accounts.group_key, deposit_accounts.firm_party, deposit_accounts.canonical_key,
           transactions.record_id, transactions.booked_day, transactions.sequence, transactions.direction,
           transactions.amount, transactions.currency, transactions.balance, transactions.counterparty_key,
           transactions.is_reversal
    FROM transactions
    JOIN deposit_accounts ON deposit_accounts.account_key = transactions.account_key
    WHERE transactions.booked_day BETWEEN $from_day - 400 AND $to_day AND transactions.succeeded
),
creditors AS (
    SELECT firms.group_key, guarantees.creditor AS party_name,
           min(COALESCE(DATEDIFF('day', DATE '1970-01-01', guarantees.starts_on), 0)) AS since_day
    FROM guarantees
    JOIN firms ON firms.institution = guarantees.institution
    WHERE firms.sector = 'guarantee' AND guarantees.creditor IS NOT NULL
    GROUP BY firms.group_key, guarantees.creditor
),
customers AS (
    SELECT firms.group_key, guarantees.customer_token AS party_token, guarantees.customer_name AS party_name,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', guarantees.starts_on), 0) AS since_day
    FROM guarantees
    JOIN firms ON firms.institution = guarantees.institution
    WHERE firms.sector = 'guarantee'
    UNION ALL
    SELECT firms.group_key, guarantee_deposits.customer_token, guarantee_deposits.customer_name,
           COALESCE(guarantee_deposits.flow_day, 0)
    FROM guarantee_deposits
    JOIN firms ON firms.institution = guarantee_deposits.institution
    WHERE firms.sector = 'guarantee'
),
paid_out AS (
    SELECT canonical_accounts.group_key, transfers.to_party AS payee_key, transfers.to_kind, transfers.day,
           transfers.amount_cny, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN canonical_accounts ON canonical_accounts.canonical_key = transfers.from_account
    WHERE transfers.day BETWEEN $from_day - 400 AND $to_day
),
payees AS (
    SELECT DISTINCT paid_out.group_key, paid_out.payee_key, entities.party_kind, entities.party_token,
           entities.party_name
    FROM paid_out
    JOIN entities ON entities.party_key = paid_out.payee_key
),
proper_payees AS (
    SELECT payees.group_key, payees.payee_key, 0 AS since_day
    FROM payees
    LEFT JOIN firms ON firms.party_key = payees.payee_key
    WHERE payees.party_kind = 'licensed' AND firms.party_key IS NULL
    UNION ALL
    SELECT payees.group_key, payees.payee_key, creditors.since_day
    FROM payees
    JOIN creditors ON creditors.group_key = payees.group_key AND creditors.party_name = payees.party_name
    WHERE payees.party_kind <> 'person'
    UNION ALL
    SELECT payees.group_key, payees.payee_key, customers.since_day
    FROM payees
    JOIN customers ON customers.group_key = payees.group_key AND customers.party_token = payees.party_token
    UNION ALL
    SELECT payees.group_key, payees.payee_key, customers.since_day
    FROM payees
    JOIN customers ON customers.group_key = payees.group_key AND customers.party_name = payees.party_name
),
proper AS (
    SELECT group_key, payee_key, min(since_day) AS since_day FROM proper_payees GROUP BY group_key, payee_key
),
undone AS (
    SELECT entries.record_id, reversals.booked_day AS since_day
    FROM entries
    JOIN entries AS reversals ON reversals.canonical_key = entries.canonical_key
        AND reversals.amount = entries.amount AND reversals.currency = entries.currency
        AND reversals.booked_day BETWEEN entries.booked_day AND entries.booked_day + $grace_days
    WHERE reversals.is_reversal AND reversals.direction = 'in' AND entries.direction = 'out'
),
applied AS (
    -- a deposit applied is proper from the day on which both it and the compensation of its contract are booked
    SELECT firms.group_key, guarantee_deposits.flow_day, guarantee_deposits.amount,
           GREATEST(guarantee_deposits.flow_day, compensations.compensated_day) AS since_day
    FROM guarantee_deposits
    JOIN firms ON firms.institution = guarantee_deposits.institution
    JOIN compensations ON compensations.institution = guarantee_deposits.institution
        AND compensations.contract_no = guarantee_deposits.contract_no
    WHERE firms.sector = 'guarantee' AND guarantee_deposits.flow_type = 'applied'
      AND compensations.compensated_day <= guarantee_deposits.flow_day + $grace_days
),
own_payments AS (
    SELECT entries.group_key, entities.canonical_key AS payee_key, entries.booked_day AS day, entries.amount,
           entries.currency, entries.record_id
    FROM entries
    JOIN entities ON entities.account_key = entries.counterparty_key AND entities.party_key = entries.firm_party
    LEFT JOIN canonical_accounts ON canonical_accounts.canonical_key = entities.canonical_key
    WHERE entries.direction = 'out' AND NOT entries.is_reversal AND entries.booked_day > $from_day - $window_days
      AND canonical_accounts.canonical_key IS NULL
),
pardons AS (
    SELECT own_payments.record_id, undone.since_day
    FROM own_payments
    JOIN undone ON undone.record_id = own_payments.record_id
    UNION ALL
    SELECT own_payments.record_id, applied.since_day
    FROM own_payments
    JOIN applied ON applied.group_key = own_payments.group_key AND applied.amount = own_payments.amount
        AND applied.flow_day BETWEEN own_payments.day - $grace_days AND own_payments.day + $grace_days
),
pardoned AS (
    SELECT record_id, min(since_day) AS since_day FROM pardons GROUP BY record_id
),
own_moves AS (
    SELECT own_payments.group_key, own_payments.payee_key, own_payments.day, own_payments.amount,
           own_payments.currency, own_payments.record_id, COALESCE(pardoned.since_day, 9999999) AS proper_from
    FROM own_payments
    LEFT JOIN pardoned ON pardoned.record_id = own_payments.record_id
),
outflows AS (
    SELECT paid_out.group_key, paid_out.payee_key, paid_out.day, paid_out.amount_cny, paid_out.out_record,
           paid_out.in_record, paid_out.to_kind AS kind,
           CASE WHEN paid_out.to_kind = 'bank' THEN 0 ELSE COALESCE(proper.since_day, 9999999) END AS proper_from
    FROM paid_out
    LEFT JOIN proper ON proper.group_key = paid_out.group_key AND proper.payee_key = paid_out.payee_key
    UNION ALL
    SELECT own_moves.group_key, own_moves.payee_key, own_moves.day,
           CASE WHEN own_moves.currency = 'CNY' THEN own_moves.amount END, own_moves.record_id, CAST(NULL AS BIGINT),
           'own', own_moves.proper_from
    FROM own_moves
),
ledger AS (
    SELECT firms.group_key, guarantee_deposits.flow_type, guarantee_deposits.flow_day, guarantee_deposits.amount,
           guarantee_deposits.record_id
    FROM guarantee_deposits
    JOIN firms ON firms.institution = guarantee_deposits.institution
    WHERE firms.sector = 'guarantee' AND guarantee_deposits.flow_day <= $to_day
),
moments AS (
    SELECT group_key, booked_day AS end_day FROM entries
    UNION ALL
    SELECT group_key, booked_day + $grace_days + 1 FROM entries
    UNION ALL
    SELECT group_key, flow_day FROM ledger
    UNION ALL
    SELECT group_key, flow_day + $grace_days FROM ledger
),
evenings AS (
    SELECT DISTINCT group_key, end_day FROM moments WHERE end_day BETWEEN $from_day AND $to_day
),
windows AS (
    SELECT evenings.group_key, evenings.end_day, outflows.payee_key, outflows.day, outflows.amount_cny,
           outflows.out_record, outflows.in_record, outflows.kind,
           CASE
               WHEN outflows.proper_from <= evenings.end_day THEN 'proper'
               WHEN outflows.kind = 'unknown' OR outflows.amount_cny IS NULL THEN 'unclear'
               ELSE 'diverted'
           END AS verdict
    FROM evenings
    JOIN outflows ON outflows.group_key = evenings.group_key
        AND outflows.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
),
destinations AS (
    SELECT group_key, end_day, payee_key, kind,
           CAST(sum(CASE WHEN verdict = 'diverted' THEN amount_cny ELSE 0 END) AS BIGINT) AS diverted,
           CAST(sum(CASE WHEN verdict = 'unclear' THEN COALESCE(amount_cny, $min_diverted) ELSE 0 END) AS BIGINT)
               AS unclear,
           max(CASE WHEN verdict = 'diverted' THEN day END) AS diverted_on,
           max(CASE WHEN verdict = 'unclear' THEN day END) AS unclear_on
    FROM windows
    GROUP BY group_key, end_day, payee_key, kind
),
diversions AS (
    SELECT group_key, end_day, CAST(sum(diverted) AS BIGINT) AS diverted, CAST(sum(unclear) AS BIGINT) AS unclear,
           CAST(sum(CASE WHEN diverted > 0 THEN 1 ELSE 0 END) AS BIGINT) AS payee_count,
           max(diverted_on) AS diverted_on, max(unclear_on) AS unclear_on
    FROM destinations
    GROUP BY group_key, end_day
),
last_entries AS (
    SELECT evenings.group_key, evenings.end_day, entries.canonical_key, entries.balance, entries.record_id,
           row_number() OVER (
               PARTITION BY evenings.group_key, evenings.end_day, entries.canonical_key
               ORDER BY entries.booked_day DESC, entries.sequence DESC, entries.record_id DESC
           ) AS latest
    FROM evenings
    JOIN entries ON entries.group_key = evenings.group_key
        AND entries.booked_day BETWEEN evenings.end_day - 400 AND evenings.end_day
    WHERE entries.balance IS NOT NULL
),
account_counts AS (
    SELECT group_key, count(*) AS accounts FROM canonical_accounts GROUP BY group_key
),
balances AS (
    SELECT last_entries.group_key, last_entries.end_day, CAST(sum(last_entries.balance) AS BIGINT) AS balance,
           count(*) AS stated
    FROM last_entries
    WHERE last_entries.latest = 1
    GROUP BY last_entries.group_key, last_entries.end_day
),
booked AS (
    SELECT evenings.group_key, evenings.end_day,
           CAST(sum(CASE
               WHEN ledger.flow_type = 'received' AND ledger.flow_day <= evenings.end_day - $grace_days
                   THEN ledger.amount
               WHEN ledger.flow_type IN ('refunded', 'applied') THEN -ledger.amount
               ELSE 0
           END) AS BIGINT) AS due,
           CAST(sum(CASE
               WHEN ledger.flow_type IN ('refunded', 'applied') AND ledger.flow_day >= evenings.end_day - $grace_days
                   THEN ledger.amount
               ELSE 0
           END) AS BIGINT) AS lately
    FROM evenings
    JOIN ledger ON ledger.group_key = evenings.group_key AND ledger.flow_day <= evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
proper_lately AS (
    SELECT group_key, end_day, CAST(sum(COALESCE(amount_cny, 0)) AS BIGINT) AS paid
    FROM windows
    WHERE verdict = 'proper' AND kind NOT IN ('bank', 'own') AND day >= end_day - $grace_days
    GROUP BY group_key, end_day
),
positions AS (
    SELECT evenings.group_key, evenings.end_day,
           COALESCE(booked.due, 0) - GREATEST(COALESCE(proper_lately.paid, 0) - COALESCE(booked.lately, 0), 0) AS due,
           CASE WHEN balances.stated = account_counts.accounts THEN balances.balance END AS balance,
           COALESCE(diversions.diverted, 0) AS diverted, COALESCE(diversions.unclear, 0) AS unclear,
           COALESCE(diversions.payee_count, 0) AS payee_count, diversions.diverted_on, diversions.unclear_on
    FROM evenings
    LEFT JOIN booked ON booked.group_key = evenings.group_key AND booked.end_day = evenings.end_day
    LEFT JOIN proper_lately ON proper_lately.group_key = evenings.group_key
        AND proper_lately.end_day = evenings.end_day
    LEFT JOIN balances ON balances.group_key = evenings.group_key AND balances.end_day = evenings.end_day
    LEFT JOIN account_counts ON account_counts.group_key = evenings.group_key
    LEFT JOIN diversions ON diversions.group_key = evenings.group_key AND diversions.end_day = evenings.end_day
),
judged AS (
    SELECT positions.*,
           -- the diversion speaks on the evening of a payment; the shortfall on every evening evaluated
           CASE WHEN diverted_on = end_day THEN CAST(diverted AS DOUBLE) / $min_diverted ELSE 0 END AS diverted_reach,
           CASE
               WHEN due > 0 AND balance < $min_cover * due
                   THEN CASE
                       WHEN $min_cover < 1 THEN CAST(due - balance AS DOUBLE) / due / (1 - $min_cover)
                       ELSE 1 + CAST(due - balance AS DOUBLE) / due
                   END
               ELSE 0
           END AS short_reach
    FROM positions
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to,
           CASE WHEN GREATEST(diverted_reach, short_reach) >= $min_reach THEN 'critical' ELSE 'not_enough_data' END
               AS severity,
           GREATEST(diverted_reach, short_reach) AS reach, diverted, payee_count, balance,
           CASE WHEN due > 0 THEN due ELSE 0 END AS due,
           CASE WHEN due > 0 AND balance IS NOT NULL THEN CAST(balance AS DOUBLE) / due END AS cover
    FROM judged
    WHERE GREATEST(diverted_reach, short_reach) >= $min_reach
        -- third outcome: an unclear payee could have crossed the line tonight, or deposits are due and no balance is known
        OR (unclear_on = end_day AND diverted + unclear >= $min_diverted)
        OR (due > 0 AND balance IS NULL)
),
records AS (
    SELECT hits.subject_id, hits.window_to, 'transactions' AS record_kind, windows.out_record AS record_id,
           CASE WHEN windows.kind = 'own' THEN 'to_own_account' ELSE 'diverted_payment' END AS role
    FROM hits
    JOIN windows ON windows.group_key = hits.subject_id AND windows.end_day = hits.window_to
    WHERE windows.verdict = 'diverted' AND windows.out_record IS NOT NULL
    UNION ALL
    SELECT hits.subject_id, hits.window_to, 'transactions', windows.in_record, 'diverted_payment'
    FROM hits
    JOIN windows ON windows.group_key = hits.subject_id AND windows.end_day = hits.window_to
    WHERE windows.verdict = 'diverted' AND windows.in_record IS NOT NULL
    UNION ALL
    SELECT hits.subject_id, hits.window_to, 'transactions', last_entries.record_id, 'balance'
    FROM hits
    JOIN last_entries ON last_entries.group_key = hits.subject_id AND last_entries.end_day = hits.window_to
        AND last_entries.latest = 1
    UNION ALL
    SELECT hits.subject_id, hits.window_to, 'guarantee_deposits', ledger.record_id, 'deposit_flow'
    FROM hits
    JOIN ledger ON ledger.group_key = hits.subject_id AND ledger.flow_day <= hits.window_to
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       COALESCE(records.record_kind, 'none') AS record_kind, COALESCE(records.record_id, 0) AS record_id,
       COALESCE(records.role, 'none') AS role,
       hits.reach, hits.diverted, hits.payee_count, hits.balance, hits.due, hits.cover
FROM hits
LEFT JOIN records ON records.subject_id = hits.subject_id AND records.window_to = hits.window_to
    AND hits.severity <> 'not_enough_data'
