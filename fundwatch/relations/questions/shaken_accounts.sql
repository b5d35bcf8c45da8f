/* ---
id: shaken_accounts
doc:
  zh: 在无新流水的日期上资金转移可能有变的账号：归属有变，或所及流水的冲销、隔午夜的配对、放还款申报有变
  en: >-
    Account numbers of which transfers of days without new entries may change: their party is another, or a reversal,
    a pairing across midnight or a declared loan reaches back to them
reads: [moved_accounts, touched_entries, changed_entries, midnight_accounts, loan_accounts, entities]
--- */
SELECT account_key FROM moved_accounts

UNION

SELECT entities.account_key
FROM entities
WHERE entities.canonical_key IN (
    SELECT near.canonical_key
    FROM touched_entries
    JOIN entities AS near ON near.account_key = touched_entries.account_key
    WHERE touched_entries.day NOT IN (SELECT booked_day FROM changed_entries)
    UNION ALL
    SELECT canonical_key FROM midnight_accounts
    UNION ALL
    SELECT canonical_key FROM loan_accounts
)
