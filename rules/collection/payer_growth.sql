/* ---
id: payer_growth
code: T05
version: 1
name: {zh: 付款人裂变增长, en: Growing number of new payers}
sectors: [bank, micro_loan, guarantee, pawn]
severity: medium
window_days: 120
lookback_days: 485
opens_alert: true
reads: [coverage, entities, group_month, pair_day, transfers]
requires: [transfers]
claim:
  zh: "首次付款的自然人连续三期（每期三十天）增长：{second_new}、{third_new}、{latest_new} 人（此前一期 {first_new} 人），每期不少于上一期的 {least_growth} 倍"
  en: "People who pay for the first time grew over three periods of thirty days: {second_new}, {third_new}, {latest_new} (after {first_new} in the period before), at least {least_growth} times the period before each"
explanation:
  zh: >-
    人拉人的募集，每一批付款人又带来更多新付款人。只数首次付款的人：老客户反复付款、淡旺季往来都不增加人数。
    三期各满三十天，截止评估日，逐期都要达到人数与增长倍数。
  en: >-
    Where each payer brings others, newcomers multiply. Only first payments count: returning customers add nobody. Three full
    periods of thirty days end on the evaluated day, and each of them must hold the number and the growth.
no_data:
  zh: 窗口内有缺报日，或报送历史短于窗口，老付款人会被误认作新付款人
  en: days of the window are missing or the feed is younger than the window, so that old payers could pass for new ones
legal_basis:
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第二条、第八条、第十二条, valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 新店开业季（见 F2）；新楼盘交费（见 F3）；季节性报名、招生；公众募捐。
  en: The opening season of a shop (F2), first fees of a new estate (F3), seasonal enrolment, a public appeal for donations.
blind_spots:
  zh: 经清算机构付款的人不可见；发展阶段不足三个月或已过增长期；增长以同一批人追加投入为主；换收款主体后重新计数；超过回溯期的老付款人再付款算作新付款人。
  en: Payers behind clearing; schemes younger than three months or past their growth; growth by larger sums of the same people; a change of collector starts anew; a payer who comes back after the lookback counts as new.
parameters:
  min_new_payers: {value: 20, unit: persons, min: 5, max: 500, why: 每月二十名新付款人，三个月即六十人，已非亲友往来}
  min_growth: {value: 1.3, unit: ratio, min: 1, max: 5, why: 每月增三成；连续三月即翻一番有余}
  memory_days: {value: 365, unit: days, min: 120, max: 730, why: 一年内付过款的不算新付款人，覆盖按年往来的客户}
measures:
  least_new: {unit: persons, zh: 三期中最少的新付款人, en: fewest newcomers of the three periods, threshold: min_new_payers, full: 80}
  least_growth: {unit: ratio, zh: 三期中最小的增长倍数, en: smallest growth of the three periods, threshold: min_growth, full: 2}
  latest_new: {unit: persons, zh: 最近一期新付款人, en: newcomers of the latest period}
  third_new: {unit: persons, zh: 前一期新付款人, en: newcomers of the period before}
  second_new: {unit: persons, zh: 前二期新付款人, en: newcomers two periods before}
  first_new: {unit: persons, zh: 前三期新付款人, en: newcomers three periods before}
--- */
-- How the definition is read
-- * "Month": a trailing period of thirty days (a quarter of the window), so that months of unequal length and the day of
--   evaluation make no difference; four of them end on the evaluated day.
-- * New payer: a natural person outside the control group who has not paid any account of the group for memory_days.
--   Nobody can be new twice in a window, as memory_days is no shorter than the window. Clearing, cash and the bank are
--   nobody.
-- * ">= 20 and >= 1.3 x previous month for 3 months": each of the last three periods has both; the fourth is only the
--   base of the first comparison. A period before without any newcomer is exceeded by any.
-- * Evaluated on days on which a new payer arrives.
-- * Not enough data: a day before the latest period for which the bank that keeps the accounts sent nothing, or a feed
--   that begins inside the window, makes old payers look new later on. (Days of the latest period that are missing only
--   hide newcomers.) A late delivery is there by now and spoils nothing. Where no account of the group is reported, it
--   is the payers' banks that are asked: all of them.
-- Exact prunes: only a group that a person paid on an evaluated day can have a newcomer on it. The payers of the months
-- which a span of days meets (group_month) are no fewer than the span's newcomers; each period's are min_growth times
-- those of the period before, of which the earliest has min_new_payers (0.001 for rounding). A person's first payment
-- in the days read is an arrival; later ones can be one only where the days read hold more than memory_days between
-- the first and the last. A newcomer's stay in a period that ends before the evaluated days adds and takes away alike, so
-- it is left out, and one that began before them counts from their first day.
WITH touched AS (
    SELECT DISTINCT to_group AS group_key
    FROM pair_day
    WHERE from_kind = 'person' AND to_kind <> 'clearing' AND from_group <> to_group AND to_group <> 0
      AND day BETWEEN $from_day AND $to_day
),
candidates AS (
    SELECT group_month.group_key
    FROM group_month
    JOIN touched ON touched.group_key = group_month.group_key
    WHERE group_month.last_day >= $from_day - $window_days + 1 AND group_month.first_day <= $to_day
    GROUP BY group_month.group_key
    HAVING sum(group_month.payers) >= $min_new_payers * (1 + $min_growth + $min_growth * $min_growth) - 0.001
       AND sum(CASE WHEN group_month.last_day >= $from_day - $window_days // 4 + 1 THEN group_month.payers ELSE 0 END)
           >= $min_new_payers * $min_growth * $min_growth - 0.001
),
paid AS (
    SELECT pair_day.to_group AS group_key, pair_day.from_party AS payer, min(pair_day.day) AS first_day,
           max(pair_day.day) AS last_day
    FROM pair_day
    JOIN candidates ON candidates.group_key = pair_day.to_group
    WHERE pair_day.from_kind = 'person' AND pair_day.to_kind <> 'clearing' AND pair_day.from_group <> pair_day.to_group
      AND pair_day.day BETWEEN $from_day - $window_days + 1 - $memory_days AND $to_day
    GROUP BY pair_day.to_group, pair_day.from_party
),
returned AS (
    SELECT pair_day.to_group AS group_key, pair_day.from_party AS payer, pair_day.day,
           LAG(pair_day.day) OVER (
               PARTITION BY pair_day.to_group, pair_day.from_party ORDER BY pair_day.day, pair_day.any_transfer
           ) AS before
    FROM pair_day
    JOIN paid ON paid.group_key = pair_day.to_group AND paid.payer = pair_day.from_party
        AND paid.last_day - paid.first_day > $memory_days
    WHERE pair_day.from_kind = 'person' AND pair_day.to_kind <> 'clearing' AND pair_day.from_group <> pair_day.to_group
      AND pair_day.day BETWEEN $from_day - $window_days + 1 - $memory_days AND $to_day
),
arrivals AS (
    SELECT group_key, payer, first_day AS day FROM paid WHERE first_day >= $from_day - $window_days + 1
    UNION ALL
    SELECT group_key, payer, day
    FROM returned
    WHERE day >= $from_day - $window_days + 1 AND day - before > $memory_days
),
newcomers AS (
    SELECT group_key, day, count(*) AS people FROM arrivals GROUP BY group_key, day
),
places AS (
    SELECT 0 AS place
    UNION ALL
    SELECT 1
    UNION ALL
    SELECT 2
    UNION ALL
    SELECT 3
),
-- Sweep line: a newcomer is in the latest period for a quarter of the window, then in the period before, and so on.
stays AS (
    SELECT newcomers.group_key, newcomers.people, places.place,
           newcomers.day + places.place * ($window_days // 4) AS enters,
           newcomers.day + (places.place + 1) * ($window_days // 4) AS leaves
    FROM newcomers
    JOIN places ON newcomers.day + places.place * ($window_days // 4) <= $to_day
        AND newcomers.day + (places.place + 1) * ($window_days // 4) > $from_day
),
steps AS (
    SELECT group_key, day, CAST(sum(CASE WHEN place = 0 THEN people ELSE 0 END) AS BIGINT) AS latest,
           CAST(sum(CASE WHEN place = 1 THEN people ELSE 0 END) AS BIGINT) AS third,
           CAST(sum(CASE WHEN place = 2 THEN people ELSE 0 END) AS BIGINT) AS second,
           CAST(sum(CASE WHEN place = 3 THEN people ELSE 0 END) AS BIGINT) AS first, max(is_trigger) AS is_trigger
    FROM (
        SELECT group_key, GREATEST(enters, $from_day) AS day, place, people,
               CASE WHEN place = 0 AND enters >= $from_day THEN 1 ELSE 0 END AS is_trigger
        FROM stays
        UNION ALL
        SELECT group_key, leaves, place, -people, 0 FROM stays WHERE leaves <= $to_day
    ) AS changes
    GROUP BY group_key, day
),
windows AS (
    SELECT group_key, day AS end_day, is_trigger,
           CAST(sum(latest) OVER (
               PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS latest_new,
           CAST(sum(third) OVER (
               PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS third_new,
           CAST(sum(second) OVER (
               PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS second_new,
           CAST(sum(first) OVER (
               PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS first_new
    FROM steps
),
grown AS (
    SELECT group_key, end_day, latest_new, third_new, second_new, first_new,
           LEAST(latest_new, LEAST(third_new, second_new)) AS least_new,
           LEAST(CAST(latest_new AS DOUBLE) / third_new, LEAST(CAST(third_new AS DOUBLE) / second_new,
                 COALESCE(CAST(second_new AS DOUBLE) / NULLIF(first_new, 0), CAST(third_new AS DOUBLE) / second_new)))
               AS least_growth
    FROM windows
    WHERE is_trigger = 1 AND end_day BETWEEN $from_day AND $to_day AND latest_new >= $min_new_payers
      AND third_new >= $min_new_payers AND second_new >= $min_new_payers
),
near AS (
    SELECT * FROM grown WHERE least_growth >= $min_growth
),
keepers AS (
    SELECT DISTINCT entities.group_key, entities.institution
    FROM entities
    JOIN (SELECT DISTINCT group_key FROM near) AS groups ON groups.group_key = entities.group_key
    WHERE entities.is_reported AND entities.institution IS NOT NULL
),
feeds AS (
    SELECT institution, sector, min(day) AS first_day
    FROM coverage
    GROUP BY institution, sector
),
asked AS (
    SELECT group_key, institution FROM keepers
    UNION ALL
    SELECT groups.group_key, feeds.institution
    FROM (SELECT DISTINCT group_key FROM near) AS groups
    LEFT JOIN (SELECT DISTINCT group_key FROM keepers) AS kept ON kept.group_key = groups.group_key
    JOIN feeds ON feeds.sector = 'bank'
    WHERE kept.group_key IS NULL
),
gaps AS (
    SELECT DISTINCT near.group_key, near.end_day
    FROM near
    JOIN asked ON asked.group_key = near.group_key
    JOIN feeds ON feeds.institution = asked.institution
    LEFT JOIN coverage ON coverage.institution = asked.institution AND coverage.status = 'missing'
        AND coverage.day BETWEEN near.end_day - $window_days + 1 AND near.end_day - $window_days // 4
    WHERE coverage.day IS NOT NULL OR feeds.first_day > near.end_day - $window_days + 1
),
hits AS (
    SELECT 'group' AS subject_kind, near.group_key AS subject_id, near.end_day - $window_days + 1 AS window_from,
           near.end_day AS window_to, CASE WHEN gaps.group_key IS NULL THEN 'medium' ELSE 'not_enough_data' END AS severity,
           near.least_new, near.least_growth, near.latest_new, near.third_new, near.second_new, near.first_new
    FROM near
    LEFT JOIN gaps ON gaps.group_key = near.group_key AND gaps.end_day = near.end_day
),
proof AS (
    -- what each newcomer of the window paid on the first day
    SELECT hits.subject_id, hits.window_to, transfers.out_record, transfers.in_record
    FROM hits
    JOIN arrivals ON arrivals.group_key = hits.subject_id AND arrivals.day BETWEEN hits.window_from AND hits.window_to
    JOIN transfers ON transfers.to_group = arrivals.group_key AND transfers.from_party = arrivals.payer
        AND transfers.day = arrivals.day
    WHERE hits.severity <> 'not_enough_data' AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
      AND transfers.to_kind <> 'clearing' AND transfers.from_kind = 'person'
),
legs AS (
    SELECT subject_id, window_to, out_record AS record_id FROM proof WHERE out_record IS NOT NULL
    UNION ALL
    SELECT subject_id, window_to, in_record FROM proof WHERE in_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'transactions' END AS record_kind,
       COALESCE(legs.record_id, 0) AS record_id,
       CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'first_payment' END AS role,
       hits.least_new, hits.least_growth, hits.latest_new, hits.third_new, hits.second_new, hits.first_new
FROM hits
LEFT JOIN legs ON legs.subject_id = hits.subject_id AND legs.window_to = hits.window_to
