/* ---
id: history_of_pairs
doc:
  zh: 在这些日期上有款往来的控制组与人的全部往来
  en: All money moved between groups and persons that moved some on these days
reads: [pair_day]
--- */
WITH recent AS (
    SELECT to_group AS group_key, from_party AS person_key
    FROM pair_day
    WHERE day BETWEEN $first_day AND $last_day
    UNION
    SELECT from_group, to_party
    FROM pair_day
    WHERE day BETWEEN $first_day AND $last_day
)

SELECT
    pair_day.from_group, pair_day.to_group, pair_day.from_party, pair_day.to_party, pair_day.from_kind,
    pair_day.to_kind, pair_day.day, pair_day.amount_cny, pair_day.first_at, pair_day.last_at
FROM pair_day
JOIN recent ON recent.group_key = pair_day.to_group AND recent.person_key = pair_day.from_party
WHERE pair_day.day BETWEEN $month_first_day - 430 AND $last_day

UNION ALL

SELECT
    pair_day.from_group, pair_day.to_group, pair_day.from_party, pair_day.to_party, pair_day.from_kind,
    pair_day.to_kind, pair_day.day, pair_day.amount_cny, pair_day.first_at, pair_day.last_at
FROM pair_day
JOIN recent ON recent.group_key = pair_day.from_group AND recent.person_key = pair_day.to_party
WHERE pair_day.day BETWEEN $month_first_day - 430 AND $last_day
    AND NOT EXISTS (
        SELECT 1
        FROM recent AS others
        WHERE others.group_key = pair_day.to_group AND others.person_key = pair_day.from_party
    )
