/* ---
id: payout_day
code: T09
version: 1
name: {zh: 集中兑付日, en: Payout day}
sectors: [bank, micro_loan, guarantee, pawn]
severity: high
window_days: 110
lookback_days: 460
opens_alert: true
reads: [coverage, entities, pair_day, principal_day, transfers]
claim:
  zh: "一日之内向 {payee_count} 名此前存入资金的自然人付款共 {amount_paid} 元，占当日自然人收款人的 {earlier_share}；近四个月中有 {month_count} 个月在同一日前后（相差不超过 {day_tolerance} 天，节假日顺延除外）如此付款，占四个月付款人次的 {concentration}"
  en: "Paid {payee_count} persons who had put money in before, {amount_paid} CNY on one day, {earlier_share} of the persons paid that day; so on the same day of the month (within {day_tolerance} days, days off apart) in {month_count} of four months, which took {concentration} of all such payments"
explanation:
  zh: >-
    每月固定一天向大批先前存款的人付款，是按期兑付本息的节奏。只数先前向同一控制组存入过资金的收款人，工资、补贴的收款人不在其内；
    四个月里的付款须集中在这几天，天天都有退款的大商户不在其内。
  en: >-
    Paying many earlier depositors on one day of each month is the rhythm of promised returns. Only payees who had put money into the
    same control group count, so wages and subsidies stay out; the payments of four months must lie on those days, so a large
    shop that refunds somebody every day stays out too.
legal_basis:
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第二条、第八条、第十二条, valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 代发工资（收款人从不存入）；租金代收代付；合作社按月结算收购款；持牌机构按月付息；预存话费、学费的集中退款。
  en: Payroll (payees never pay in); rent collected and passed on; co-operatives settling purchases monthly; licensed institutions paying interest; refunds of prepayments.
blind_spots:
  zh: 按周、按日或按各人存入日付款（见 T08）；以现金或经支付机构兑付；每月换日子；分散在多个互不关联的账户付款。
  en: Payment by week, by day or by each person's own date (T08); cash and payment firms; a new date each month; payment from accounts without a known link.
no_data:
  zh: 付款账户所在机构在应付日前后有缺报，或存入金额无折算率，无法判断是否逐月兑付
  en: the institution that holds the paying accounts has not reported days around the expected dates, or deposits have no rate
parameters:
  min_payees: {value: 15, unit: persons, min: 3, max: 1000, why: 追诉标准一百五十人的一成}
  min_months: {value: 3, unit: count, min: 2, max: 4, why: 四个月中三个月同一日，才不是巧合}
  day_tolerance: {value: 2, unit: days, min: 0, max: 7, why: 遇周末前后移动；节假日顺延另按日历计}
  min_concentration: {value: 0.5, unit: share, min: 0, max: 1, why: 均匀付款时五天窗口约占六分之一；过半才算集中}
  min_earlier_share: {value: 0.8, unit: share, min: 0, max: 1, why: 当日收款人应为先前的存款人；容许同日支付少量工资与提成}
  min_principal: {value: 1000, unit: CNY, min: 1, max: 1000000, why: 更小的累计存入是日常收付}
measures:
  payee_count: {unit: persons, zh: 当日收款的先前存款人, en: earlier depositors paid on the day, threshold: min_payees, full: 50}
  month_count: {unit: count, zh: 四个月中同日付款的月数, en: months of four with such a day, threshold: min_months, full: 4}
  concentration: {unit: share, zh: 付款人次集中在这些日子的占比, en: share of payments on those days, threshold: min_concentration, full: 1}
  earlier_share: {unit: share, zh: 当日收款人中先前存款人占比, en: share of payees who had put money in, threshold: min_earlier_share, full: 1}
  amount_paid: {unit: CNY, zh: 当日付款, en: paid on the day}
--- */
-- How the definition is read
-- * "All earlier payers": a payee counts when he had put min_principal or more into the group before the day. Principal
--   and interest both are payouts. A scheme pays staff and agents on the same day, so four fifths of all natural
--   persons paid that day must be earlier payers, rather than all.
-- * "Day-of-month +-2": the end day, moved back by one, two and three calendar months, and a payout day of at least
--   min_payees within the tolerance of it. Each side is the interval of due dates that the calendar can have moved to
--   the day (late_days, early_days): the 1st of October is paid on the 9th.
-- * "Concentrated" is taken at its word: the payments of the four months must lie on those days. Otherwise every
--   large shop with fifteen refunds a day has a payout day on every day of the month.
-- * The end day is a payout day itself; each (group, end day) reads its own rows and nothing later.
-- * Third outcome: a month without such a day, but with a day missing from the institution that holds the accounts
--   which pay, is unknown; if the unknown months could decide, the rule says so. Rows that came late are there.
--
-- Prunes, exact: rows of payouts per (group, day) are counted first; only end days with enough payees go on.
WITH payouts AS (
    SELECT group_key, person_key, day, payout_cny, late_days, early_days,
           CASE WHEN put_in_cny >= $min_principal THEN 1 ELSE 0 END AS known
    FROM principal_day
    WHERE last_payout_day = day AND (put_in_cny >= $min_principal OR is_unvalued)
      AND day BETWEEN $from_day - $window_days + 1 AND $to_day
),
payout_days AS (
    SELECT group_key, day, CAST(sum(known) AS BIGINT) AS payees, count(*) AS possible_payees,
           CAST(sum(payout_cny) AS BIGINT) AS amount_paid, max(late_days) AS late_days, max(early_days) AS early_days
    FROM payouts
    GROUP BY group_key, day
),
anchors AS (
    SELECT group_key, day AS end_day, payees, possible_payees, amount_paid, late_days, early_days
    FROM payout_days
    WHERE day BETWEEN $from_day AND $to_day AND possible_payees >= $min_payees
),
months AS (
    SELECT anchors.*, 0 AS month, end_day AS target FROM anchors
    UNION ALL
    SELECT anchors.*, 1,
           DATEDIFF('day', DATE '1970-01-01', CAST(DATE '1970-01-01' + end_day - INTERVAL '1' MONTH AS DATE))
    FROM anchors
    UNION ALL
    SELECT anchors.*, 2,
           DATEDIFF('day', DATE '1970-01-01', CAST(DATE '1970-01-01' + end_day - INTERVAL '2' MONTH AS DATE))
    FROM anchors
    UNION ALL
    SELECT anchors.*, 3,
           DATEDIFF('day', DATE '1970-01-01', CAST(DATE '1970-01-01' + end_day - INTERVAL '3' MONTH AS DATE))
    FROM anchors
),
expected AS (
    SELECT group_key, end_day, month, target - late_days - $day_tolerance AS first_day,
           LEAST(target + early_days + $day_tolerance, end_day) AS last_day
    FROM months
),
near AS (
    -- days of payment around an expected date; a day that two months could claim is counted once, for the later one
    SELECT expected.group_key, expected.end_day, payout_days.day, min(expected.month) AS month,
           max(payout_days.payees) AS payees, max(payout_days.possible_payees) AS possible_payees
    FROM expected
    JOIN payout_days ON payout_days.group_key = expected.group_key AND payout_days.day <= expected.end_day
        AND payout_days.day - payout_days.late_days <= expected.last_day
        AND payout_days.day + payout_days.early_days >= expected.first_day
    GROUP BY expected.group_key, expected.end_day, payout_days.day
),
kept_months AS (
    SELECT group_key, end_day, month,
           max(CASE WHEN payees >= $min_payees THEN 1 ELSE 0 END) AS is_payout_month,
           max(CASE WHEN possible_payees >= $min_payees THEN 1 ELSE 0 END) AS is_possible
    FROM near
    GROUP BY group_key, end_day, month
),
around AS (
    SELECT group_key, end_day, CAST(sum(possible_payees) AS BIGINT) AS payments FROM near GROUP BY group_key, end_day
),
overall AS (
    SELECT anchors.group_key, anchors.end_day, CAST(sum(payout_days.possible_payees) AS BIGINT) AS payments
    FROM anchors
    JOIN payout_days ON payout_days.group_key = anchors.group_key
        AND payout_days.day BETWEEN anchors.end_day - $window_days + 1 AND anchors.end_day
    GROUP BY anchors.group_key, anchors.end_day
),
paid_persons AS (
    SELECT anchors.group_key, anchors.end_day, count(DISTINCT pair_day.to_party) AS persons
    FROM anchors
    JOIN pair_day ON pair_day.from_group = anchors.group_key AND pair_day.day = anchors.end_day
    WHERE pair_day.to_kind = 'person' AND pair_day.from_kind <> 'clearing'
      AND pair_day.from_group <> pair_day.to_group
    GROUP BY anchors.group_key, anchors.end_day
),
paying_institutions AS (
    SELECT DISTINCT anchors.group_key, anchors.end_day, COALESCE(payers.institution, payees.institution) AS institution
    FROM anchors
    JOIN transfers ON transfers.from_group = anchors.group_key AND transfers.day = anchors.end_day
    LEFT JOIN entities AS payers ON payers.account_key = transfers.from_account AND payers.is_reported
    LEFT JOIN entities AS payees ON payees.account_key = transfers.to_account AND payees.is_reported
    WHERE transfers.to_kind = 'person' AND transfers.from_group <> transfers.to_group
),
gap_months AS (
    SELECT expected.group_key, expected.end_day, expected.month
    FROM expected
    JOIN paying_institutions ON paying_institutions.group_key = expected.group_key
        AND paying_institutions.end_day = expected.end_day
    JOIN coverage ON coverage.institution = paying_institutions.institution AND coverage.status = 'missing'
        AND coverage.day BETWEEN expected.first_day AND expected.last_day
    GROUP BY expected.group_key, expected.end_day, expected.month
),
month_sums AS (
    SELECT expected.group_key, expected.end_day,
           CAST(sum(COALESCE(kept_months.is_payout_month, 0)) AS BIGINT) AS month_count,
           CAST(sum(CASE WHEN kept_months.is_possible = 1 OR gap_months.month IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT)
               AS possible_months
    FROM expected
    LEFT JOIN kept_months ON kept_months.group_key = expected.group_key AND kept_months.end_day = expected.end_day
        AND kept_months.month = expected.month
    LEFT JOIN gap_months ON gap_months.group_key = expected.group_key AND gap_months.end_day = expected.end_day
        AND gap_months.month = expected.month
    GROUP BY expected.group_key, expected.end_day
),
judged AS (
    SELECT anchors.group_key, anchors.end_day, anchors.payees AS payee_count, anchors.amount_paid,
           month_sums.month_count, CAST(around.payments AS DOUBLE) / overall.payments AS concentration,
           CAST(anchors.possible_payees AS DOUBLE) / paid_persons.persons AS earlier_share,
           CASE
               WHEN anchors.payees >= $min_payees AND month_sums.month_count >= $min_months THEN 'high'
               ELSE 'not_enough_data'
           END AS severity
    FROM anchors
    JOIN month_sums ON month_sums.group_key = anchors.group_key AND month_sums.end_day = anchors.end_day
    JOIN around ON around.group_key = anchors.group_key AND around.end_day = anchors.end_day
    JOIN overall ON overall.group_key = anchors.group_key AND overall.end_day = anchors.end_day
    JOIN paid_persons ON paid_persons.group_key = anchors.group_key AND paid_persons.end_day = anchors.end_day
    WHERE month_sums.possible_months >= $min_months
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to, severity,
           payee_count, month_count, concentration, earlier_share, amount_paid
    FROM judged
    WHERE concentration >= $min_concentration AND earlier_share >= $min_earlier_share
),
counted AS (
    SELECT hits.subject_id, hits.window_to, near.day
    FROM hits
    JOIN near ON near.group_key = hits.subject_id AND near.end_day = hits.window_to
    WHERE near.payees >= $min_payees AND hits.severity <> 'not_enough_data'
),
proof AS (
    SELECT counted.subject_id, counted.window_to, transfers.out_record, transfers.in_record, 'payout' AS role
    FROM counted
    JOIN payouts ON payouts.group_key = counted.subject_id AND payouts.day = counted.day
    JOIN transfers ON transfers.from_group = payouts.group_key AND transfers.to_party = payouts.person_key
        AND transfers.day = payouts.day
    WHERE transfers.from_group <> transfers.to_group
    UNION ALL
    SELECT hits.subject_id, hits.window_to, transfers.out_record, transfers.in_record, 'deposit'
    FROM hits
    JOIN payouts ON payouts.group_key = hits.subject_id AND payouts.day = hits.window_to
    JOIN transfers ON transfers.to_group = payouts.group_key AND transfers.from_party = payouts.person_key
    WHERE hits.severity <> 'not_enough_data' AND transfers.from_group <> transfers.to_group
      -- as far as principal_day looks back
      AND transfers.day BETWEEN hits.window_to - 460 AND hits.window_to - 1
),
legs AS (
    SELECT subject_id, window_to, role, out_record AS record_id FROM proof WHERE out_record IS NOT NULL
    UNION ALL
    SELECT subject_id, window_to, role, in_record FROM proof WHERE in_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'transactions' END AS record_kind,
       COALESCE(legs.record_id, 0) AS record_id, COALESCE(legs.role, 'none') AS role,
       hits.payee_count, hits.month_count, hits.concentration, hits.earlier_share, hits.amount_paid
FROM hits
LEFT JOIN legs ON legs.subject_id = hits.subject_id AND legs.window_to = hits.window_to
