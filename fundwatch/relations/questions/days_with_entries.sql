/* ---
id: days_with_entries
doc:
  zh: 有流水的日期
  en: The days of which there are entries
reads: [transactions]
--- */
SELECT DISTINCT booked_day AS day
FROM transactions
