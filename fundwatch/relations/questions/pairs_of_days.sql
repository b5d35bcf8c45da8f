/* ---
id: pairs_of_days
doc:
  zh: 某些日期上有款往来的两组
  en: The pairs of groups that moved money in a span of days
reads: [pair_day]
--- */
SELECT LEAST(from_group, to_group) AS one_group, GREATEST(from_group, to_group) AS other_group, min(day) AS day
FROM pair_day
WHERE day BETWEEN $first_day AND $last_day AND from_group <> to_group
GROUP BY LEAST(from_group, to_group), GREATEST(from_group, to_group)
