/* ---
id: pair_days_of_principals
doc:
  zh: 这些控制组与人的全部往来
  en: All money moved between those groups and persons
reads: [pair_day, amended_principals]
--- */
SELECT
    pair_day.from_group, pair_day.to_group, pair_day.from_party, pair_day.to_party, pair_day.from_kind,
    pair_day.to_kind, pair_day.day, pair_day.amount_cny, pair_day.first_at, pair_day.last_at
FROM pair_day
JOIN amended_principals
    ON amended_principals.group_key = pair_day.to_group AND amended_principals.person_key = pair_day.from_party

UNION ALL

SELECT
    pair_day.from_group, pair_day.to_group, pair_day.from_party, pair_day.to_party, pair_day.from_kind,
    pair_day.to_kind, pair_day.day, pair_day.amount_cny, pair_day.first_at, pair_day.last_at
FROM pair_day
JOIN amended_principals
    ON amended_principals.group_key = pair_day.from_group AND amended_principals.person_key = pair_day.to_party
WHERE NOT EXISTS (
    SELECT 1
    FROM amended_principals AS others
    WHERE others.group_key = pair_day.to_group AND others.person_key = pair_day.from_party
)
