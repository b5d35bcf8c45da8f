/* ---
id: stirred_accounts
doc:
  zh: 所知有变的账号：流水附言有变、正主账号有变、控制组有变
  en: Account numbers of which something else is known now; what is written beside them, their account, their group
reads: [gone_sightings, new_sightings, entities, account_numbers, control_groups]
--- */
SELECT account_key FROM gone_sightings

UNION

SELECT account_key FROM new_sightings

UNION

SELECT COALESCE(entities.account_key, account_numbers.account_key) AS account_key
FROM entities
FULL JOIN account_numbers ON account_numbers.account_key = entities.account_key
WHERE entities.canonical_key IS DISTINCT FROM account_numbers.canonical_key

UNION

SELECT entities.account_key
FROM entities
LEFT JOIN control_groups ON control_groups.party_key = entities.party_key
WHERE entities.group_key <> COALESCE(control_groups.group_key, entities.party_key)
