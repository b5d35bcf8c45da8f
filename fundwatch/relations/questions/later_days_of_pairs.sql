/* ---
id: later_days_of_pairs
doc:
  zh: 有变的日期上有款往来的两组此后往来的日期：其本金由此前往来而定
  en: The later days on which pairs moved money that did so on a changed day; their principal rests on what was before
reads: [changed_pairs, pair_day]
--- */
SELECT pair_day.day
FROM pair_day
JOIN changed_pairs
    ON changed_pairs.one_group = LEAST(pair_day.from_group, pair_day.to_group)
    AND changed_pairs.other_group = GREATEST(pair_day.from_group, pair_day.to_group)
    AND pair_day.day > changed_pairs.day
WHERE pair_day.day > $first_pair_day
GROUP BY pair_day.day
