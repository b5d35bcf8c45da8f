/* ---
id: kept_sightings
doc:
  zh: 新流水中的账号此前已知的内容；失去过流水的除外
  en: What is known so far of the numbers in new entries, but for those that lost one
reads: [sightings, entry_numbers]
--- */
SELECT
    sightings.account_key, sightings.side, sightings.institution, sightings.account, sightings.card,
    sightings.customer_no, sightings.token, sightings.name, sightings.birth_day, sightings.region
FROM sightings
JOIN entry_numbers ON entry_numbers.account_key = sightings.account_key AND entry_numbers.side = sightings.side
WHERE NOT entry_numbers.is_lost
