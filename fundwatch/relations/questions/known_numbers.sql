/* ---
id: known_numbers
doc:
  zh: 已知账号及初次见到的账号
  en: Every account number known so far, and those met first now
reads: [entities, new_sightings]
--- */
SELECT entities.account_key, entities.account, entities.canonical_key
FROM entities

UNION ALL

SELECT new_sightings.account_key, min(new_sightings.account), new_sightings.account_key
FROM new_sightings
WHERE NOT EXISTS (SELECT 1 FROM entities WHERE entities.account_key = new_sightings.account_key)
GROUP BY new_sightings.account_key
