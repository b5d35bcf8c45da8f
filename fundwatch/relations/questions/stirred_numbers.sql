/* ---
id: stirred_numbers
doc:
  zh: 所知有变的账号
  en: The stirred account numbers with their accounts
reads: [every_number, stirred]
--- */
SELECT every_number.account_key, every_number.account, every_number.canonical_key
FROM every_number
JOIN stirred ON stirred.account_key = every_number.account_key
