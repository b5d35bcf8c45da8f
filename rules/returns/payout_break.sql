/* ---
id: payout_break
code: T12
version: 2
name: {zh: 兑付中断·卷逃, en: Payout break}
sectors: [bank, micro_loan, guarantee, pawn]
severity: critical
window_days: 400
lookback_days: 580
opens_alert: true
reads: [coverage, entities, party_day, principal_day, reference_calendar, relationships, transfers]
claim:
  zh: "此前按期向 {pair_count} 名存款人返息；本期应收款的 {expected_count} 人中 {missed_count} 人逾期未收到，占 {missed_share}，其未退本金 {principal} 元；近三十日自然人存入较前三十日减少 {inflow_drop}，七日内向现金、支付机构和关联人转出 {drained} 元，占可动用余额的 {drained_share}；应付期间曾缺报，补报后第 {waited_days} 日方能作答"
  en: "Used to pay {pair_count} depositors regularly; of {expected_count} persons due this period {missed_count} have not been paid, {missed_share}, whose principal of {principal} CNY is outstanding; deposits of thirty days fell by {inflow_drop} against the thirty before, {drained} CNY left for cash, payment firms and related persons within seven days, {drained_share} of what was there; a report was missing, and the answer had to wait {waited_days} days for it"
explanation:
  zh: >-
    先有按期返息或集中兑付，随后到期应付而多数人没有收到；或新存入骤减的同时余额迅速转为现金、转入支付机构或关联人。两者任一都应优先核查并及时保全资金。
    逾期以每人自己的付款节奏计算，应付日遇节假日顺延并另加宽限；付款账户所在机构该期缺报的，只答数据不足，不当作停付；
    补报到齐之夜再答一次，其间已经付款的不算逾期。
  en: >-
    After regular returns or payout days, most of those due are not paid; or new deposits collapse while the balance turns into cash or
    leaves for payment firms and related persons. Either comes first in the queue. A return is overdue by the person's own rhythm, with days off
    and a margin; where the institution that holds the paying accounts has not reported, the answer is not enough data, and it is given
    again on the evening on which the last missing report is in; who has been paid by then is not overdue.
legal_basis:
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第二十一条、第二十三条、第二十四条, valid_from: 2021-05-01, valid_to: null}
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第二条、第八条、第十二条, valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 产品到期本金全部退回（不再计入应付）；缺报造成的空档（只答数据不足）；更换付款银行而新账户尚无关联；季节性停业的合作社。
  en: Products that end with all principal returned (no longer expected); gaps of a feed (not enough data); a new paying account without a known link; co-operatives out of season.
blind_spots:
  zh: 改以现金兑付；从未按期付过三次的；缺报久未补齐的；当日只报送了一部分而未说明的；开始停付时尚未到宽限期；未报送余额的账户看不到余额转出占比；无申报关系的关联人。
  en: Payment in cash instead; fewer than three returns before; reports that stay out for long; a day of which only a part was sent and nothing says so; due dates still within the margin; accounts without balances hide what share left; related persons nobody declared.
no_data:
  zh: 应付期间付款账户所在机构有缺报，或账户未报送余额，不能判断是否停付
  en: the institution that holds the paying accounts has not reported days on which returns were due, or balances are not reported, so a stop of payouts cannot be told
parameters:
  min_pairs: {value: 10, unit: persons, min: 3, max: 500, why: 与固定比例返息的人数一致}
  min_payees: {value: 15, unit: persons, min: 3, max: 1000, why: 与集中兑付日的人数一致}
  min_returns: {value: 3, unit: count, min: 3, max: 24, why: 三次付款才有两个间隔，可以推算下一次}
  min_modal_share: {value: 0.4, unit: share, min: 0.1, max: 1, why: 与固定比例返息一致}
  min_principal: {value: 1000, unit: CNY, min: 1, max: 1000000, why: 更小的往来是日常收付；本金退清者不再计入应付}
  min_rate: {value: 2, unit: permille, min: 0.1, max: 100, why: 与固定比例返息一致}
  max_rate: {value: 150, unit: permille, min: 10, max: 490, why: 与固定比例返息一致}
  max_rate_spread: {value: 0.15, unit: ratio, min: 0.01, max: 1, why: 与固定比例返息一致}
  max_gap_spread: {value: 3, unit: days, min: 0, max: 15, why: 与固定比例返息一致}
  grace_days: {value: 3, unit: days, min: 0, max: 30, why: 周末与节假日顺延另计后，三天内的延迟仍属正常}
  min_missed_share: {value: 0.5, unit: share, min: 0.1, max: 1, why: 本期应付过半未付，已不是个别延迟}
  min_inflow_drop: {value: 0.6, unit: share, min: 0.1, max: 1, why: 新存入环比减少六成}
  min_drained_share: {value: 0.5, unit: share, min: 0.1, max: 1, why: 七日内余额过半转为现金或转给关联人}
  min_drained: {value: 50000, unit: CNY, min: 1000, max: 100000000, why: 大额现金报告线；更少的取现是日常开支}
  max_wait_days: {value: 60, unit: days, min: 0, max: 120, why: 按月报送的机构一个月后才补齐，另留一个月；更晚补齐时本期已过，不再回答}
  min_reach: {value: 1, unit: ratio, min: 0.5, max: 10, why: 停付或卷款任一达到界线的倍数}
measures:
  reach: {unit: ratio, zh: 达到界线的倍数（停付或卷款较高者）, en: "times the line (missed returns or drain, the higher)", threshold: min_reach, full: 2}
  pair_count: {unit: persons, zh: 此前按期收款人数, en: persons paid regularly before, threshold: min_pairs, full: 30}
  expected_count: {unit: persons, zh: 本期应收款人数, en: persons due this period}
  missed_count: {unit: persons, zh: 逾期未收到的人数, en: persons not paid}
  missed_share: {unit: share, zh: 未收到占比, en: share not paid}
  principal: {unit: CNY, zh: 逾期者未退本金, en: principal of those not paid}
  inflow_drop: {unit: share, zh: 自然人存入环比减少, en: fall of deposits by persons}
  drained: {unit: CNY, zh: 七日内转为现金或转给支付机构、关联人, en: "left for cash, payment firms and related persons in seven days"}
  drained_share: {unit: share, zh: 转出占可动用余额, en: share of what was there}
  waited_days: {unit: days, zh: 等待补报的天数, en: days waited for a missing report}
--- */
-- Version 1 answered on the evening on which a payout fell overdue and at no other time: where a report was missing that evening it
-- said "not enough data" and never came back to it, unless a late batch happened to make the night evaluate that evening again.
-- Version 2 waits: an unanswered evening stays due until its reports are in, and is answered on the evening on which they are.
--
-- How the definition is read
-- * "Cluster earlier hit T08/T09" is computed here as of the end day: min_pairs persons with min_returns returns each at
--   one interval (T08's rates, spreads and calendar), min_modal_share of them at one rate; or min_payees persons with
--   such an interval, paid on one day (T09).
-- * Expected: a person with such a rhythm whose principal is not returned. The next return is due one period after
--   the last payout, moved to a working day, and overdue grace_days later. "This cycle": overdue for no longer than
--   one period; who has been left out for longer is neither expected nor missed.
-- * Absence has no record of its own: the rule fires on the evening after the margin has passed (the due day of at
--   least one person missed tonight), which follows from the data alone; or on the evening of a draining transfer. Whoever
--   is paid later than that does not undo the evening, and nothing after it is read: nights and ranges agree.
-- * Drain: what left the group within seven days for cash, a payment firm or a person or firm tied to it by any
--   declared relation, against the balance of the evening before those days and what came in during them. Moves inside
--   the control group leave nothing. m/m is thirty days against the thirty before.
-- * A gap is no stop: a day of an institution that holds accounts from which returns were paid (or, where the payer's
--   bank does not report, of those that received them), between the due days and that evening, which could not be read
--   on the evening (coverage.complete_day), makes the answer not enough data; for the fall of deposits any such day of the
--   group's institutions within thirty days. The evening's own day is not asked for: it need not have been sent yet.
-- * The due list: each evening on which a payout fell overdue, or on which much had drained, keeps its question. It is
--   answered on the first evening on which all the days it asks for can be read: its own, or the one on which the last
--   missing report is in, at most max_wait_days later. The window ends there. The persons expected, their rhythms and
--   the drain are those of the evening in question; whoever has been paid until the answer is not overdue. Both evenings
--   follow from data that were there, so nights and ranges agree.
-- * Of several questions answered on one evening the graver one is told. An evening with an answer asks nothing more.
--
-- Prunes, exact: groups with min_pairs * min_returns rows of returns in reach; then evenings from the due days of
-- every possible period, only for payouts not followed by another; of the evenings before the first one evaluated only
-- those after a day whose report came in within the range, which in most nights are none; a range only admits more.
WITH flows AS (
    SELECT group_key, person_key, day, payout_cny AS payout, principal_cny AS principal, deposit_cny AS deposit,
           principal_cny - repaid_cny + deposit_cny AS principal_after, late_days, early_days,
           CASE WHEN last_payout_day = day THEN 1 ELSE 0 END AS pays,
           CASE WHEN is_unvalued THEN 1 ELSE 0 END AS unvalued,
           CASE
               WHEN last_payout_day = day AND principal_cny >= $min_principal AND payout_cny > 0
                    AND 1000 * payout_cny >= $min_rate * principal_cny
                    AND 1000 * payout_cny <= $max_rate * principal_cny THEN 1 ELSE 0
           END AS is_return
    FROM principal_day
    WHERE day BETWEEN $from_day - $max_wait_days - $window_days + 1 AND $to_day
),
candidates AS (
    SELECT group_key
    FROM flows
    WHERE is_return = 1
    GROUP BY group_key
    HAVING count(*) >= $min_returns * LEAST($min_pairs, $min_payees)
),
group_flows AS (
    SELECT flows.* FROM flows JOIN candidates ON candidates.group_key = flows.group_key
),
periods AS (
    SELECT 1 AS period_days, 1 AS shortest, 1 AS longest
    UNION ALL
    SELECT 7, 6, 8
    UNION ALL
    SELECT 15, 14, 16
    UNION ALL
    SELECT 30, 27, 33
    UNION ALL
    SELECT 90, 85, 95
),
reports AS (
    -- from which evening on a day can be read; coverage of before that was known tells the status only
    SELECT institution, day, COALESCE(complete_day, CASE WHEN status <> 'missing' THEN day END) AS complete_day
    FROM coverage
    WHERE day BETWEEN $from_day - $max_wait_days - 90 - 2 * $grace_days - 1 AND $to_day
),
arrivals AS (
    -- the first day of which a late report came in within the evenings evaluated; NULL: none did
    SELECT min(day) AS first_day FROM reports WHERE complete_day BETWEEN $from_day AND $to_day AND complete_day > day
),
working_days AS (
    SELECT day, workday_number FROM reference_calendar WHERE is_workday
),
dues AS (
    -- for every day the working day on or after it
    SELECT reference_calendar.day, working_days.day AS due_day
    FROM reference_calendar
    JOIN working_days
        ON working_days.workday_number
            = reference_calendar.workday_number + CASE WHEN reference_calendar.is_workday THEN 0 ELSE 1 END
    WHERE reference_calendar.day BETWEEN $from_day - $max_wait_days - $window_days AND $to_day + 120
),
followed AS (
    SELECT group_key, person_key, day, early_days, is_return,
           lead(day) OVER (PARTITION BY group_key, person_key ORDER BY day) AS next_day
    FROM group_flows
    WHERE pays = 1
),
overdue_evenings AS (
    SELECT group_key, end_day
    FROM (
        SELECT followed.group_key, followed.next_day,
               COALESCE(dues.due_day, followed.day + followed.early_days + periods.period_days) + $grace_days + 1 AS end_day
        FROM followed
        CROSS JOIN periods
        LEFT JOIN dues ON dues.day = followed.day + followed.early_days + periods.period_days
    ) AS due_list
    CROSS JOIN arrivals
    WHERE end_day BETWEEN $from_day - $max_wait_days AND $to_day AND (next_day IS NULL OR next_day > end_day)
      AND (end_day >= $from_day OR end_day > arrivals.first_day)
    GROUP BY group_key, end_day
),
related AS (
    SELECT own.group_key, other.party_key
    FROM relationships
    JOIN entities AS own ON own.party_token = relationships.subject_token
    JOIN candidates ON candidates.group_key = own.group_key
    JOIN entities AS other ON other.party_token = relationships.object_token
    WHERE other.group_key <> own.group_key
    UNION
    SELECT own.group_key, other.party_key
    FROM relationships
    JOIN entities AS own ON own.party_token = relationships.object_token
    JOIN candidates ON candidates.group_key = own.group_key
    JOIN entities AS other ON other.party_token = relationships.subject_token
    WHERE other.group_key <> own.group_key
),
leaving AS (
    SELECT transfers.from_group AS group_key, transfers.day, transfers.amount_cny, transfers.out_record,
           transfers.in_record
    FROM transfers
    JOIN candidates ON candidates.group_key = transfers.from_group
    LEFT JOIN related ON related.group_key = transfers.from_group AND related.party_key = transfers.to_party
    WHERE transfers.from_group <> transfers.to_group AND transfers.day BETWEEN $from_day - $max_wait_days - 6 AND $to_day
      AND (transfers.to_kind IN ('cash', 'clearing') OR related.party_key IS NOT NULL)
),
drain_days AS (
    SELECT leaving.group_key, leaving.day AS end_day
    FROM leaving
    CROSS JOIN arrivals
    WHERE leaving.day >= $from_day OR (leaving.day >= $from_day - $max_wait_days AND leaving.day > arrivals.first_day)
    GROUP BY leaving.group_key, leaving.day
),
drained AS (
    SELECT drain_days.group_key, drain_days.end_day, CAST(COALESCE(sum(leaving.amount_cny), 0) AS BIGINT) AS drained
    FROM drain_days
    JOIN leaving ON leaving.group_key = drain_days.group_key
        AND leaving.day BETWEEN drain_days.end_day - 6 AND drain_days.end_day
    GROUP BY drain_days.group_key, drain_days.end_day
    HAVING COALESCE(sum(leaving.amount_cny), 0) >= $min_drained
),
party_days AS (
    SELECT party_day.group_key, party_day.party_key, party_day.day, party_day.closing_balance, party_day.person_in_cny,
           party_day.in_cny
    FROM party_day
    JOIN (SELECT DISTINCT group_key FROM drained) AS draining ON draining.group_key = party_day.group_key
    WHERE party_day.day BETWEEN $from_day - $max_wait_days - $window_days + 1 AND $to_day
),
inflows AS (
    SELECT drained.group_key, drained.end_day, drained.drained,
           CAST(sum(CASE WHEN party_days.day > drained.end_day - 30 THEN party_days.person_in_cny ELSE 0 END) AS BIGINT)
               AS person_in,
           CAST(sum(CASE
               WHEN party_days.day BETWEEN drained.end_day - 59 AND drained.end_day - 30
               THEN party_days.person_in_cny ELSE 0
           END) AS BIGINT) AS person_in_before,
           CAST(sum(CASE WHEN party_days.day > drained.end_day - 7 THEN party_days.in_cny ELSE 0 END) AS BIGINT) AS came_in
    FROM drained
    JOIN party_days ON party_days.group_key = drained.group_key
        AND party_days.day BETWEEN drained.end_day - 59 AND drained.end_day
    GROUP BY drained.group_key, drained.end_day, drained.drained
),
fallen AS (
    SELECT *, 1 - CAST(person_in AS DOUBLE) / person_in_before AS inflow_drop
    FROM inflows
    WHERE person_in_before > 0 AND person_in_before - person_in >= $min_inflow_drop * person_in_before
),
last_balances AS (
    SELECT fallen.group_key, fallen.end_day, party_days.closing_balance,
           row_number() OVER (
               PARTITION BY fallen.group_key, fallen.end_day, party_days.party_key ORDER BY party_days.day DESC
           ) AS latest
    FROM fallen
    JOIN party_days ON party_days.group_key = fallen.group_key AND party_days.day <= fallen.end_day - 7
    WHERE party_days.closing_balance IS NOT NULL
),
balances AS (
    SELECT group_key, end_day, CAST(sum(closing_balance) AS BIGINT) AS balance
    FROM last_balances
    WHERE latest = 1
    GROUP BY group_key, end_day
),
drains AS (
    SELECT fallen.group_key, fallen.end_day, fallen.drained, fallen.inflow_drop,
           CASE
               WHEN balances.balance + fallen.came_in > 0
               THEN CAST(fallen.drained AS DOUBLE) / (balances.balance + fallen.came_in)
           END AS drained_share
    FROM fallen
    LEFT JOIN balances ON balances.group_key = fallen.group_key AND balances.end_day = fallen.end_day
),
evenings AS (
    SELECT group_key, end_day FROM overdue_evenings
    UNION
    SELECT group_key, end_day FROM drains WHERE drained_share IS NULL OR drained_share >= $min_drained_share
),
seen AS (
    SELECT evenings.end_day, group_flows.*,
           max(group_flows.unvalued) OVER (PARTITION BY evenings.end_day, group_flows.group_key, group_flows.person_key)
               AS has_unvalued,
           row_number() OVER (
               PARTITION BY evenings.end_day, group_flows.group_key, group_flows.person_key ORDER BY group_flows.day DESC
           ) AS latest
    FROM evenings
    JOIN group_flows ON group_flows.group_key = evenings.group_key
        AND group_flows.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
),
states AS (
    SELECT group_key, end_day, person_key, max(CASE WHEN pays = 1 THEN day END) AS last_day,
           max(CASE WHEN pays = 1 THEN day + early_days END) AS last_due,
           CAST(sum(CASE WHEN latest = 1 THEN principal_after ELSE 0 END) AS BIGINT) AS principal
    FROM seen
    WHERE has_unvalued = 0
    GROUP BY group_key, end_day, person_key
),
returns AS (
    SELECT group_key, end_day, person_key, day, (payout * 1000000 + principal // 2) // principal AS rate_ppm,
           day - lag(day) OVER (PARTITION BY group_key, end_day, person_key ORDER BY day) AS gap,
           -- the shortest and the longest time between two due dates that the calendar can have moved here
           day - late_days
               - lag(day + early_days) OVER (PARTITION BY group_key, end_day, person_key ORDER BY day) AS least_gap,
           day + early_days
               - lag(day - late_days) OVER (PARTITION BY group_key, end_day, person_key ORDER BY day) AS most_gap
    FROM seen
    WHERE has_unvalued = 0 AND is_return = 1
),
rates AS (
    SELECT group_key, end_day, person_key, count(*) AS returns, CAST(sum(rate_ppm) AS BIGINT) AS rate_sum,
           CAST(sum(rate_ppm * rate_ppm) AS BIGINT) AS rate_squares
    FROM returns
    GROUP BY group_key, end_day, person_key
    HAVING count(*) >= $min_returns
),
gaps AS (
    SELECT group_key, end_day, person_key, gap, least_gap, most_gap,
           row_number() OVER (PARTITION BY group_key, end_day, person_key ORDER BY gap, day) AS place,
           row_number() OVER (PARTITION BY group_key, end_day, person_key ORDER BY least_gap, day) AS least_place,
           row_number() OVER (PARTITION BY group_key, end_day, person_key ORDER BY most_gap, day) AS most_place,
           count(*) OVER (PARTITION BY group_key, end_day, person_key) AS gaps
    FROM returns
    WHERE gap IS NOT NULL
),
middle AS (
    SELECT group_key, end_day, person_key,
           CAST(sum(CASE WHEN place = (gaps + 1) // 2 THEN gap ELSE 0 END)
              + sum(CASE WHEN place = (gaps + 2) // 2 THEN gap ELSE 0 END) AS BIGINT) AS twice_gap,
           CAST(sum(CASE WHEN least_place = (gaps + 1) // 2 THEN least_gap ELSE 0 END)
              + sum(CASE WHEN least_place = (gaps + 2) // 2 THEN least_gap ELSE 0 END) AS BIGINT) AS twice_least,
           CAST(sum(CASE WHEN most_place = (gaps + 1) // 2 THEN most_gap ELSE 0 END)
              + sum(CASE WHEN most_place = (gaps + 2) // 2 THEN most_gap ELSE 0 END) AS BIGINT) AS twice_most
    FROM gaps
    GROUP BY group_key, end_day, person_key
),
classed AS (
    SELECT middle.group_key, middle.end_day, middle.person_key, periods.period_days,
           LEAST(GREATEST(middle.twice_gap, 2 * periods.shortest), 2 * periods.longest) AS twice_gap,
           row_number() OVER (
               PARTITION BY middle.group_key, middle.end_day, middle.person_key
               ORDER BY GREATEST(middle.twice_gap - 2 * periods.longest, 2 * periods.shortest - middle.twice_gap, 0),
                        periods.period_days
           ) AS place
    FROM middle
    JOIN periods ON middle.twice_least <= 2 * periods.longest AND middle.twice_most >= 2 * periods.shortest
),
deviations AS (
    SELECT gaps.group_key, gaps.end_day, gaps.person_key, classed.period_days, gaps.gaps,
           GREATEST(2 * gaps.least_gap - classed.twice_gap, classed.twice_gap - 2 * gaps.most_gap, 0) AS twice_off,
           row_number() OVER (
               PARTITION BY gaps.group_key, gaps.end_day, gaps.person_key
               ORDER BY GREATEST(2 * gaps.least_gap - classed.twice_gap, classed.twice_gap - 2 * gaps.most_gap, 0),
                        gaps.place
           ) AS place
    FROM gaps
    JOIN classed ON classed.group_key = gaps.group_key AND classed.end_day = gaps.end_day
        AND classed.person_key = gaps.person_key AND classed.place = 1
),
rhythms AS (
    SELECT group_key, end_day, person_key, period_days
    FROM deviations
    GROUP BY group_key, end_day, person_key, period_days
    HAVING sum(CASE WHEN place = (gaps + 1) // 2 THEN twice_off ELSE 0 END)
         + sum(CASE WHEN place = (gaps + 2) // 2 THEN twice_off ELSE 0 END) <= 4 * $max_gap_spread
),
regular AS (
    SELECT rhythms.group_key, rhythms.end_day, rhythms.person_key, rhythms.period_days, states.principal,
           states.last_day, (rates.rate_sum + rates.returns // 2) // rates.returns AS rate_ppm,
           CASE
               WHEN SQRT(CAST(rates.returns * rates.rate_squares - rates.rate_sum * rates.rate_sum AS DOUBLE))
                    <= $max_rate_spread * rates.rate_sum THEN 1 ELSE 0
           END AS steady,
           COALESCE(dues.due_day, states.last_due + rhythms.period_days) AS due_day
    FROM rhythms
    JOIN rates ON rates.group_key = rhythms.group_key AND rates.end_day = rhythms.end_day
        AND rates.person_key = rhythms.person_key
    JOIN states ON states.group_key = rhythms.group_key AND states.end_day = rhythms.end_day
        AND states.person_key = rhythms.person_key
    LEFT JOIN dues ON dues.day = states.last_due + rhythms.period_days
),
binned AS (
    SELECT group_key, end_day,
           count(*) OVER (
               PARTITION BY group_key, end_day ORDER BY rate_ppm RANGE BETWEEN CURRENT ROW AND 999 FOLLOWING
           ) AS in_bin
    FROM regular
    WHERE steady = 1
),
proportional AS (
    SELECT group_key, end_day
    FROM binned
    GROUP BY group_key, end_day
    HAVING count(*) >= $min_pairs AND max(in_bin) >= $min_modal_share * count(*)
),
paid_together AS (
    SELECT DISTINCT group_key, end_day
    FROM (
        SELECT returns.group_key, returns.end_day, returns.day
        FROM returns
        JOIN regular ON regular.group_key = returns.group_key AND regular.end_day = returns.end_day
            AND regular.person_key = returns.person_key
        GROUP BY returns.group_key, returns.end_day, returns.day
        HAVING count(*) >= $min_payees
    ) AS payout_days
),
earlier AS (
    SELECT group_key, end_day FROM proportional
    UNION
    SELECT group_key, end_day FROM paid_together
),
expected AS (
    SELECT regular.group_key, regular.end_day, regular.person_key, regular.principal, regular.due_day,
           CASE WHEN regular.due_day + $grace_days < regular.end_day THEN 1 ELSE 0 END AS missed,
           CASE WHEN regular.due_day + $grace_days + 1 = regular.end_day THEN 1 ELSE 0 END AS due_tonight
    FROM regular
    JOIN earlier ON earlier.group_key = regular.group_key AND earlier.end_day = regular.end_day
    WHERE regular.principal >= $min_principal
      AND regular.end_day - regular.due_day - $grace_days <= regular.period_days
),
regular_counts AS (
    SELECT group_key, end_day, count(*) AS pair_count FROM regular GROUP BY group_key, end_day
),
cycles AS (
    SELECT group_key, end_day, count(*) AS expected_count, CAST(sum(missed) AS BIGINT) AS missed_count,
           CAST(sum(missed * principal) AS BIGINT) AS principal, max(due_tonight) AS due_tonight,
           min(CASE WHEN missed = 1 THEN due_day END) AS first_due_day
    FROM expected
    GROUP BY group_key, end_day
),
scored AS (
    SELECT earlier.group_key, earlier.end_day, regular_counts.pair_count,
           COALESCE(cycles.expected_count, 0) AS expected_count, COALESCE(cycles.missed_count, 0) AS missed_count,
           CASE WHEN cycles.expected_count > 0 THEN CAST(cycles.missed_count AS DOUBLE) / cycles.expected_count ELSE 0 END
               AS missed_share,
           COALESCE(cycles.principal, 0) AS principal, drains.inflow_drop, drains.drained, drains.drained_share,
           cycles.first_due_day,
           CASE
               WHEN cycles.due_tonight = 1 AND cycles.expected_count >= $min_pairs
               THEN CAST(cycles.missed_count AS DOUBLE) / cycles.expected_count / $min_missed_share ELSE 0
           END AS missed_reach,
           COALESCE(drains.drained_share / $min_drained_share, 0) AS drained_reach,
           CASE WHEN drains.group_key IS NOT NULL AND drains.drained_share IS NULL THEN 1 ELSE 0 END AS no_balance
    FROM earlier
    JOIN regular_counts ON regular_counts.group_key = earlier.group_key AND regular_counts.end_day = earlier.end_day
    LEFT JOIN cycles ON cycles.group_key = earlier.group_key AND cycles.end_day = earlier.end_day
    LEFT JOIN drains ON drains.group_key = earlier.group_key AND drains.end_day = earlier.end_day
),
judged AS (
    SELECT * FROM scored WHERE GREATEST(missed_reach, drained_reach) >= $min_reach OR no_balance = 1
),
paying_accounts AS (
    -- which institution would show a payout: the payer's, or the payee's where the payer's bank does not report
    SELECT DISTINCT judged.group_key, judged.end_day, COALESCE(payers.institution, payees.institution) AS institution
    FROM judged
    JOIN expected ON expected.group_key = judged.group_key AND expected.end_day = judged.end_day
        AND expected.missed = 1
    JOIN transfers ON transfers.from_group = expected.group_key AND transfers.to_party = expected.person_key
    LEFT JOIN entities AS payers ON payers.account_key = transfers.from_account AND payers.is_reported
    LEFT JOIN entities AS payees ON payees.account_key = transfers.to_account AND payees.is_reported
    WHERE transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN judged.end_day - $window_days + 1 AND judged.end_day
),
own_accounts AS (
    SELECT DISTINCT judged.group_key, judged.end_day, entities.institution
    FROM judged
    JOIN entities ON entities.group_key = judged.group_key AND entities.is_reported
),
asked_reports AS (
    -- every day that a question asks for, by limb
    SELECT judged.group_key, judged.end_day, 'missed' AS limb, reports.institution, reports.complete_day
    FROM judged
    JOIN paying_accounts ON paying_accounts.group_key = judged.group_key
        AND paying_accounts.end_day = judged.end_day
    JOIN reports ON reports.institution = paying_accounts.institution
        AND reports.day BETWEEN judged.first_due_day - $grace_days AND judged.end_day - 1
    WHERE judged.missed_reach >= $min_reach
    UNION ALL
    SELECT judged.group_key, judged.end_day, 'drained', reports.institution, reports.complete_day
    FROM judged
    JOIN own_accounts ON own_accounts.group_key = judged.group_key AND own_accounts.end_day = judged.end_day
    JOIN reports ON reports.institution = own_accounts.institution
        AND reports.day BETWEEN judged.end_day - 29 AND judged.end_day - 1
    WHERE judged.drained_reach >= $min_reach
),
last_reports AS (
    -- NULL while any of the days is missing
    SELECT group_key, end_day, limb, max(complete_day) AS complete_day
    FROM asked_reports
    GROUP BY group_key, end_day, limb
    HAVING count(*) = count(complete_day)
),
questions AS (
    SELECT group_key, end_day, 'missed' AS limb FROM judged WHERE missed_reach >= $min_reach
    UNION ALL
    SELECT group_key, end_day, 'drained' FROM judged WHERE drained_reach >= $min_reach
),
answers AS (
    SELECT questions.group_key, questions.end_day, questions.limb,
           GREATEST(questions.end_day, COALESCE(last_reports.complete_day, questions.end_day)) AS answer_day
    FROM questions
    LEFT JOIN last_reports ON last_reports.group_key = questions.group_key
        AND last_reports.end_day = questions.end_day AND last_reports.limb = questions.limb
    LEFT JOIN (SELECT DISTINCT group_key, end_day, limb FROM asked_reports) AS asked
        ON asked.group_key = questions.group_key AND asked.end_day = questions.end_day
        AND asked.limb = questions.limb
    WHERE asked.group_key IS NULL OR last_reports.complete_day <= questions.end_day + $max_wait_days
),
paid_meanwhile AS (
    SELECT DISTINCT expected.group_key, expected.end_day, expected.person_key
    FROM expected
    JOIN answers ON answers.group_key = expected.group_key AND answers.end_day = expected.end_day
        AND answers.limb = 'missed'
    JOIN group_flows ON group_flows.group_key = expected.group_key AND group_flows.person_key = expected.person_key
        AND group_flows.pays = 1 AND group_flows.day > answers.end_day AND group_flows.day <= answers.answer_day
    WHERE expected.missed = 1
),
still_missed AS (
    SELECT expected.group_key, expected.end_day, count(*) AS missed_count,
           CAST(sum(expected.principal) AS BIGINT) AS principal
    FROM expected
    LEFT JOIN paid_meanwhile ON paid_meanwhile.group_key = expected.group_key
        AND paid_meanwhile.end_day = expected.end_day AND paid_meanwhile.person_key = expected.person_key
    WHERE expected.missed = 1 AND paid_meanwhile.person_key IS NULL
    GROUP BY expected.group_key, expected.end_day
),
told AS (
    SELECT judged.group_key, judged.end_day, answers.answer_day AS window_to, 'critical' AS severity,
           CAST(still_missed.missed_count AS DOUBLE) / judged.expected_count / $min_missed_share AS reach,
           still_missed.missed_count, still_missed.principal
    FROM answers
    JOIN judged ON judged.group_key = answers.group_key AND judged.end_day = answers.end_day
    JOIN still_missed ON still_missed.group_key = answers.group_key AND still_missed.end_day = answers.end_day
    WHERE answers.limb = 'missed' AND answers.answer_day BETWEEN $from_day AND $to_day
      AND CAST(still_missed.missed_count AS DOUBLE) / judged.expected_count / $min_missed_share >= $min_reach
    UNION ALL
    SELECT judged.group_key, judged.end_day, answers.answer_day, 'critical', judged.drained_reach, judged.missed_count,
           judged.principal
    FROM answers
    JOIN judged ON judged.group_key = answers.group_key AND judged.end_day = answers.end_day
    WHERE answers.limb = 'drained' AND answers.answer_day BETWEEN $from_day AND $to_day
    UNION ALL
    -- a question without an answer on its own evening
    SELECT judged.group_key, judged.end_day, judged.end_day, 'not_enough_data',
           GREATEST(judged.missed_reach, judged.drained_reach), judged.missed_count, judged.principal
    FROM judged
    LEFT JOIN answers ON answers.group_key = judged.group_key AND answers.end_day = judged.end_day
        AND answers.answer_day = judged.end_day
    WHERE judged.end_day >= $from_day AND answers.group_key IS NULL
),
ranked AS (
    SELECT told.group_key, told.end_day, told.window_to, told.severity, told.reach, told.missed_count, told.principal,
           row_number() OVER (
               PARTITION BY told.group_key, told.window_to
               ORDER BY CASE WHEN told.severity = 'critical' THEN 0 ELSE 1 END, told.reach DESC, told.end_day DESC,
                        told.missed_count DESC
           ) AS place
    FROM told
),
hits AS (
    SELECT 'group' AS subject_kind, judged.group_key AS subject_id, judged.end_day - $window_days + 1 AS window_from,
           ranked.window_to, ranked.severity, ranked.reach, judged.pair_count, judged.expected_count,
           ranked.missed_count,
           CASE
               WHEN judged.expected_count > 0
               THEN CAST(ranked.missed_count AS DOUBLE) / judged.expected_count ELSE 0
           END AS missed_share,
           ranked.principal, judged.inflow_drop, judged.drained, judged.drained_share,
           CASE WHEN ranked.window_to > ranked.end_day THEN ranked.window_to - ranked.end_day END AS waited_days,
           judged.end_day
    FROM ranked
    JOIN judged ON judged.group_key = ranked.group_key AND judged.end_day = ranked.end_day
    WHERE ranked.place = 1
),
waits AS (
    SELECT DISTINCT group_key, end_day, institution
    FROM asked_reports
    WHERE complete_day IS NULL OR complete_day > end_day
),
proof AS (
    SELECT hits.subject_id, hits.window_to, transfers.out_record, transfers.in_record, 'earlier_return' AS role
    FROM hits
    JOIN regular ON regular.group_key = hits.subject_id AND regular.end_day = hits.end_day
    JOIN transfers ON transfers.from_group = regular.group_key AND transfers.to_party = regular.person_key
    WHERE transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN hits.window_from AND hits.end_day
    UNION ALL
    SELECT hits.subject_id, hits.window_to, transfers.out_record, transfers.in_record, 'deposit'
    FROM hits
    JOIN expected ON expected.group_key = hits.subject_id AND expected.end_day = hits.end_day
        AND expected.missed = 1
    JOIN transfers ON transfers.to_group = expected.group_key AND transfers.from_party = expected.person_key
    WHERE transfers.from_group <> transfers.to_group
      -- as far as principal_day looks back
      AND transfers.day BETWEEN hits.end_day - 460 AND hits.end_day
    UNION ALL
    SELECT hits.subject_id, hits.window_to, leaving.out_record, leaving.in_record, 'drain'
    FROM hits
    JOIN drains ON drains.group_key = hits.subject_id AND drains.end_day = hits.end_day
    JOIN leaving ON leaving.group_key = hits.subject_id
        AND leaving.day BETWEEN hits.end_day - 6 AND hits.end_day
),
legs AS (
    SELECT subject_id, window_to, role, out_record AS record_id FROM proof WHERE out_record IS NOT NULL
    UNION ALL
    SELECT subject_id, window_to, role, in_record FROM proof WHERE in_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       CASE
           WHEN legs.record_id IS NOT NULL THEN 'transactions'
           -- no answer yet: the role is the institution whose report is waited for
           WHEN waits.institution IS NOT NULL THEN 'report'
           ELSE 'none'
       END AS record_kind,
       COALESCE(legs.record_id, 0) AS record_id, COALESCE(legs.role, waits.institution, 'none') AS role,
       hits.reach, hits.pair_count, hits.expected_count, hits.missed_count, hits.missed_share, hits.principal,
       hits.inflow_drop, hits.drained, hits.drained_share, hits.waited_days
FROM hits
LEFT JOIN legs ON legs.subject_id = hits.subject_id AND legs.window_to = hits.window_to
    AND hits.severity <> 'not_enough_data'
LEFT JOIN waits ON waits.group_key = hits.subject_id AND waits.end_day = hits.end_day
    AND hits.severity = 'not_enough_data'
