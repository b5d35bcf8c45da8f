/* ---
id: amended_pair_days
doc:
  zh: 往来可能有变的两个主体与日期
  en: The pairs of parties and days of which the sums may have changed
reads: [gone_transfers, new_transfers]
--- */
SELECT from_party, to_party, day FROM gone_transfers
UNION
SELECT from_party, to_party, day FROM new_transfers
