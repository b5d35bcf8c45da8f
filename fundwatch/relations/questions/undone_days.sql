/* ---
id: undone_days
doc:
  zh: 因流水新增或撤销而可能被冲销、或不再被冲销的流水所在的日期
  en: The days of entries that may have become undone, or valid again
reads: [touched_entries]
--- */
SELECT DISTINCT day
FROM touched_entries
