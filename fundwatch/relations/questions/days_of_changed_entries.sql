/* ---
id: days_of_changed_entries
doc:
  zh: 有流水新增或撤销的日期
  en: The days on which entries came or went
reads: [changed_entries]
--- */
SELECT DISTINCT booked_day AS day
FROM changed_entries
