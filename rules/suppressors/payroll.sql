/* ---
id: payroll
code: F1
version: 1
name: {zh: 代发工资, en: Payroll}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 124
lookback_days: 400
factor: 0.3
expires_days: 180
applies_to: [T03, T08, T09, T16, T20]
reads: [pair_day, reference_calendar, reference_lexicon, transfers]
claim:
  zh: "连续三个月以工资名义付给 {payee_count} 人共 {amount_out} 元，相邻两月收款人重合 {same_share}，占付给自然人款项的 {explained_share}"
  en: "Paid {payee_count} persons {amount_out} CNY as wages in three months running; {same_share} of the payees are the same from one to the next; {explained_share} of all that is paid to persons"
explanation:
  zh: 单位按月向基本固定的一批人付款，摘要为工资、代发，收款人从不向该单位付款，且这些付款占其付给自然人款项的绝大部分。
  en: A unit pays a stable set of persons monthly with wage remarks, they never pay in, and these payments are nearly all that it pays to persons.
false_positives:
  zh: 以工资名义给从不存入的亲属支付返息。
  en: Returns paid as wages to relatives who never put money in themselves.
blind_spots:
  zh: 摘要不写工资；按周付薪；劳务平台代发（见 F12）；新设单位未满三个月。
  en: No wage remark; weekly wages; wages through agency platforms (F12); a unit younger than three months.
parameters:
  min_payees: {value: 3, unit: persons, min: 1, max: 100, why: 少于三人看不出发薪名单}
  min_same_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 正常单位每月人员变动不超过两成}
  max_payin_share: {value: 0.05, unit: share, min: 0, max: 0.5, why: 职工不向单位存钱；容忍退还备用金的个别人}
  min_explained_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 工资须能解释大部分对私付款，否则有职工的公司也会掩盖返息}
  payin_days: {value: 400, unit: days, min: 30, max: 3650, why: 向前查看收款人是否曾经存入的天数}
measures:
  payee_count: {unit: persons, zh: 发薪人数, en: payees}
  amount_out: {unit: CNY, zh: 工资金额, en: wages paid}
  same_share: {unit: share, zh: 相邻两月收款人重合, en: payees the same from one month to the next}
  payin_share: {unit: share, zh: 曾向其付款的收款人占比, en: share of payees who ever paid in}
  explained_share: {unit: share, zh: 占对私付款比例, en: share of payments to persons}
--- */
-- How the definition is read
-- * Payer: firms, public bodies and others of the group, never its natural persons. Payees: persons outside it.
-- * Monthly: the latest three calendar months with wages (a wage term of the lexicon in the remark, in force on the
--   day) follow one another and reach at least last month; 124 days always hold them whole, also before this month's
--   pay day. Trailing periods of 30 days would count two pay days in one and none in the next.
--   Same payees: of those paid in one month, the share paid in the month before, both steps taken together.
-- * Months are numbered from the day number by the civil calendar (years beginning in March, 400-year cycles), in
--   integers, since date functions differ between engines.
-- * "Payees never pay in" is checked over payin_days, not only in the window: an investor paid in long ago.
-- * Wages must explain nearly all that the group pays to persons: a scheme with a real payroll stays visible.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
payouts AS (
    SELECT transfers.from_group AS group_key, transfers.transfer_id, transfers.day, transfers.from_kind,
           transfers.to_party AS person_key, COALESCE(transfers.amount_cny, 0) AS amount, transfers.remark,
           transfers.out_record, transfers.in_record
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.from_group
    WHERE transfers.to_kind = 'person' AND transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
wages AS (
    SELECT DISTINCT payouts.group_key, payouts.transfer_id, payouts.day, payouts.person_key, payouts.amount,
           payouts.out_record, payouts.in_record
    FROM payouts
    JOIN reference_lexicon ON reference_lexicon.class = 'salary'
        AND payouts.day BETWEEN reference_lexicon.valid_from_day AND reference_lexicon.valid_to_day
        AND payouts.remark LIKE '%' || reference_lexicon.term || '%'
    WHERE payouts.from_kind <> 'person'
),
days AS (
    SELECT day FROM wages
    UNION
    SELECT end_day FROM evenings
),
cycle_days AS (
    SELECT day, (day + 719468) // 146097 AS cycle, (day + 719468) % 146097 AS cycle_day FROM days
),
cycle_years AS (
    SELECT day, cycle, cycle_day,
           (cycle_day - cycle_day // 1460 + cycle_day // 36524 - cycle_day // 146096) // 365 AS cycle_year
    FROM cycle_days
),
months AS (
    SELECT day,
           12 * (400 * cycle + cycle_year)
           + (5 * (cycle_day - (365 * cycle_year + cycle_year // 4 - cycle_year // 100)) + 2) // 153 AS month
    FROM cycle_years
),
monthly AS (
    SELECT evenings.group_key, evenings.end_day, wages.person_key, today.month AS this_month, paid_in.month,
           CAST(sum(wages.amount) AS BIGINT) AS amount
    FROM evenings
    JOIN wages ON wages.group_key = evenings.group_key
        AND wages.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    JOIN months AS paid_in ON paid_in.day = wages.day
    JOIN months AS today ON today.day = evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day, wages.person_key, today.month, paid_in.month
),
paid AS (
    -- period 0 is the latest month with wages
    SELECT group_key, end_day, person_key, amount, this_month, month,
           max(month) OVER (PARTITION BY group_key, end_day) - month AS period
    FROM monthly
),
repeated AS (
    SELECT recent.group_key, recent.end_day, count(*) AS payees,
           CAST(sum(CASE WHEN earlier.person_key IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS same,
           min(recent.period) AS nearest, max(recent.period) AS farthest,
           max(CASE WHEN recent.month >= recent.this_month - 1 THEN 1 ELSE 0 END) AS is_current
    FROM paid AS recent
    LEFT JOIN paid AS earlier ON earlier.group_key = recent.group_key AND earlier.end_day = recent.end_day
        AND earlier.person_key = recent.person_key AND earlier.period = recent.period + 1
    WHERE recent.period < 2
    GROUP BY recent.group_key, recent.end_day
),
first_months AS (
    SELECT group_key, end_day FROM paid WHERE period = 2 GROUP BY group_key, end_day
),
payees AS (
    SELECT group_key, end_day, person_key, CAST(sum(amount) AS BIGINT) AS amount
    FROM paid
    GROUP BY group_key, end_day, person_key
),
payins AS (
    SELECT DISTINCT payees.group_key, payees.end_day, payees.person_key
    FROM payees
    JOIN pair_day ON pair_day.to_group = payees.group_key AND pair_day.from_party = payees.person_key
        AND pair_day.day BETWEEN payees.end_day - $payin_days + 1 AND payees.end_day
),
staff AS (
    SELECT payees.group_key, payees.end_day, count(*) AS payee_count, CAST(sum(payees.amount) AS BIGINT) AS amount_out,
           CAST(sum(CASE WHEN payins.person_key IS NOT NULL THEN 1 ELSE 0 END) AS DOUBLE) / count(*) AS payin_share
    FROM payees
    LEFT JOIN payins ON payins.group_key = payees.group_key AND payins.end_day = payees.end_day
        AND payins.person_key = payees.person_key
    GROUP BY payees.group_key, payees.end_day
),
totals AS (
    SELECT evenings.group_key, evenings.end_day, CAST(sum(payouts.amount) AS BIGINT) AS amount
    FROM evenings
    JOIN payouts ON payouts.group_key = evenings.group_key
        AND payouts.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, staff.group_key AS subject_id, staff.end_day - $window_days + 1 AS window_from,
           staff.end_day AS window_to, staff.payee_count, staff.amount_out,
           CAST(repeated.same AS DOUBLE) / repeated.payees AS same_share, staff.payin_share,
           CAST(staff.amount_out AS DOUBLE) / totals.amount AS explained_share
    FROM staff
    JOIN repeated ON repeated.group_key = staff.group_key AND repeated.end_day = staff.end_day
    JOIN first_months ON first_months.group_key = staff.group_key AND first_months.end_day = staff.end_day
    JOIN totals ON totals.group_key = staff.group_key AND totals.end_day = staff.end_day
    WHERE repeated.nearest = 0 AND repeated.farthest = 1 AND repeated.is_current = 1
      AND staff.payee_count >= $min_payees AND totals.amount > 0
      AND staff.payin_share <= $max_payin_share
      AND CAST(repeated.same AS DOUBLE) / repeated.payees >= $min_same_share
      AND CAST(staff.amount_out AS DOUBLE) / totals.amount >= $min_explained_share
),
proof AS (
    SELECT hits.subject_id, hits.window_to, COALESCE(wages.out_record, wages.in_record) AS record_id,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to ORDER BY wages.day DESC, wages.amount DESC, wages.transfer_id
           ) AS place
    FROM hits
    JOIN wages ON wages.group_key = hits.subject_id AND wages.day BETWEEN hits.window_from AND hits.window_to
)
-- the hundred latest wage payments prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, 'wage' AS role,
       hits.payee_count, hits.amount_out, hits.same_share, hits.payin_share, hits.explained_share
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 100
