/* ---
id: periodic_proportional_return
code: T08
version: 2
name: {zh: 固定比例周期性返息, en: Periodic proportional return}
sectors: [bank, micro_loan, guarantee, pawn]
severity: [critical, medium]
window_days: 400
lookback_days: 460
opens_alert: true
reads: [principal_day, transfers]
claim:
  zh: "向 {pair_count} 名此前存入资金的自然人按比例周期性付款：每期约为本金的 {rate}，间隔约 {period_days} 天，折合年化 {annual_rate}；{modal_share} 的人比例相同；所涉本金 {principal} 元，已付 {returns_paid} 元"
  en: "Paid {pair_count} persons who had put money in, in proportion and periodically: about {rate} of the principal every {period_days} days, {annual_rate} a year; {modal_share} of them at one rate; principal {principal} CNY, paid so far {returns_paid} CNY"
explanation:
  zh: >-
    同一控制组先收到自然人的资金，此后按各人本金的同一比例、同一周期向其付款，与承诺还本付息的特征一致。
    本金为累计存入减去已退本金（一次付款达到当时本金的一半即视为退本）；付款比例稳定、间隔稳定、且多人比例相同才构成线索。
  en: >-
    One control group first receives money from natural persons and then pays them at one rate of their principal and at one
    interval, as a promise of principal and interest would. Principal is what was put in less what was paid back (a payment of
    at least half of the principal is principal). A stable rate, a stable interval and one rate for many people together make a lead.
legal_basis:
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第二条、第八条、第十二条, valid_from: 2021-05-01, valid_to: null}
  - {text: 《最高人民法院关于审理非法集资刑事案件具体应用法律若干问题的解释》（2022年修正）第一条、第三条, valid_from: 2022-03-01, valid_to: null}
false_positives:
  zh: 银行贷款分期还款（方向相反，不会命中）；代发工资（收款人从不存入）；租金；合作社经批准的分红（多为一年一次，不在周期之列）；持牌机构理财付息。
  en: Loan instalments (the direction is reversed and does not fire); payroll (payees never pay in); rent; approved dividends of co-operatives (mostly once a year, not among the intervals); interest of licensed institutions.
blind_spots:
  zh: 以现金或经支付机构收付的本息看不到付款人；借他人账户收息（收款人与存款人不是同一主体）；每期换比例；一年一付；期末一次还本付息；当月之前四百三十天以外存入、其后再未追加或续存的本金。
  en: Principal or returns in cash or through payment firms hide the payer; returns paid to somebody else's account; a rate that changes each time; yearly payment; one payment of principal and interest at maturity; principal put in more than 430 days before the month and neither topped up nor renewed since.
parameters:
  min_pairs: {value: 10, unit: persons, min: 3, max: 500, why: 少于十人更像亲友借贷；十人约为追诉标准一百五十人的百分之七}
  min_returns: {value: 3, unit: count, min: 3, max: 24, why: 三次付款才有两个间隔，可以看出周期}
  min_returns_medium: {value: 2, unit: count, min: 2, max: 24, why: 两次付款只够提示，严重度降为中}
  min_modal_share: {value: 0.4, unit: share, min: 0.1, max: 1, why: 同一产品的人比例相同；不同产品并存时最大的一档约占四成}
  min_principal: {value: 1000, unit: CNY, min: 1, max: 1000000, why: 更小的往来是日常收付}
  min_rate: {value: 2, unit: permille, min: 0.1, max: 100, why: 每期千分之二以下接近活期利息}
  max_rate: {value: 150, unit: permille, min: 10, max: 490, why: 每期超过百分之十五的付款更像退本或货款}
  max_rate_spread: {value: 0.15, unit: ratio, min: 0.01, max: 1, why: 各期付款比例的变异系数；容忍期中追加本金的一期}
  max_gap_spread: {value: 3, unit: days, min: 0, max: 15, why: 间隔的绝对中位差；因周末与节假日提前或顺延的天数不计在内}
measures:
  pair_count: {unit: persons, zh: 固定比例收款人数, en: persons paid in proportion, threshold: min_pairs, full: 30}
  modal_share: {unit: share, zh: 比例相同的人占比, en: share of persons at one rate, threshold: min_modal_share, full: 0.8}
  rate: {unit: share, zh: 每期比例, en: rate per period}
  annual_rate: {unit: share, zh: 折合年化, en: rate a year}
  period_days: {unit: days, zh: 付款间隔, en: interval}
  principal: {unit: CNY, zh: 所涉本金, en: principal}
  returns_paid: {unit: CNY, zh: 已付返息, en: returns paid}
  rounded_to: {unit: CNY, zh: 本金取整单位（0 为实际到账）, en: principal rounded up to (0 = as received)}
--- */
-- How the definition is read
-- * The subject is the control group: deposits into any of its accounts and payouts from any other of its accounts
--   meet in the pair (group, person) of principal_day, which holds the principal of the evening before each payout:
--   a deposit of the same day (a top-up on payout day) has not earned yet, a payout of half of it returns principal.
-- * Everything is seen from the evening of the end day, on which the group pays a return: each (group, end day) is
--   computed from its own rows, so nights run one by one give what one run over the range gives.
-- * Interest deducted up front: 95,000 arrives for 100,000. P is tried as received, and with each deposit rounded
--   up to the next 1,000 and the next 10,000; the reading with the most uniform rate is reported.
-- * The modal bin of 0.1 percentage points may start at any pair's own rate: with fixed edges 1.25 % paid to the
--   fen would fall on both sides of an edge.
-- * Medians are of the ordered values (mean of the middle two), kept as integers by doubling.
-- * Payment days are moved by weekends and holidays: a payout on the first working day after days off may have been
--   due on any of them, one on the last before may have been due later. A gap is therefore an interval; it is off the
--   median only as far as the calendar does not explain it, and the period is read from the medians of both ends.
--   Where no day off is near, interval and gap are the same. (Version 1 held the bare gap against the median, and
--   took principal from 1,095 days; principal_day holds 430 before the month.)
--
-- Prunes, exact: a qualifying pair has two payouts on different days, so a group needs 2 * min_pairs rows of payouts,
-- one of them tonight; a larger range only admits more. Money without a value is kept until it is counted.
WITH payouts AS (
    SELECT group_key, person_key, day, payout_cny AS payout, principal_cny, principal_1000_cny, principal_10000_cny,
           late_days, early_days, CASE WHEN is_unvalued THEN 1 ELSE 0 END AS unvalued
    FROM principal_day
    WHERE last_payout_day = day AND day BETWEEN $from_day - $window_days + 1 AND $to_day
),
candidates AS (
    SELECT group_key
    FROM payouts
    GROUP BY group_key
    HAVING count(*) >= 2 * $min_pairs AND max(day) >= $from_day
),
evenings AS (
    SELECT payouts.group_key, payouts.day AS end_day
    FROM payouts
    JOIN candidates ON candidates.group_key = payouts.group_key
    WHERE payouts.day BETWEEN $from_day AND $to_day
    GROUP BY payouts.group_key, payouts.day
),
seen AS (
    SELECT evenings.end_day, payouts.group_key, payouts.person_key, payouts.day, payouts.payout,
           payouts.principal_cny, payouts.principal_1000_cny, payouts.principal_10000_cny, payouts.late_days,
           payouts.early_days,
           max(payouts.unvalued) OVER (PARTITION BY evenings.end_day, payouts.group_key, payouts.person_key)
               AS unvalued,
           count(*) OVER (PARTITION BY evenings.end_day, payouts.group_key, payouts.person_key) AS payouts
    FROM evenings
    JOIN payouts ON payouts.group_key = evenings.group_key
        AND payouts.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
),
unvalued_pairs AS (
    SELECT group_key, end_day, count(*) AS pair_count
    FROM (SELECT DISTINCT group_key, end_day, person_key FROM seen WHERE unvalued > 0 AND payouts >= 2) AS unvalued_rows
    GROUP BY group_key, end_day
),
roundings AS (
    SELECT CAST(1 AS BIGINT) AS unit
    UNION ALL
    SELECT CAST(100000 AS BIGINT)
    UNION ALL
    SELECT CAST(1000000 AS BIGINT)
),
rounded AS (
    SELECT seen.group_key, seen.end_day, roundings.unit, seen.person_key, seen.day, seen.payout, seen.late_days,
           seen.early_days, seen.principal_cny AS received,
           CASE roundings.unit
               WHEN 1 THEN seen.principal_cny
               WHEN 100000 THEN seen.principal_1000_cny
               ELSE seen.principal_10000_cny
           END AS principal
    FROM seen
    CROSS JOIN roundings
    WHERE seen.unvalued = 0 AND seen.payouts >= 2
),
readings_tried AS (
    -- exact: where rounding changes no principal the reading is the one as received, which is preferred anyway
    SELECT group_key, end_day, unit
    FROM rounded
    GROUP BY group_key, end_day, unit
    HAVING unit = 1 OR max(CASE WHEN principal <> received THEN 1 ELSE 0 END) = 1
),
returns AS (
    SELECT rounded.group_key, rounded.end_day, rounded.unit, rounded.person_key, rounded.day, rounded.payout,
           rounded.principal, rounded.late_days, rounded.early_days,
           -- parts per million, rounded to the nearest: an integer on every engine
           (rounded.payout * 1000000 + rounded.principal // 2) // rounded.principal AS rate_ppm,
           rounded.day - lag(rounded.day) OVER pair_rows AS gap,
           -- the shortest and the longest time between two due dates that the calendar can have moved here
           rounded.day - rounded.late_days
               - lag(rounded.day + rounded.early_days) OVER pair_rows AS least_gap,
           rounded.day + rounded.early_days
               - lag(rounded.day - rounded.late_days) OVER pair_rows AS most_gap,
           row_number() OVER (
               PARTITION BY rounded.group_key, rounded.end_day, rounded.unit, rounded.person_key
               ORDER BY rounded.day DESC
           ) AS latest
    FROM rounded
    JOIN readings_tried ON readings_tried.group_key = rounded.group_key
        AND readings_tried.end_day = rounded.end_day AND readings_tried.unit = rounded.unit
    WHERE rounded.principal >= $min_principal AND rounded.payout > 0
      AND 1000 * rounded.payout >= $min_rate * rounded.principal
      AND 1000 * rounded.payout <= $max_rate * rounded.principal
    WINDOW pair_rows AS (
        PARTITION BY rounded.group_key, rounded.end_day, rounded.unit, rounded.person_key ORDER BY rounded.day
    )
),
rates AS (
    SELECT group_key, end_day, unit, person_key, count(*) AS returns, max(day) AS last_day,
           CAST(sum(payout) AS BIGINT) AS returns_paid,
           CAST(sum(CASE WHEN latest = 1 THEN principal ELSE 0 END) AS BIGINT) AS principal,
           CAST(sum(rate_ppm) AS BIGINT) AS rate_sum, CAST(sum(rate_ppm * rate_ppm) AS BIGINT) AS rate_squares
    FROM returns
    GROUP BY group_key, end_day, unit, person_key
    HAVING count(*) >= LEAST($min_returns, $min_returns_medium)
),
gaps AS (
    SELECT group_key, end_day, unit, person_key, gap, least_gap, most_gap,
           row_number() OVER (PARTITION BY group_key, end_day, unit, person_key ORDER BY gap, day) AS place,
           row_number() OVER (PARTITION BY group_key, end_day, unit, person_key ORDER BY least_gap, day) AS least_place,
           row_number() OVER (PARTITION BY group_key, end_day, unit, person_key ORDER BY most_gap, day) AS most_place,
           count(*) OVER (PARTITION BY group_key, end_day, unit, person_key) AS gaps
    FROM returns
    WHERE gap IS NOT NULL
),
middle AS (
    SELECT group_key, end_day, unit, person_key,
           CAST(sum(CASE WHEN place = (gaps + 1) // 2 THEN gap ELSE 0 END)
              + sum(CASE WHEN place = (gaps + 2) // 2 THEN gap ELSE 0 END) AS BIGINT) AS twice_gap,
           CAST(sum(CASE WHEN least_place = (gaps + 1) // 2 THEN least_gap ELSE 0 END)
              + sum(CASE WHEN least_place = (gaps + 2) // 2 THEN least_gap ELSE 0 END) AS BIGINT) AS twice_least,
           CAST(sum(CASE WHEN most_place = (gaps + 1) // 2 THEN most_gap ELSE 0 END)
              + sum(CASE WHEN most_place = (gaps + 2) // 2 THEN most_gap ELSE 0 END) AS BIGINT) AS twice_most
    FROM gaps
    GROUP BY group_key, end_day, unit, person_key
),
periods AS (
    SELECT 1 AS period_days, 365 AS per_year, 1 AS shortest, 1 AS longest
    UNION ALL
    SELECT 7, 52, 6, 8
    UNION ALL
    SELECT 15, 24, 14, 16
    UNION ALL
    SELECT 30, 12, 27, 33
    UNION ALL
    SELECT 90, 4, 85, 95
),
-- The class whose band the medians of the intervals reach; of several, the one nearest to the median of the gaps.
classed AS (
    SELECT middle.group_key, middle.end_day, middle.unit, middle.person_key, periods.period_days, periods.per_year,
           -- the gap held against each: the median itself where its class holds it, else the nearest day of the band
           LEAST(GREATEST(middle.twice_gap, 2 * periods.shortest), 2 * periods.longest) AS twice_gap,
           row_number() OVER (
               PARTITION BY middle.group_key, middle.end_day, middle.unit, middle.person_key
               ORDER BY GREATEST(middle.twice_gap - 2 * periods.longest, 2 * periods.shortest - middle.twice_gap, 0),
                        periods.period_days
           ) AS place
    FROM middle
    JOIN periods ON middle.twice_least <= 2 * periods.longest AND middle.twice_most >= 2 * periods.shortest
),
deviations AS (
    SELECT gaps.group_key, gaps.end_day, gaps.unit, gaps.person_key, classed.period_days, classed.per_year, gaps.gaps,
           GREATEST(2 * gaps.least_gap - classed.twice_gap, classed.twice_gap - 2 * gaps.most_gap, 0) AS twice_off,
           row_number() OVER (
               PARTITION BY gaps.group_key, gaps.end_day, gaps.unit, gaps.person_key
               ORDER BY GREATEST(2 * gaps.least_gap - classed.twice_gap, classed.twice_gap - 2 * gaps.most_gap, 0),
                        gaps.place
           ) AS place
    FROM gaps
    JOIN classed ON classed.group_key = gaps.group_key AND classed.end_day = gaps.end_day
        AND classed.unit = gaps.unit AND classed.person_key = gaps.person_key AND classed.place = 1
),
rhythms AS (
    SELECT group_key, end_day, unit, person_key, period_days, per_year
    FROM deviations
    GROUP BY group_key, end_day, unit, person_key, period_days, per_year
    HAVING sum(CASE WHEN place = (gaps + 1) // 2 THEN twice_off ELSE 0 END)
         + sum(CASE WHEN place = (gaps + 2) // 2 THEN twice_off ELSE 0 END) <= 4 * $max_gap_spread
),
qualified AS (
    SELECT rates.group_key, rates.end_day, rates.unit, rates.person_key, rates.returns, rates.last_day,
           rates.returns_paid, rates.principal, (rates.rate_sum + rates.returns // 2) // rates.returns AS rate_ppm,
           rhythms.period_days, rhythms.per_year
    FROM rates
    JOIN rhythms ON rhythms.group_key = rates.group_key AND rhythms.end_day = rates.end_day
        AND rhythms.unit = rates.unit AND rhythms.person_key = rates.person_key
    -- coefficient of variation of the rate (population): sqrt(n * sum of squares - square of sum) / sum
    WHERE SQRT(CAST(rates.returns * rates.rate_squares - rates.rate_sum * rates.rate_sum AS DOUBLE))
          <= $max_rate_spread * rates.rate_sum
),
tiers AS (
    SELECT 1 AS tier, 'critical' AS severity, $min_returns AS least_returns
    UNION ALL
    SELECT 2, 'medium', $min_returns_medium
),
binned AS (
    SELECT qualified.*, tiers.tier, tiers.severity,
           count(*) OVER (
               PARTITION BY qualified.group_key, qualified.end_day, qualified.unit, tiers.tier
               ORDER BY qualified.rate_ppm
               RANGE BETWEEN CURRENT ROW AND 999 FOLLOWING
           ) AS in_bin
    FROM qualified
    JOIN tiers ON qualified.returns >= tiers.least_returns
),
modes AS (
    SELECT group_key, end_day, unit, tier, severity, rate_ppm AS bin_start, in_bin,
           count(*) OVER (PARTITION BY group_key, end_day, unit, tier) AS pair_count,
           max(last_day) OVER (PARTITION BY group_key, end_day, unit, tier) AS last_day,
           row_number() OVER (
               PARTITION BY group_key, end_day, unit, tier ORDER BY in_bin DESC, rate_ppm, person_key
           ) AS place
    FROM binned
),
readings AS (
    SELECT group_key, end_day, unit, tier, severity, bin_start, in_bin, pair_count,
           row_number() OVER (
               PARTITION BY group_key, end_day
               ORDER BY tier, CAST(in_bin AS DOUBLE) / pair_count DESC, pair_count DESC, unit
           ) AS place
    FROM modes
    -- the record that makes the rule fire tonight: a return to a qualifying pair on the end day
    WHERE place = 1 AND pair_count >= $min_pairs AND last_day = end_day
      AND CAST(in_bin AS DOUBLE) / pair_count >= $min_modal_share
),
chosen AS (
    SELECT group_key, end_day, unit, tier, severity, bin_start, in_bin, pair_count FROM readings WHERE place = 1
),
members AS (
    SELECT chosen.group_key, chosen.end_day, chosen.unit, chosen.severity, chosen.in_bin, chosen.pair_count,
           binned.person_key, binned.rate_ppm, binned.period_days, binned.per_year, binned.principal,
           binned.returns_paid,
           CASE WHEN binned.rate_ppm BETWEEN chosen.bin_start AND chosen.bin_start + 999 THEN 1 ELSE 0 END AS modal
    FROM chosen
    JOIN binned ON binned.group_key = chosen.group_key AND binned.end_day = chosen.end_day
        AND binned.unit = chosen.unit AND binned.tier = chosen.tier
),
rhythm_counts AS (
    SELECT group_key, end_day, period_days, per_year,
           row_number() OVER (PARTITION BY group_key, end_day ORDER BY count(*) DESC, period_days) AS place
    FROM members
    WHERE modal = 1
    GROUP BY group_key, end_day, period_days, per_year
),
fired AS (
    SELECT members.group_key, members.end_day, members.unit, members.severity,
           max(members.pair_count) AS pair_count,
           CAST(max(members.in_bin) AS DOUBLE) / max(members.pair_count) AS modal_share,
           CAST(sum(members.modal * members.rate_ppm) // sum(members.modal) AS BIGINT) AS rate_ppm,
           CAST(sum(members.principal) AS BIGINT) AS principal, CAST(sum(members.returns_paid) AS BIGINT) AS returns_paid
    FROM members
    GROUP BY members.group_key, members.end_day, members.unit, members.severity
),
partial AS (
    SELECT group_key, end_day, max(pair_count) AS pair_count FROM modes GROUP BY group_key, end_day
),
hits AS (
    SELECT 'group' AS subject_kind, fired.group_key AS subject_id, fired.end_day - $window_days + 1 AS window_from,
           fired.end_day AS window_to, fired.severity,
           fired.pair_count, fired.modal_share, CAST(fired.rate_ppm AS DOUBLE) / 1000000 AS rate,
           CAST(fired.rate_ppm * rhythm_counts.per_year AS DOUBLE) / 1000000 AS annual_rate,
           rhythm_counts.period_days, fired.principal, fired.returns_paid,
           CASE WHEN fired.unit = 1 THEN 0 ELSE fired.unit END AS rounded_to
    FROM fired
    JOIN rhythm_counts ON rhythm_counts.group_key = fired.group_key AND rhythm_counts.end_day = fired.end_day
        AND rhythm_counts.place = 1
    UNION ALL
    -- third outcome: the pairs whose amounts have no CNY value would have been enough
    SELECT 'group', unvalued_pairs.group_key, unvalued_pairs.end_day - $window_days + 1, unvalued_pairs.end_day,
           'not_enough_data', COALESCE(partial.pair_count, 0), NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM unvalued_pairs
    LEFT JOIN partial ON partial.group_key = unvalued_pairs.group_key AND partial.end_day = unvalued_pairs.end_day
    LEFT JOIN chosen ON chosen.group_key = unvalued_pairs.group_key AND chosen.end_day = unvalued_pairs.end_day
    WHERE chosen.group_key IS NULL AND unvalued_pairs.pair_count + COALESCE(partial.pair_count, 0) >= $min_pairs
),
return_days AS (
    SELECT returns.group_key, returns.end_day, returns.person_key, returns.day
    FROM returns
    JOIN chosen ON chosen.group_key = returns.group_key AND chosen.end_day = returns.end_day
        AND chosen.unit = returns.unit
),
proof AS (
    SELECT members.group_key, members.end_day, transfers.out_record, transfers.in_record, 'deposit' AS role
    FROM members
    JOIN transfers ON transfers.to_group = members.group_key AND transfers.from_party = members.person_key
    WHERE transfers.from_group <> transfers.to_group
      -- as far as principal_day looks back
      AND transfers.day BETWEEN members.end_day - 460 AND members.end_day
    UNION ALL
    SELECT members.group_key, members.end_day, transfers.out_record, transfers.in_record,
           CASE WHEN return_days.day IS NULL THEN 'principal_returned' ELSE 'return' END
    FROM members
    JOIN transfers ON transfers.from_group = members.group_key AND transfers.to_party = members.person_key
    LEFT JOIN return_days ON return_days.group_key = members.group_key AND return_days.end_day = members.end_day
        AND return_days.person_key = members.person_key AND return_days.day = transfers.day
    WHERE transfers.from_group <> transfers.to_group
      -- as far as principal_day looks back
      AND transfers.day BETWEEN members.end_day - 460 AND members.end_day
),
legs AS (
    SELECT group_key, end_day, role, out_record AS record_id FROM proof WHERE out_record IS NOT NULL
    UNION ALL
    SELECT group_key, end_day, role, in_record FROM proof WHERE in_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'transactions' END AS record_kind,
       COALESCE(legs.record_id, 0) AS record_id, COALESCE(legs.role, 'none') AS role,
       hits.pair_count, hits.modal_share, hits.rate, hits.annual_rate, hits.period_days, hits.principal,
       hits.returns_paid, hits.rounded_to
FROM hits
LEFT JOIN legs ON legs.group_key = hits.subject_id AND legs.end_day = hits.window_to
    AND hits.severity <> 'not_enough_data'
