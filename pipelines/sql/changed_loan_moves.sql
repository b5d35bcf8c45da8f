/* ---
id: changed_loan_moves
doc: Declared disbursements and repayments that changed files tell, with every state of those loans, old or new.
--- */
SELECT receiving_account_key AS customer_key, principal AS amount, disbursed_day AS day
FROM every_loan
WHERE record_id IN (SELECT record_id FROM changed_loans)

UNION

SELECT
    payer_account_key,
    coalesce(paid_principal, 0) + coalesce(paid_interest, 0) + coalesce(paid_fees, 0),
    flow_day
FROM changed_loan_flows
WHERE flow_type = 'repayment'
