/* ---
id: loan_accounts
doc:
  zh: 有资金转移与有变的放款、还款申报相符的客户账户
  en: Customers' accounts with transfers that a changed declaration of a disbursement or repayment may mark
reads: [changed_loan_moves, changed_entries, entities, transfers]
--- */
WITH declared AS (
    SELECT DISTINCT entities.canonical_key, changed_loan_moves.amount, changed_loan_moves.day
    FROM changed_loan_moves
    JOIN entities ON entities.account_key = changed_loan_moves.customer_key
)

SELECT declared.canonical_key
FROM transfers
JOIN declared
    ON declared.canonical_key = transfers.from_account
    AND declared.amount = transfers.amount
    AND transfers.day BETWEEN declared.day - 3 AND declared.day + 3
WHERE transfers.day NOT IN (SELECT booked_day FROM changed_entries)

UNION

SELECT declared.canonical_key
FROM transfers
JOIN declared
    ON declared.canonical_key = transfers.to_account
    AND declared.amount = transfers.amount
    AND transfers.day BETWEEN declared.day - 3 AND declared.day + 3
WHERE transfers.day NOT IN (SELECT booked_day FROM changed_entries)
