/* ---
id: amended_principals
doc:
  zh: 本金可能有变的控制组与人
  en: The groups and persons of whom principal may have changed
reads: [gone_pair_day, new_pair_day]
--- */
SELECT to_group AS group_key, from_party AS person_key FROM gone_pair_day
UNION
SELECT from_group AS group_key, to_party AS person_key FROM gone_pair_day
UNION
SELECT to_group AS group_key, from_party AS person_key FROM new_pair_day
UNION
SELECT from_group AS group_key, to_party AS person_key FROM new_pair_day
