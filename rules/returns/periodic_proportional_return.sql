/* ---
id: periodic_proportional_return
code: T08
version: 1
name: {zh: 固定比例周期性返息, en: Periodic proportional return}
sectors: [bank, micro_loan, guarantee, pawn]
severity: [critical, medium]
window_days: 400
lookback_days: 1095
opens_alert: true
reads: [pair_day, transfers]
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
  zh: 以现金或经支付机构收付的本息看不到付款人；借他人账户收息（收款人与存款人不是同一主体）；每期换比例；一年一付；期末一次还本付息。
  en: Principal or returns in cash or through payment firms hide the payer; returns paid to somebody else's account; a rate that changes each time; yearly payment; one payment of principal and interest at maturity.
parameters:
  min_pairs: {value: 10, unit: persons, min: 3, max: 500, why: 少于十人更像亲友借贷；十人约为追诉标准一百五十人的百分之七}
  min_returns: {value: 3, unit: count, min: 3, max: 24, why: 三次付款才有两个间隔，可以看出周期}
  min_returns_medium: {value: 2, unit: count, min: 2, max: 24, why: 两次付款只够提示，严重度降为中}
  min_modal_share: {value: 0.4, unit: share, min: 0.1, max: 1, why: 同一产品的人比例相同；不同产品并存时最大的一档约占四成}
  min_principal: {value: 1000, unit: CNY, min: 1, max: 1000000, why: 更小的往来是日常收付}
  min_rate: {value: 2, unit: permille, min: 0.1, max: 100, why: 每期千分之二以下接近活期利息}
  max_rate: {value: 150, unit: permille, min: 10, max: 490, why: 每期超过百分之十五的付款更像退本或货款}
  principal_share: {value: 0.5, unit: share, min: 0.2, max: 1, why: 一次付款达到当时本金一半视为退本}
  max_rate_spread: {value: 0.15, unit: ratio, min: 0.01, max: 1, why: 各期付款比例的变异系数；容忍期中追加本金的一期}
  max_gap_spread: {value: 3, unit: days, min: 0, max: 15, why: 间隔的绝对中位差；周末与节假日顺延不超过三天}
  principal_days: {value: 1095, unit: days, min: 100, max: 3650, why: 向前追溯本金的天数，覆盖常见的三年期}
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
--   meet in the pair (group, person). Money inside the group (from_group = to_group) is out. Clearing names, and
--   cash, bank entries and unnamed counterparties (key 0), are nobody in particular: neither payer nor payee.
-- * Everything is seen from the evening of the end day, on which the group pays a return: each (group, end day) is
--   computed from its own rows, so nights run one by one give what one run over the range gives.
-- * A day's payout is held against the principal of the evening before: a deposit of the same day (a top-up on
--   payout day) has not earned yet.
-- * Principal P is recursive (a payout is principal if it is half of P, and P falls by it). Two set-based passes:
--   first payouts >= 1/2 of all that was put in, then payouts >= 1/2 of what the first pass leaves. Since
--   P <= all put in, the first pass finds only true repayments, and so does the second; they differ from the full
--   recursion only for persons who were repaid and came back many times (from the fourth equal round on), whose P
--   is then too high and whose rate too low: such a pair may be missed, none is invented.
-- * Interest deducted up front: 95,000 arrives for 100,000. P is tried as received, and with each deposit rounded
--   up to the next 1,000 and the next 10,000 where the difference is at most one period's return (max_rate);
--   the reading with the most uniform rate is reported.
-- * The modal bin of 0.1 percentage points may start at any pair's own rate: with fixed edges 1.25 % paid to the
--   fen would fall on both sides of an edge.
-- * Medians are of the ordered values (mean of the middle two), kept as integers by doubling.
--
-- Prunes, exact: a pair needs two payouts on different days and one deposit, so a group needs 2 * min_pairs
-- pair-days of payouts (rows of pair_day) and min_pairs pair-days of deposits; a larger range only admits more.
WITH payers AS (
    SELECT from_group AS group_key
    FROM pair_day
    WHERE to_kind = 'person' AND from_kind <> 'clearing' AND from_group <> 0 AND from_group <> to_group
      AND day BETWEEN $from_day - $window_days + 1 AND $to_day
    GROUP BY from_group
    HAVING count(*) >= 2 * $min_pairs AND max(day) >= $from_day
),
collectors AS (
    SELECT collected.to_group AS group_key
    FROM pair_day AS collected
    JOIN payers ON payers.group_key = collected.to_group
    WHERE collected.from_kind = 'person' AND collected.from_group <> collected.to_group
      AND collected.day BETWEEN $from_day - $principal_days + 1 AND $to_day
    GROUP BY collected.to_group
    HAVING count(*) >= $min_pairs
),
both_ways AS (
    SELECT pair_day.to_group AS group_key, pair_day.from_party AS person_key, pair_day.day,
           pair_day.amount_cny AS deposit, CAST(0 AS BIGINT) AS payout
    FROM pair_day
    JOIN collectors ON collectors.group_key = pair_day.to_group
    WHERE pair_day.from_kind = 'person' AND pair_day.to_kind <> 'clearing'
      AND pair_day.from_group <> pair_day.to_group
      AND pair_day.day BETWEEN $from_day - $principal_days + 1 AND $to_day
    UNION ALL
    SELECT pair_day.from_group, pair_day.to_party, pair_day.day, CAST(0 AS BIGINT), pair_day.amount_cny
    FROM pair_day
    JOIN collectors ON collectors.group_key = pair_day.from_group
    WHERE pair_day.to_kind = 'person' AND pair_day.from_kind <> 'clearing'
      AND pair_day.from_group <> pair_day.to_group
      AND pair_day.day BETWEEN $from_day - $principal_days + 1 AND $to_day
),
flows AS (
    SELECT group_key, person_key, day, CAST(sum(deposit) AS BIGINT) AS deposit, CAST(sum(payout) AS BIGINT) AS payout,
           CAST(sum(CASE WHEN payout <> 0 OR payout IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS payouts,
           CAST(sum(CASE WHEN deposit <> 0 OR deposit IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS deposits,
           CAST(sum(CASE WHEN deposit IS NULL OR payout IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unvalued
    FROM both_ways
    GROUP BY group_key, person_key, day
),
pairs AS (
    SELECT group_key, person_key
    FROM flows
    GROUP BY group_key, person_key
    HAVING sum(CASE WHEN payouts > 0 THEN 1 ELSE 0 END) >= 2 AND sum(deposits) >= 1
),
candidates AS (
    SELECT group_key FROM pairs GROUP BY group_key HAVING count(*) >= $min_pairs
),
pair_flows AS (
    SELECT flows.*
    FROM flows
    JOIN pairs ON pairs.group_key = flows.group_key AND pairs.person_key = flows.person_key
    JOIN candidates ON candidates.group_key = flows.group_key
),
evenings AS (
    SELECT group_key, day AS end_day
    FROM pair_flows
    WHERE payouts > 0 AND day BETWEEN $from_day AND $to_day
    GROUP BY group_key, day
),
seen AS (
    SELECT evenings.end_day, pair_flows.group_key, pair_flows.person_key, pair_flows.day, pair_flows.deposit,
           pair_flows.payout,
           max(pair_flows.unvalued) OVER (PARTITION BY evenings.end_day, pair_flows.group_key, pair_flows.person_key)
               AS unvalued
    FROM evenings
    JOIN pair_flows ON pair_flows.group_key = evenings.group_key
        AND pair_flows.day BETWEEN evenings.end_day - $principal_days + 1 AND evenings.end_day
),
unvalued_pairs AS (
    SELECT group_key, end_day, count(*) AS pair_count
    FROM (SELECT DISTINCT group_key, end_day, person_key FROM seen WHERE unvalued > 0) AS unvalued_rows
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
    SELECT seen.group_key, seen.end_day, roundings.unit, seen.person_key, seen.day, seen.payout,
           seen.deposit AS received,
           CASE
               WHEN 1000 * ((seen.deposit + roundings.unit - 1) // roundings.unit * roundings.unit - seen.deposit)
                    <= $max_rate * ((seen.deposit + roundings.unit - 1) // roundings.unit * roundings.unit)
               THEN (seen.deposit + roundings.unit - 1) // roundings.unit * roundings.unit
               ELSE seen.deposit
           END AS deposit
    FROM seen
    CROSS JOIN roundings
    WHERE seen.unvalued = 0
),
readings_tried AS (
    SELECT group_key, end_day, unit
    FROM rounded
    GROUP BY group_key, end_day, unit
    HAVING unit = 1 OR max(CASE WHEN deposit <> received THEN 1 ELSE 0 END) = 1
),
nominal AS (
    -- exact: where rounding changes no deposit the reading is the one as received, which is preferred anyway
    SELECT rounded.*
    FROM rounded
    JOIN readings_tried ON readings_tried.group_key = rounded.group_key
        AND readings_tried.end_day = rounded.end_day AND readings_tried.unit = rounded.unit
),
put_in AS (
    SELECT *,
           COALESCE(CAST(sum(deposit) OVER (
               PARTITION BY group_key, end_day, unit, person_key ORDER BY day
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ) AS BIGINT), 0) AS before
    FROM nominal
),
first_pass AS (
    SELECT *,
           before - COALESCE(CAST(sum(
               CASE WHEN before > 0 AND payout >= $principal_share * before THEN LEAST(payout, before) ELSE 0 END
           ) OVER (
               PARTITION BY group_key, end_day, unit, person_key ORDER BY day
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ) AS BIGINT), 0) AS upper_principal
    FROM put_in
),
second_pass AS (
    SELECT *,
           before - COALESCE(CAST(sum(
               CASE
                   WHEN upper_principal > 0 AND payout >= $principal_share * upper_principal
                   THEN LEAST(payout, upper_principal) ELSE 0
               END
           ) OVER (
               PARTITION BY group_key, end_day, unit, person_key ORDER BY day
               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
           ) AS BIGINT), 0) AS principal
    FROM first_pass
),
returns AS (
    SELECT group_key, end_day, unit, person_key, day, payout, principal,
           -- parts per million, rounded to the nearest: an integer on every engine
           (payout * 1000000 + principal // 2) // principal AS rate_ppm,
           day - lag(day) OVER (PARTITION BY group_key, end_day, unit, person_key ORDER BY day) AS gap,
           row_number() OVER (PARTITION BY group_key, end_day, unit, person_key ORDER BY day DESC) AS latest
    FROM second_pass
    WHERE principal >= $min_principal AND payout > 0 AND 1000 * payout >= $min_rate * principal
      AND 1000 * payout <= $max_rate * principal AND day > end_day - $window_days
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
    SELECT group_key, end_day, unit, person_key, gap,
           row_number() OVER (PARTITION BY group_key, end_day, unit, person_key ORDER BY gap, day) AS place,
           count(*) OVER (PARTITION BY group_key, end_day, unit, person_key) AS gaps
    FROM returns
    WHERE gap IS NOT NULL
),
middle AS (
    SELECT group_key, end_day, unit, person_key,
           CAST(sum(CASE WHEN place = (gaps + 1) // 2 THEN gap ELSE 0 END)
              + sum(CASE WHEN place = (gaps + 2) // 2 THEN gap ELSE 0 END) AS BIGINT) AS twice_gap
    FROM gaps
    GROUP BY group_key, end_day, unit, person_key
),
deviations AS (
    SELECT gaps.group_key, gaps.end_day, gaps.unit, gaps.person_key, middle.twice_gap, gaps.gaps,
           ABS(2 * gaps.gap - middle.twice_gap) AS twice_off,
           row_number() OVER (
               PARTITION BY gaps.group_key, gaps.end_day, gaps.unit, gaps.person_key
               ORDER BY ABS(2 * gaps.gap - middle.twice_gap), gaps.place
           ) AS place
    FROM gaps
    JOIN middle ON middle.group_key = gaps.group_key AND middle.end_day = gaps.end_day AND middle.unit = gaps.unit
        AND middle.person_key = gaps.person_key
),
rhythms AS (
    SELECT group_key, end_day, unit, person_key, twice_gap
    FROM deviations
    GROUP BY group_key, end_day, unit, person_key, twice_gap
    HAVING sum(CASE WHEN place = (gaps + 1) // 2 THEN twice_off ELSE 0 END)
         + sum(CASE WHEN place = (gaps + 2) // 2 THEN twice_off ELSE 0 END) <= 4 * $max_gap_spread
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
qualified AS (
    SELECT rates.group_key, rates.end_day, rates.unit, rates.person_key, rates.returns, rates.last_day,
           rates.returns_paid, rates.principal, (rates.rate_sum + rates.returns // 2) // rates.returns AS rate_ppm,
           periods.period_days, periods.per_year
    FROM rates
    JOIN rhythms ON rhythms.group_key = rates.group_key AND rhythms.end_day = rates.end_day
        AND rhythms.unit = rates.unit AND rhythms.person_key = rates.person_key
    JOIN periods ON rhythms.twice_gap BETWEEN 2 * periods.shortest AND 2 * periods.longest
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
      AND transfers.day BETWEEN members.end_day - $principal_days + 1 AND members.end_day
    UNION ALL
    SELECT members.group_key, members.end_day, transfers.out_record, transfers.in_record,
           CASE WHEN return_days.day IS NULL THEN 'principal_returned' ELSE 'return' END
    FROM members
    JOIN transfers ON transfers.from_group = members.group_key AND transfers.to_party = members.person_key
    LEFT JOIN return_days ON return_days.group_key = members.group_key AND return_days.end_day = members.end_day
        AND return_days.person_key = members.person_key AND return_days.day = transfers.day
    WHERE transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN members.end_day - $principal_days + 1 AND members.end_day
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
