/* ---
id: cross_region_night
code: T22
version: 1
name: {zh: 跨区域、夜间, en: Across regions or by night}
sectors: [bank]
severity: low
window_days: 30
lookback_days: 59
opens_alert: false
reads: [entities, group_month, pair_day, reference_lexicon, transfers]
requires: [transfers]
claim:
  zh: "{window_days} 日内付款自然人来自 {prefecture_count} 个地市，本地占 {local_share}；有真实时刻的收付 {entry_count} 笔，夜间占 {night_share}（-- 为不构成疑点的一项）"
  en: "Within {window_days} days the people who paid in come from {prefecture_count} prefectures, {local_share} of them local; of {entry_count} entries with a real time {night_share} lie in the night (-- for the part that is not remarkable)"
explanation:
  zh: 付款人跨多个地市而本地人不过半，或收付集中在深夜，均与网络发展下线、异地归集相符；只作其他疑点的佐证，不单独成立预警。
  en: Payers from many prefectures with few local ones, or dealings late at night, go with recruiting online; they support other leads and never open an alert alone.
no_data:
  zh: 付款人的地区或分录的真实时刻已知比例不足
  en: too few payers' regions, or too few entries with a real time, are known
legal_basis:
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第十三条第三项、第二十条", valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 银行夜间批量入账、网店夜间成交、外出务工人员的户籍地区代码
  en: batch postings by night, online shops, home codes of migrants
blind_spots:
  zh: 他行付款人多无证件，地区未知；登记地区与实际居住地不一致；只报日期的机构看不到夜间；经支付机构的夜间收款不计
  en: payers of other banks mostly come without identity, so without region; registered and real residence differ; banks that state days only show no nights; takings through payment firms do not count
parameters:
  min_prefectures: {value: 5, unit: count, min: 2, max: 50, why: 亲友往来多在两三个地市之内}
  max_local_share: {value: 0.5, unit: share, min: 0.0, max: 1.0, why: 本地生意的付款人过半在本地}
  min_entries: {value: 20, unit: count, min: 5, max: 1000, why: 少于二十笔看不出作息}
  min_night_share: {value: 0.3, unit: share, min: 0.05, max: 1.0, why: 日常收付夜间（23:00–05:59）不足一成}
  min_known_share: {value: 0.3, unit: share, min: 0.0, max: 1.0, why: 已知不足三成时比例没有意义}
measures:
  prefecture_count: {unit: count, zh: 付款人地市数, en: prefectures of payers, threshold: min_prefectures, full: 15}
  local_share: {unit: share, zh: 本地付款人占比, en: share of local payers, threshold: max_local_share, full: 0.0}
  entry_count: {unit: count, zh: 有真实时刻的收付, en: entries with a real time, threshold: min_entries, full: 100}
  night_share: {unit: share, zh: 夜间占比, en: share by night, threshold: min_night_share, full: 0.8}
--- */
-- How the definition is read
-- * No window is given there; 30 days as in the other flow rules.
-- * Payers: different natural persons from outside the group. Prefecture: the first four digits of the party's region
--   (register, else the id); local: the prefecture of any party of the group itself. The share is of the payers whose
--   region is known. Migrants keep their home code: therefore both conditions, many prefectures and few locals.
-- * Entries: transfers with persons, firms and unknown parties outside the group, both directions. Real times are to
--   the second or minute and not midnight sharp, which is how a missing time is written. Batch channels (lexicon) are
--   the bank's own hours and do not count; nor do clearing names, whose hours are those of shopping.
-- * Either part suffices; figures of a part that is not remarkable are left empty, so that they decide nothing.
-- * Not enough data: the payers whose region is known would make the rule fire, or the entries with a real time would
--   but for their number, and the known are less than min_known_share of all. Where nothing is known, as with banks that
--   state days only, nothing is said.
-- * Trigger: for the first part a day on which a person pays in, for the second a day with an entry. Sums over a window
--   are prefix sums of what enters and leaves it.
-- Prunes (exact): only a group with an entry on an evaluated day is evaluated. A window within the days read cannot show more
-- prefectures, nights and entries than all these days, nor more payers than the months that it meets (group_month), and the
-- rare night entries are looked for first. A stay or sum that leaves before the evaluated days adds and takes away alike,
-- so it is left out, and one that began before them counts from their first day.
WITH batch_channels AS (
  SELECT DISTINCT said.channel
  FROM (SELECT DISTINCT channel FROM transfers WHERE day BETWEEN $from_day - $window_days + 1 AND $to_day) AS said
  JOIN reference_lexicon ON reference_lexicon.class = 'batch_channel' AND contains(said.channel, reference_lexicon.term)
    AND $to_day BETWEEN reference_lexicon.valid_from_day AND reference_lexicon.valid_to_day
),
touched AS (
  SELECT group_key, max(is_paid) AS is_paid
  FROM (
    SELECT t.to_group AS group_key, CASE WHEN t.from_kind = 'person' THEN 1 ELSE 0 END AS is_paid
    FROM transfers AS t
    WHERE t.from_group <> t.to_group AND t.from_group <> 0 AND t.to_group <> 0
    AND t.from_kind IN ('person', 'firm', 'unknown') AND t.to_kind IN ('person', 'firm', 'unknown')
      AND t.day BETWEEN $from_day AND $to_day
    UNION ALL
    SELECT t.from_group, 0
    FROM transfers AS t
    WHERE t.from_group <> t.to_group AND t.from_group <> 0 AND t.to_group <> 0
    AND t.from_kind IN ('person', 'firm', 'unknown') AND t.to_kind IN ('person', 'firm', 'unknown')
      AND t.day BETWEEN $from_day AND $to_day
  ) AS sides
  GROUP BY group_key
),
nightly AS (
  SELECT t.from_group, t.to_group
  FROM transfers AS t
  WHERE t.from_group <> t.to_group AND t.from_group <> 0 AND t.to_group <> 0
    AND t.from_kind IN ('person', 'firm', 'unknown') AND t.to_kind IN ('person', 'firm', 'unknown')
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
    AND (extract(hour FROM t.at) >= 23 OR extract(hour FROM t.at) < 6) AND t.time_precision IN ('second', 'minute')
    AND extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at) > 0
),
late_groups AS (
  SELECT DISTINCT t.group_key
  FROM (SELECT to_group AS group_key FROM nightly UNION ALL SELECT from_group FROM nightly) AS n
  JOIN touched AS t ON t.group_key = n.group_key
),
sums AS (
  SELECT group_key, count(*) AS entries, sum(is_timed) AS timed, sum(is_timed * is_late) AS nights
  FROM (
    SELECT l.group_key, CASE WHEN t.time_precision IN ('second', 'minute')
      AND extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at) > 0
      THEN 1 ELSE 0 END AS is_timed, CASE WHEN extract(hour FROM t.at) >= 23 OR extract(hour FROM t.at) < 6 THEN 1 ELSE 0 END AS is_late
    FROM transfers AS t
    JOIN late_groups AS l ON l.group_key = t.to_group
    LEFT JOIN batch_channels AS b ON b.channel = t.channel
    WHERE t.from_group <> t.to_group AND t.from_group <> 0 AND t.to_group <> 0
    AND t.from_kind IN ('person', 'firm', 'unknown') AND t.to_kind IN ('person', 'firm', 'unknown')
      AND b.channel IS NULL AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
    UNION ALL
    SELECT l.group_key, CASE WHEN t.time_precision IN ('second', 'minute')
      AND extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at) > 0
      THEN 1 ELSE 0 END, CASE WHEN extract(hour FROM t.at) >= 23 OR extract(hour FROM t.at) < 6 THEN 1 ELSE 0 END
    FROM transfers AS t
    JOIN late_groups AS l ON l.group_key = t.from_group
    LEFT JOIN batch_channels AS b ON b.channel = t.channel
    WHERE t.from_group <> t.to_group AND t.from_group <> 0 AND t.to_group <> 0
    AND t.from_kind IN ('person', 'firm', 'unknown') AND t.to_kind IN ('person', 'firm', 'unknown')
      AND b.channel IS NULL AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
  ) AS sides
  GROUP BY group_key
),
night_groups AS (
  SELECT group_key FROM sums
  WHERE entries >= $min_entries AND nights >= 1 AND (nights >= $min_night_share * $min_entries OR timed < entries)
),
places AS (
  SELECT party_key, min(group_key) AS group_key, substr(min(region), 1, 4) AS prefecture
  FROM entities WHERE region IS NOT NULL GROUP BY party_key
),
peopled AS (
  SELECT m.group_key
  FROM group_month AS m JOIN touched AS t ON t.group_key = m.group_key AND t.is_paid = 1
  WHERE m.last_day >= $from_day - $window_days + 1 AND m.first_day <= $to_day
  GROUP BY m.group_key HAVING sum(m.payers) >= $min_prefectures
),
wide_groups AS (
  SELECT f.to_group AS group_key
  FROM (
    SELECT DISTINCT d.to_group, p.prefecture
    FROM pair_day AS d
    JOIN peopled AS c ON c.group_key = d.to_group
    JOIN places AS p ON p.party_key = d.from_party
    WHERE d.from_group <> d.to_group AND d.from_group <> 0 AND d.from_kind = 'person'
      AND d.to_kind IN ('person', 'firm', 'unknown') AND d.day BETWEEN $from_day - $window_days + 1 AND $to_day
  ) AS f
  GROUP BY f.to_group HAVING count(*) >= $min_prefectures
),
-- The entries of these groups seen from their side; all that follows reads only them.
sides AS (
  SELECT g.group_key, g.is_wide, g.is_night, 1 AS is_in, t.day, t.from_kind, t.from_party, t.out_record, t.in_record,
    CASE WHEN b.channel IS NULL THEN 1 ELSE 0 END AS is_entry,
    CASE WHEN b.channel IS NULL AND t.time_precision IN ('second', 'minute')
      AND extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at) > 0
      THEN 1 ELSE 0 END AS is_timed,
    CASE WHEN extract(hour FROM t.at) >= 23 OR extract(hour FROM t.at) < 6 THEN 1 ELSE 0 END AS is_late
  FROM transfers AS t
  JOIN (
    SELECT group_key, max(is_wide) AS is_wide, max(is_night) AS is_night
    FROM (SELECT group_key, 1 AS is_wide, 0 AS is_night FROM wide_groups
          UNION ALL SELECT group_key, 0, 1 FROM night_groups) AS either
    GROUP BY group_key
  ) AS g ON g.group_key = t.to_group
  LEFT JOIN batch_channels AS b ON b.channel = t.channel
  WHERE t.from_group <> t.to_group AND t.from_group <> 0 AND t.to_group <> 0
    AND t.from_kind IN ('person', 'firm', 'unknown') AND t.to_kind IN ('person', 'firm', 'unknown')
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
  UNION ALL
  SELECT g.group_key, 0, 1, 0, t.day, t.from_kind, t.from_party, t.out_record, t.in_record,
    CASE WHEN b.channel IS NULL THEN 1 ELSE 0 END,
    CASE WHEN b.channel IS NULL AND t.time_precision IN ('second', 'minute')
      AND extract(hour FROM t.at) * 3600 + extract(minute FROM t.at) * 60 + extract(second FROM t.at) > 0
      THEN 1 ELSE 0 END,
    CASE WHEN extract(hour FROM t.at) >= 23 OR extract(hour FROM t.at) < 6 THEN 1 ELSE 0 END
  FROM transfers AS t
  JOIN night_groups AS g ON g.group_key = t.from_group
  LEFT JOIN batch_channels AS b ON b.channel = t.channel
  WHERE t.from_group <> t.to_group AND t.from_group <> 0 AND t.to_group <> 0
    AND t.from_kind IN ('person', 'firm', 'unknown') AND t.to_kind IN ('person', 'firm', 'unknown')
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
entry_days AS (
  SELECT group_key, day, sum(is_entry) AS entries, sum(is_timed) AS timed, sum(is_timed * is_late) AS nights
  FROM sides
  WHERE is_night = 1
  GROUP BY group_key, day
  HAVING sum(is_entry) > 0
),
homes AS (
  SELECT DISTINCT p.group_key, p.prefecture FROM places AS p JOIN wide_groups AS c ON c.group_key = p.group_key
),
paid AS (
  SELECT d.group_key, d.payer, d.day, p.prefecture, CASE WHEN h.prefecture IS NULL THEN 0 ELSE 1 END AS is_local
  FROM (
    SELECT DISTINCT group_key, from_party AS payer, day
    FROM sides WHERE is_wide = 1 AND is_in = 1 AND from_kind = 'person'
  ) AS d
  JOIN (SELECT DISTINCT group_key FROM homes) AS k ON k.group_key = d.group_key
  LEFT JOIN places AS p ON p.party_key = d.payer
  LEFT JOIN homes AS h ON h.group_key = d.group_key AND h.prefecture = p.prefecture
),
payer_stays AS (
  SELECT group_key, GREATEST(day, $from_day) AS enters, is_paid, is_local,
    CASE WHEN prefecture IS NULL THEN 0 ELSE 1 END AS is_known,
    LEAST(day + $window_days, COALESCE(LEAD(day) OVER (PARTITION BY group_key, payer ORDER BY day), day + $window_days))
      AS leaves
  FROM (
    SELECT group_key, payer, prefecture, is_local, max(day) AS day,
      CASE WHEN max(day) >= $from_day THEN 1 ELSE 0 END AS is_paid
    FROM paid
    GROUP BY group_key, payer, prefecture, is_local, GREATEST(day, $from_day)
  ) AS last_ones
),
prefecture_stays AS (
  SELECT group_key, GREATEST(day, $from_day) AS enters,
    LEAST(day + $window_days,
      COALESCE(LEAD(day) OVER (PARTITION BY group_key, prefecture ORDER BY day), day + $window_days)) AS leaves
  FROM (
    SELECT group_key, prefecture, max(day) AS day
    FROM paid WHERE prefecture IS NOT NULL
    GROUP BY group_key, prefecture, GREATEST(day, $from_day)
  ) AS seen
),
changes AS (
  SELECT group_key, enters AS day, 1 AS payers, is_known AS known, is_local AS locals, 0 AS prefectures, 0 AS entries,
    0 AS timed, 0 AS nights, is_paid, 0 AS is_booked FROM payer_stays
  UNION ALL
  SELECT group_key, leaves, -1, -is_known, -is_local, 0, 0, 0, 0, 0, 0 FROM payer_stays WHERE leaves <= $to_day
  UNION ALL
  SELECT group_key, enters, 0, 0, 0, 1, 0, 0, 0, 0, 0 FROM prefecture_stays
  UNION ALL
  SELECT group_key, leaves, 0, 0, 0, -1, 0, 0, 0, 0, 0 FROM prefecture_stays WHERE leaves <= $to_day
  UNION ALL
  SELECT group_key, GREATEST(day, $from_day), 0, 0, 0, 0, entries, timed, nights, 0,
    CASE WHEN day >= $from_day THEN 1 ELSE 0 END
  FROM entry_days
  UNION ALL
  SELECT group_key, day + $window_days, 0, 0, 0, 0, -entries, -timed, -nights, 0, 0
  FROM entry_days WHERE day + $window_days <= $to_day
),
steps AS (
  SELECT group_key, day, sum(payers) AS payers, sum(known) AS known, sum(locals) AS locals,
    sum(prefectures) AS prefectures, sum(entries) AS entries, sum(timed) AS timed, sum(nights) AS nights,
    max(is_paid) AS is_paid, max(is_booked) AS is_booked
  FROM changes GROUP BY 1, 2
),
windows AS (
  SELECT group_key, day, is_paid, is_booked,
    CAST(sum(payers) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS payers,
    CAST(sum(known) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS known,
    CAST(sum(locals) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS locals,
    CAST(sum(prefectures) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
      AS BIGINT) AS prefectures,
    CAST(sum(entries) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS entries,
    CAST(sum(timed) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS timed,
    CAST(sum(nights) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS nights
  FROM steps
),
judged AS (
  SELECT *,
    CASE WHEN is_paid = 1 AND prefectures >= $min_prefectures
      AND CAST(locals AS DOUBLE) / NULLIF(known, 0) <= $max_local_share THEN 1 ELSE 0 END AS is_wide,
    CASE WHEN CAST(known AS DOUBLE) / NULLIF(payers, 0) >= $min_known_share THEN 1 ELSE 0 END AS regions_known,
    CASE WHEN is_booked = 1 AND entries >= $min_entries
      AND CAST(nights AS DOUBLE) / NULLIF(timed, 0) >= $min_night_share THEN 1 ELSE 0 END AS is_late,
    CASE WHEN CAST(timed AS DOUBLE) / NULLIF(entries, 0) >= $min_known_share THEN 1 ELSE 0 END AS times_known
  FROM windows
  WHERE is_paid + is_booked > 0 AND day BETWEEN $from_day AND $to_day
),
decided AS (
  SELECT *, is_wide * regions_known AS wide,
    CASE WHEN timed >= $min_entries THEN is_late * times_known ELSE 0 END AS nightly,
    GREATEST(is_wide * (1 - regions_known), is_late * (1 - times_known)) AS is_unknown
  FROM judged
),
hits AS (
  SELECT 'group' AS subject_kind, group_key AS subject_id, day - $window_days + 1 AS window_from, day AS window_to,
    CASE WHEN wide + nightly > 0 THEN 'low' ELSE 'not_enough_data' END AS severity,
    CASE WHEN wide = 1 THEN prefectures END AS prefecture_count,
    CASE WHEN wide = 1 THEN CAST(locals AS DOUBLE) / known END AS local_share,
    CASE WHEN nightly = 1 THEN timed END AS entry_count,
    CASE WHEN nightly = 1 THEN CAST(nights AS DOUBLE) / timed END AS night_share
  FROM decided
  WHERE wide + nightly > 0 OR is_unknown = 1
),
shown AS (
  SELECT h.subject_id, h.window_to, 'payer_elsewhere' AS role, f.out_record, f.in_record
  FROM hits AS h
  JOIN sides AS f ON f.group_key = h.subject_id AND f.is_in = 1 AND f.day BETWEEN h.window_from AND h.window_to
  JOIN places AS p ON p.party_key = f.from_party
  LEFT JOIN homes AS o ON o.group_key = h.subject_id AND o.prefecture = p.prefecture
  WHERE h.prefecture_count IS NOT NULL AND f.from_kind = 'person' AND o.prefecture IS NULL
  UNION ALL
  SELECT h.subject_id, h.window_to, 'night_entry' AS role, f.out_record, f.in_record
  FROM hits AS h
  JOIN sides AS f ON f.group_key = h.subject_id AND f.day BETWEEN h.window_from AND h.window_to
  WHERE h.entry_count IS NOT NULL AND f.is_timed * f.is_late = 1
),
proof AS (
  SELECT subject_id, window_to, role, out_record AS record_id FROM shown WHERE out_record IS NOT NULL
  UNION ALL
  SELECT subject_id, window_to, role, in_record AS record_id FROM shown WHERE in_record IS NOT NULL
)
SELECT h.subject_kind, h.subject_id, h.window_from, h.window_to, h.severity,
  CASE WHEN p.record_id IS NULL THEN 'none' ELSE 'transactions' END AS record_kind,
  COALESCE(p.record_id, 0) AS record_id, COALESCE(p.role, 'none') AS role,
  h.prefecture_count, h.local_share, h.entry_count, h.night_share
FROM hits AS h
LEFT JOIN proof AS p ON p.subject_id = h.subject_id AND p.window_to = h.window_to
