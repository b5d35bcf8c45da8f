/* ---
id: transfers_of_moved
doc:
  zh: 归属有变的账号参与的资金转移（此前）
  en: The transfers, as they were, that rest on entries of moved accounts
reads: [transfers, moved_entries]
--- */
SELECT transfers.transfer_id, transfers.day
FROM transfers
WHERE transfers.out_record IN (SELECT record_id FROM moved_entries)

UNION

SELECT transfers.transfer_id, transfers.day
FROM transfers
WHERE transfers.in_record IN (SELECT record_id FROM moved_entries)
