/* ---
id: amended_party_days
doc:
  zh: 收付汇总或余额可能有变的主体与日期
  en: The parties and days of which sums or balances may have changed
reads: [gone_transfers, new_transfers, amended_own_days]
--- */
SELECT from_party AS party_key, day FROM gone_transfers WHERE from_party <> 0
UNION
SELECT to_party AS party_key, day FROM gone_transfers WHERE to_party <> 0
UNION
SELECT from_party AS party_key, day FROM new_transfers WHERE from_party <> 0
UNION
SELECT to_party AS party_key, day FROM new_transfers WHERE to_party <> 0
UNION
SELECT party_key, day FROM amended_own_days
