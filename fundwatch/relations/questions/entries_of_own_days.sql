/* ---
id: entries_of_own_days
doc:
  zh: 这些主体在这些日期的流水
  en: The entries of those parties on those days
reads: [transactions, entities, amended_own_days]
--- */
SELECT
    transactions.record_id, transactions.account_key, transactions.booked_day, transactions.direction,
    transactions.channel, transactions.succeeded, transactions.is_reversal, transactions.teller,
    transactions.agent_token, transactions.ip, transactions.mac
FROM transactions
JOIN entities ON entities.account_key = transactions.account_key
JOIN amended_own_days ON amended_own_days.party_key = entities.party_key AND amended_own_days.day = transactions.booked_day
