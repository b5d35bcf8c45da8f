/* ---
id: elderly_payers
code: T04
version: 1
name: {zh: 老年付款人集中, en: Elderly people are many among the payers}
sectors: [bank, micro_loan, guarantee, pawn]
severity: high
window_days: 90
lookback_days: 90
opens_alert: true
reads: [entities, group_month, pair_day, transfers]
requires: [transfers]
claim:
  zh: "{window_days} 日内付款的 {payer_count} 名自然人中 {known_count} 名年龄可知，其中 {elder_count} 名年满 {elder_age} 岁，占 {elder_share}，为全市同期付款自然人中该占比 {base_share} 的 {lift} 倍；他们共转入 {elder_in} 元"
  en: "Of {payer_count} people who paid within {window_days} days the age of {known_count} is known; {elder_count} of them were {elder_age} or older, {elder_share}, which is {lift} times the {base_share} among all people who paid anybody in the city; together they paid in {elder_in} yuan"
explanation:
  zh: 付款人以老年人为主，且明显高于全市付款人的年龄构成。年龄按证件出生日期与付款当日计算；一人多户只计一次。
  en: The payers are mostly elderly, clearly more so than those who pay in the city. Age is that on the day of payment, from the birth date of the identity document; a person counts once whatever the number of accounts.
no_data:
  zh: 付款人中年龄可知者不足三成，或有付款无法折算人民币，老年人占比与金额无从判断
  en: the age of fewer than three in ten payers is known, or some payments have no value in CNY, so share and amount cannot be judged
legal_basis:
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第八条、第十二条、第十三条第三项", valid_from: 2021-05-01, valid_to: null}
  - {text: "《陕西省〈防范和处置非法集资条例〉实施细则》（陕政发〔2023〕7号）", valid_from: 2023-03-09, valid_to: null}
false_positives:
  zh: 社保与养老金、医院、持牌保险公司和银行、居民区的物业费与正规养老机构的月费
  en: social security, hospitals, licensed insurers and banks, property fees of old neighbourhoods, monthly fees of a regular care home
blind_spots:
  zh: 证件号未随流水报送的付款人年龄未知；子女代付、现金缴款看不出年龄；经清算机构付款的人不可见；人数不足的起步阶段不命中
  en: the age of payers whose identity number is not sent is unknown; children who pay for parents and cash show no age; payers behind a clearing name are not seen; the first few payers do not fire
parameters:
  elder_age: {value: 60, unit: count, min: 50, max: 80, why: 老年人权益保障法以六十周岁为老年人}
  min_known_age: {value: 15, unit: persons, min: 5, max: 500, why: 年龄可知者少于十五人时占比不稳}
  min_elder_share: {value: 0.5, unit: share, min: 0.1, max: 1, why: 付款人过半是老年人}
  min_lift: {value: 2, unit: ratio, min: 1, max: 20, why: 本地人口老龄化程度不同，须为全市付款人占比的两倍以上}
  min_elder_in: {value: 100000, unit: CNY, min: 10000, max: 5000000, why: 起诉标准一百万元的一成，先于人数标准预警}
  min_known_share: {value: 0.3, unit: share, min: 0.05, max: 1, why: 年龄可知者不足三成时不下判断}
measures:
  elder_count: {unit: persons, zh: 老年付款人, en: elderly payers}
  known_count: {unit: persons, zh: 年龄可知的付款人, en: payers of known age, threshold: min_known_age, full: 60}
  elder_share: {unit: share, zh: 老年人占比, en: share of the elderly, threshold: min_elder_share, full: 0.9}
  lift: {unit: ratio, zh: 为全市占比的倍数, en: times the share in the city, threshold: min_lift, full: 4}
  elder_in: {unit: CNY, zh: 老年人转入金额, en: paid in by the elderly, threshold: min_elder_in, full: 1000000}
  base_share: {unit: share, zh: 全市付款人中老年人占比, en: share of the elderly among payers of the city}
  payer_count: {unit: persons, zh: 付款自然人, en: people who paid in}
  known_share: {unit: share, zh: 年龄可知占比, en: share of payers of known age}
--- */
-- How the definition is read
-- * Payer: a natural person outside the control group, counted by party; clearing, cash and the bank pay for nobody.
-- * Elder: 60 or older on the day of a payment. Sixty years hold fifteen leap days, so that a birthday is met to the
--   day: 1461 days in four years, compared in integers. Whoever turns 60 within the window is an elder from then on.
-- * n_known_age: payers whose birth date is known from any register or identity number. The elders' share is among
--   them; if they are under 30 % of the payers the answer is "not enough data".
-- * Base share: of all persons of known age who paid anybody outside their own group within the same window, those
--   who had turned 60 by its end. It is of the city as the extracts show it, so it moves with what is reported.
--   Who pays on a day that lies in every window of the run is counted once for all of them (`steady`); only the others
--   are swept day by day, which gives the same counts.
-- * Trigger: a day on which a person pays into the group. elder_in counts what has a value in CNY; where that does not
--   reach the threshold and a payment has none, the answer is "not enough data".
-- Prunes (exact): only a group that a person pays on an evaluated day is evaluated; the payers and the money of the months
-- that the windows meet (group_month) are no less than a window's, and unvalued payments pass any amount. Days that lie in
-- every window (the core; on a single night the whole window) bound known payers from below, all days read bound elders
-- and payers without an age from above; 0.001 is for rounding. A stay or sum that leaves before the evaluated days adds and
-- takes away alike, so it is left out, and one that began before them counts from their first day.
WITH born AS (
  SELECT party_key, min(birth_day) + (1461 * $elder_age + 3) // 4 AS turns_day
  FROM entities
  WHERE party_kind = 'person' AND birth_day IS NOT NULL
  GROUP BY party_key
),
touched AS (
  SELECT DISTINCT to_group AS group_key
  FROM pair_day
  WHERE from_kind = 'person' AND to_kind <> 'clearing' AND from_group <> to_group AND to_group <> 0
    AND day BETWEEN $from_day AND $to_day
),
crowded AS (
  SELECT m.group_key
  FROM group_month AS m
  JOIN touched AS t ON t.group_key = m.group_key
  WHERE m.last_day >= $from_day - $window_days + 1 AND m.first_day <= $to_day
  GROUP BY m.group_key
  HAVING sum(m.payers) >= $min_known_age AND (sum(m.in_cny) >= $min_elder_in OR sum(m.unvalued_count) > 0)
),
payers AS (
  SELECT p.to_group AS group_key, p.from_party AS payer, max(p.day) AS last_day,
    max(CASE WHEN p.day BETWEEN $to_day - $window_days + 1 AND $from_day THEN 1 ELSE 0 END) AS is_core
  FROM pair_day AS p
  JOIN crowded AS c ON c.group_key = p.to_group
  WHERE p.from_kind = 'person' AND p.to_kind <> 'clearing' AND p.from_group <> p.to_group
    AND p.day BETWEEN $from_day - $window_days + 1 AND $to_day
  GROUP BY p.to_group, p.from_party
),
candidates AS (
  SELECT group_key FROM (
    SELECT p.group_key, sum(CASE WHEN p.last_day >= b.turns_day THEN 1 ELSE 0 END) AS elders,
      sum(CASE WHEN b.turns_day IS NULL THEN 1 ELSE 0 END) AS ageless,
      sum(CASE WHEN b.turns_day IS NULL THEN 0 ELSE p.is_core END) AS core_known
    FROM payers AS p
    LEFT JOIN born AS b ON b.party_key = p.payer
    GROUP BY p.group_key
  ) AS counted
  WHERE elders >= $min_elder_share * GREATEST(core_known, $min_known_age) - 0.001
    OR (ageless >= (1 - $min_known_share) * $min_known_age - 0.001
      AND $min_known_share * ageless >= (1 - $min_known_share) * core_known - 0.001)
),
legs AS (
  SELECT t.to_group AS group_key, t.from_party AS payer, t.day, t.amount_cny, t.out_record, t.in_record,
    CASE WHEN b.turns_day IS NULL THEN 0 ELSE 1 END AS known,
    CASE WHEN t.day >= b.turns_day THEN 1 ELSE 0 END AS elder
  FROM transfers AS t
  JOIN candidates AS c ON c.group_key = t.to_group
  LEFT JOIN born AS b ON b.party_key = t.from_party
  WHERE t.from_kind = 'person' AND t.to_kind <> 'clearing' AND t.from_group <> t.to_group
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
paid AS (
  SELECT group_key, payer, day, max(known) AS known, max(elder) AS elder,
    CAST(sum(COALESCE(amount_cny, 0)) AS BIGINT) AS amount,
    CAST(sum(CASE WHEN elder = 1 THEN COALESCE(amount_cny, 0) ELSE 0 END) AS BIGINT) AS elder_amount,
    CAST(sum(CASE WHEN amount_cny IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unvalued,
    CAST(sum(CASE WHEN amount_cny IS NULL AND elder = 1 THEN 1 ELSE 0 END) AS BIGINT) AS elder_unvalued
  FROM legs
  GROUP BY group_key, payer, day
),
-- A payer stays in the window for W days after each payment or until the next one, so that nobody counts twice. Elders'
-- payments are a person's last ones, so the same stays count the elders.
stays AS (
  SELECT group_key, known, elder, GREATEST(day, $from_day) AS enters,
    LEAST(day + $window_days,
          COALESCE(LEAD(day) OVER (PARTITION BY group_key, payer ORDER BY day), day + $window_days)) AS leaves
  FROM (
    SELECT group_key, payer, max(day) AS day, max(known) AS known, max(elder) AS elder
    FROM paid
    GROUP BY group_key, payer, GREATEST(day, $from_day)
  ) AS last_ones
),
sums AS (
  SELECT group_key, day, CAST(sum(amount) AS BIGINT) AS amount, CAST(sum(elder_amount) AS BIGINT) AS elder_amount,
    CAST(sum(unvalued) AS BIGINT) AS unvalued, CAST(sum(elder_unvalued) AS BIGINT) AS elder_unvalued
  FROM paid
  GROUP BY group_key, day
),
steps AS (
  SELECT group_key, day, CAST(sum(payers) AS BIGINT) AS payers, CAST(sum(known) AS BIGINT) AS known,
    CAST(sum(elders) AS BIGINT) AS elders, CAST(sum(amount) AS BIGINT) AS amount,
    CAST(sum(elder_amount) AS BIGINT) AS elder_amount, CAST(sum(unvalued) AS BIGINT) AS unvalued,
    CAST(sum(elder_unvalued) AS BIGINT) AS elder_unvalued, max(is_trigger) AS is_trigger
  FROM (
    SELECT group_key, enters AS day, 1 AS payers, known, elder AS elders, 0 AS amount, 0 AS elder_amount, 0 AS unvalued,
      0 AS elder_unvalued, 0 AS is_trigger
    FROM stays
    UNION ALL
    SELECT group_key, leaves, -1, -known, -elder, 0, 0, 0, 0, 0 FROM stays WHERE leaves <= $to_day
    UNION ALL
    SELECT group_key, GREATEST(day, $from_day), 0, 0, 0, amount, elder_amount, unvalued, elder_unvalued,
      CASE WHEN day >= $from_day THEN 1 ELSE 0 END
    FROM sums
    UNION ALL
    SELECT group_key, day + $window_days, 0, 0, 0, -amount, -elder_amount, -unvalued, -elder_unvalued, 0
    FROM sums
    WHERE day + $window_days <= $to_day
  ) AS changes
  GROUP BY group_key, day
),
windows AS (
  SELECT group_key, day, is_trigger,
    CAST(sum(payers) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS payer_count,
    CAST(sum(known) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS known_count,
    CAST(sum(elders) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS elder_count,
    CAST(sum(amount) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS person_in,
    CAST(sum(elder_amount) OVER (
      PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS elder_in,
    sum(unvalued) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
      AS unvalued,
    sum(elder_unvalued) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
      AS elder_unvalued
  FROM steps
),
near AS (
  SELECT *,
    CASE WHEN payer_count >= $min_known_age AND (person_in >= $min_elder_in OR unvalued > 0)
        AND CAST(known_count AS DOUBLE) < $min_known_share * payer_count THEN 1 ELSE 0 END AS is_unknown
  FROM windows
  WHERE is_trigger = 1 AND day BETWEEN $from_day AND $to_day
    AND ((payer_count >= $min_known_age AND (person_in >= $min_elder_in OR unvalued > 0)
        AND CAST(known_count AS DOUBLE) < $min_known_share * payer_count)
      OR (known_count >= $min_known_age AND CAST(elder_count AS DOUBLE) >= $min_elder_share * known_count
        AND (elder_in >= $min_elder_in OR elder_unvalued > 0)))
),
-- All persons of known age who paid anybody: those seen on a core day are in every window, the others are followed day by
-- day; having no core day, their days are the rest.
steady AS (
  SELECT p.payer, b.turns_day
  FROM (
    SELECT DISTINCT from_party AS payer
    FROM pair_day
    WHERE from_kind = 'person' AND from_group <> to_group AND to_kind NOT IN ('cash', 'bank')
      AND day BETWEEN $to_day - $window_days + 1 AND $from_day
  ) AS p
  JOIN born AS b ON b.party_key = p.payer
),
city_days AS (
  SELECT p.from_party AS payer, p.day, max(b.turns_day) AS turns_day
  FROM pair_day AS p
  JOIN born AS b ON b.party_key = p.from_party
  LEFT JOIN steady AS s ON s.payer = p.from_party
  WHERE p.from_kind = 'person' AND p.from_group <> p.to_group AND p.to_kind NOT IN ('cash', 'bank') AND s.payer IS NULL
    AND p.day BETWEEN $from_day - $window_days + 1 AND $to_day
    AND (p.day < $to_day - $window_days + 1 OR p.day > $from_day)
  GROUP BY p.from_party, p.day
),
city_stays AS (
  SELECT turns_day, $from_day AS enters, $to_day + 1 AS leaves FROM steady
  UNION ALL
  SELECT turns_day, day AS enters,
    LEAST(day + $window_days, COALESCE(LEAD(day) OVER (PARTITION BY payer ORDER BY day), day + $window_days)) AS leaves
  FROM city_days
),
city AS (
  SELECT day,
    CAST(sum(known) OVER (ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS city_known,
    CAST(sum(elders) OVER (ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS city_elders
  FROM (
    SELECT day, CAST(sum(known) AS BIGINT) AS known, CAST(sum(elders) AS BIGINT) AS elders
    FROM (
      SELECT enters AS day, 1 AS known, 0 AS elders FROM city_stays
      UNION ALL
      SELECT leaves, -1, 0 FROM city_stays
      UNION ALL
      SELECT GREATEST(enters, turns_day), 0, 1 FROM city_stays WHERE turns_day < leaves
      UNION ALL
      SELECT leaves, 0, -1 FROM city_stays WHERE turns_day < leaves
      UNION ALL
      -- so that every evaluated day has its own row
      SELECT day, 0, 0 FROM near
    ) AS changes
    GROUP BY day
  ) AS summed
),
judged AS (
  SELECT n.*, c.city_known, c.city_elders,
    CAST(n.known_count AS DOUBLE) / n.payer_count AS known_share,
    CAST(n.elder_count AS DOUBLE) / NULLIF(n.known_count, 0) AS elder_share,
    CAST(c.city_elders AS DOUBLE) / NULLIF(c.city_known, 0) AS base_share,
    CAST(n.elder_count * c.city_known AS DOUBLE) / NULLIF(n.known_count * c.city_elders, 0) AS lift
  FROM near AS n
  JOIN city AS c ON c.day = n.day
),
hits AS (
  SELECT 'group' AS subject_kind, group_key AS subject_id, day - $window_days + 1 AS window_from, day AS window_to,
    CASE WHEN is_unknown = 1 OR elder_in < $min_elder_in THEN 'not_enough_data' ELSE 'high' END AS severity,
    elder_count, known_count, elder_share, lift, elder_in, base_share, payer_count, known_share
  FROM judged
  WHERE is_unknown = 1 OR lift >= $min_lift
),
moves AS (
  SELECT h.*, CASE WHEN l.elder = 1 THEN 'elder_deposit' ELSE 'deposit' END AS move_role, l.out_record, l.in_record
  FROM hits AS h
  JOIN legs AS l ON l.group_key = h.subject_id AND l.day BETWEEN h.window_from AND h.window_to
  WHERE h.severity <> 'not_enough_data'
)
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  out_record AS record_id, move_role AS role,
  elder_count, known_count, elder_share, lift, elder_in, base_share, payer_count, known_share
FROM moves WHERE out_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  in_record AS record_id, move_role AS role,
  elder_count, known_count, elder_share, lift, elder_in, base_share, payer_count, known_share
FROM moves WHERE in_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'none' AS record_kind,
  0 AS record_id, 'none' AS role,
  elder_count, known_count, elder_share, lift, elder_in, base_share, payer_count, known_share
FROM hits WHERE severity = 'not_enough_data'
