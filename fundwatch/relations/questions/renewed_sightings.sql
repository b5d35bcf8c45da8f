/* ---
id: renewed_sightings
doc:
  zh: 其余账号照旧，有流水新增或撤销的账号换新
  en: Sightings of other numbers as they were, and the new ones of the numbers in entries that came or went
reads: [sightings, new_sightings, entry_numbers]
--- */
SELECT
    sightings.account_key, sightings.side, sightings.institution, sightings.account, sightings.card,
    sightings.customer_no, sightings.token, sightings.name, sightings.birth_day, sightings.region
FROM sightings
LEFT JOIN entry_numbers ON entry_numbers.account_key = sightings.account_key AND entry_numbers.side = sightings.side
WHERE entry_numbers.account_key IS NULL

UNION ALL

SELECT
    new_sightings.account_key, new_sightings.side, new_sightings.institution, new_sightings.account,
    new_sightings.card, new_sightings.customer_no, new_sightings.token, new_sightings.name, new_sightings.birth_day,
    new_sightings.region
FROM new_sightings
