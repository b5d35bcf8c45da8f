/* ---
id: amended_own_days
doc:
  zh: 归属有变的账号自有流水的日期及其主体（此前与现在）
  en: The days on which moved accounts booked something, with their party before and now
reads: [moved_entries, moved_accounts, old_entities, entities]
--- */
SELECT DISTINCT parties.party_key, moved_entries.booked_day AS day
FROM moved_entries
JOIN moved_accounts ON moved_accounts.account_key = moved_entries.account_key
JOIN (
    SELECT account_key, party_key FROM old_entities
    UNION ALL
    SELECT account_key, party_key FROM entities
) AS parties ON parties.account_key = moved_entries.account_key
