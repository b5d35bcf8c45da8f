/* ---
id: amended_transfers
doc:
  zh: 被修正的资金转移（此前与现在）
  en: The transfers that were amended, as they were and as they are
reads: [gone_transfers, new_transfers]
--- */
SELECT transfer_id, day FROM gone_transfers
UNION
SELECT transfer_id, day FROM new_transfers
