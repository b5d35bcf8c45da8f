/* ---
id: old_sightings
doc:
  zh: 新增或撤销的流水中的账号此前已知的内容
  en: What was known of the numbers in entries that came or went
reads: [sightings, entry_numbers]
--- */
SELECT
    sightings.account_key, sightings.side, sightings.institution, sightings.account, sightings.card,
    sightings.customer_no, sightings.token, sightings.name, sightings.birth_day, sightings.region
FROM sightings
JOIN entry_numbers ON entry_numbers.account_key = sightings.account_key AND entry_numbers.side = sightings.side
