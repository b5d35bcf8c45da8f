/* ---
id: new_sightings
doc:
  zh: 新增或撤销的流水中的账号现在已知的内容
  en: What is known now of the numbers in entries that came or went
reads: [met, entry_numbers]
--- */
-- All entries of a number that lost one name others beside it, of whom they are not all: those stay as they were.
SELECT
    met.account_key, met.side, met.institution, met.account, met.card, met.customer_no, met.token, met.name,
    met.birth_day, met.region
FROM met
JOIN entry_numbers ON entry_numbers.account_key = met.account_key AND entry_numbers.side = met.side
