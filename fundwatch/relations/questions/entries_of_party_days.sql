/* ---
id: entries_of_party_days
doc:
  zh: 这些主体在这些日期的流水
  en: The entries of those parties on those days
reads: [transactions, entities, amended_party_days]
--- */
SELECT
    transactions.record_id, transactions.account_key, transactions.booked_day, transactions.sequence,
    transactions.currency, transactions.balance, transactions.succeeded
FROM transactions
JOIN entities ON entities.account_key = transactions.account_key
JOIN amended_party_days ON amended_party_days.party_key = entities.party_key AND amended_party_days.day = transactions.booked_day
