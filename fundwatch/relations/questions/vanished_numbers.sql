/* ---
id: vanished_numbers
doc:
  zh: 流水撤销后不再在任何流水中见到的账号
  en: Numbers that no entry names any more in the way in which an entry that went named them
reads: [gone_sightings, new_sightings]
--- */
SELECT gone_sightings.account_key
FROM gone_sightings
WHERE NOT EXISTS (
    SELECT 1
    FROM new_sightings
    WHERE new_sightings.account_key = gone_sightings.account_key AND new_sightings.side = gone_sightings.side
)
