/* ---
id: loan_days
doc:
  zh: 与有变的放款、还款申报相符的资金转移所在的日期
  en: The days of transfers that a changed declaration of a disbursement or repayment may mark
reads: [changed_loan_moves, entities, transfers]
--- */
WITH declared AS (
    SELECT DISTINCT entities.canonical_key, changed_loan_moves.amount, changed_loan_moves.day
    FROM changed_loan_moves
    JOIN entities ON entities.account_key = changed_loan_moves.customer_key
)

SELECT transfers.day
FROM transfers
JOIN declared
    ON declared.canonical_key = transfers.from_account
    AND declared.amount = transfers.amount
    AND transfers.day BETWEEN declared.day - 3 AND declared.day + 3

UNION

SELECT transfers.day
FROM transfers
JOIN declared
    ON declared.canonical_key = transfers.to_account
    AND declared.amount = transfers.amount
    AND transfers.day BETWEEN declared.day - 3 AND declared.day + 3
