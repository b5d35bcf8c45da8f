/* ---
id: labour_agency
code: F12
version: 2
name: {zh: 临时用工与劳务代发, en: Temporary labour and agency payouts}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 60
lookback_days: 400
factor: 0.3
expires_days: 180
applies_to: [T03, T13, T16, T20]
reads: [reference_calendar, reference_lexicon, transfers]
claim:
  zh: "{window_days} 日内转入 {amount_in} 元，{unit_share} 来自单位；以工资、劳务名义付给 {payee_count} 人，占对外付款的 {wage_share}，收款人从不付入（付入者占 {payin_share}）"
  en: "Within {window_days} days {amount_in} CNY came in, {unit_share} of it from firms and public bodies; paid as wages to {payee_count} persons, {wage_share} of what was paid out; payees do not pay in ({payin_share} of them ever did)"
explanation:
  zh: 劳务公司、代发平台或工头从用工单位收款，再以工资、劳务费名义付给工人。钱来自单位而不来自个人，收款人只收不付。
  en: A labour agency, a payout platform or a foreman receives money from employers and pays it to workers as wages. It comes from units, not from people, and payees only receive.
false_positives:
  zh: 空壳单位假借工资名义分散资金；以劳务费名义支付提成。
  en: Shell firms that scatter money as wages; commissions paid as labour fees.
blind_spots:
  zh: 摘要不写工资、劳务；用工单位以个人账户付款。
  en: No wage remark; employers who pay from private accounts.
parameters:
  min_payees: {value: 5, unit: persons, min: 1, max: 1000, why: 少于五人不成其为用工队伍}
  min_unit_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 工程款、服务费来自单位；来自个人的流入不能由用工解释}
  min_worded_share: {value: 0.3, unit: share, min: 0.1, max: 1, why: 同一个工人的付款常有几笔不写摘要；与各处“已知不足三成不作判断”一致，写明工资的金额不足三成，其余不随之算工资}
  min_wage_share: {value: 0.8, unit: share, min: 0.3, max: 1, why: 付款须绝大部分是工资}
  max_payin_share: {value: 0.05, unit: share, min: 0, max: 0.5, why: 工人不向雇主付款；容忍退还借支的个别人}
  payin_days: {value: 400, unit: days, min: 60, max: 3650, why: 向前查看收款人是否曾经付入的天数}
measures:
  amount_in: {unit: CNY, zh: 转入, en: paid in}
  unit_share: {unit: share, zh: 来自单位占比, en: share from units}
  payee_count: {unit: persons, zh: 领薪人数, en: workers paid}
  wage_share: {unit: share, zh: 工资占付款比例, en: wages as a share of payments}
  payin_share: {unit: share, zh: 曾付入的收款人占比, en: share of payees who ever paid in}
--- */
-- Version 1 counted only payments that bear a wage word. People leave remarks out: a foreman who writes 工资 two times in
-- three paid his gang, and nobody else, and yet was not explained. Version 2 reads the word per worker: who is paid
-- to a known share (three tenths, as everywhere) under a wage word is a worker, and all he is paid is wages. That no payee ever paid in, and that the money comes
-- from units, are asked as before, over the whole of what the workers got.
-- How the definition is read
-- * Temporary: unlike payroll (F1) the payees need not be the same from month to month and the payer may be a person (a
--   foreman). What tells it from a collector is where the money comes from: firms and public bodies, not people.
-- * Worker: a natural person outside to whom at least min_worded_share of what the group pays him in the window bears a
--   wage term of the lexicon, in force on the day. Wages: all that workers are paid in the window.
--   They must be most of all that leaves the group, the bank's own charges apart; cash drawn is not explained.
-- * Payees never pay in, checked over payin_days.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
inflows AS (
    SELECT transfers.to_group AS group_key, transfers.day, transfers.from_party, transfers.amount_cny AS amount,
           CASE WHEN transfers.from_kind IN ('firm', 'public', 'licensed') THEN 1 ELSE 0 END AS is_unit
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.to_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.from_kind <> 'bank'
      AND transfers.amount_cny IS NOT NULL AND transfers.day BETWEEN $from_day - $payin_days + 1 AND $to_day
),
outflows AS (
    SELECT transfers.from_group AS group_key, transfers.transfer_id, transfers.day, transfers.to_party, transfers.to_kind,
           transfers.amount_cny AS amount, transfers.remark, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.from_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.to_kind <> 'bank'
      AND transfers.amount_cny IS NOT NULL AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
worded AS (
    SELECT DISTINCT outflows.group_key, outflows.transfer_id, outflows.day, outflows.to_party, outflows.amount,
           outflows.out_record, outflows.in_record
    FROM outflows
    JOIN reference_lexicon ON reference_lexicon.class = 'salary'
        AND outflows.day BETWEEN reference_lexicon.valid_from_day AND reference_lexicon.valid_to_day
        AND outflows.remark LIKE '%' || reference_lexicon.term || '%'
    WHERE outflows.to_kind = 'person'
),
came AS (
    SELECT evenings.group_key, evenings.end_day, CAST(sum(inflows.amount) AS BIGINT) AS amount_in,
           CAST(sum(inflows.is_unit * inflows.amount) AS BIGINT) AS from_units
    FROM evenings
    JOIN inflows ON inflows.group_key = evenings.group_key
        AND inflows.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
went AS (
    SELECT evenings.group_key, evenings.end_day, CAST(sum(outflows.amount) AS BIGINT) AS amount_out
    FROM evenings
    JOIN outflows ON outflows.group_key = evenings.group_key
        AND outflows.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
payments AS (
    SELECT outflows.group_key, outflows.day, outflows.to_party, outflows.amount,
           CASE WHEN worded.transfer_id IS NULL THEN 0 ELSE outflows.amount END AS worded_amount
    FROM outflows
    LEFT JOIN worded ON worded.group_key = outflows.group_key AND worded.transfer_id = outflows.transfer_id
    WHERE outflows.to_kind = 'person'
),
payees AS (
    SELECT evenings.group_key, evenings.end_day, payments.to_party, CAST(sum(payments.amount) AS BIGINT) AS amount
    FROM evenings
    JOIN payments ON payments.group_key = evenings.group_key
        AND payments.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day, payments.to_party
    HAVING sum(payments.worded_amount) > 0
       AND CAST(sum(payments.worded_amount) AS DOUBLE) / sum(payments.amount) >= $min_worded_share
),
payins AS (
    SELECT DISTINCT payees.group_key, payees.end_day, payees.to_party
    FROM payees
    JOIN inflows ON inflows.group_key = payees.group_key AND inflows.from_party = payees.to_party
        AND inflows.day BETWEEN payees.end_day - $payin_days + 1 AND payees.end_day
),
gangs AS (
    SELECT payees.group_key, payees.end_day, count(*) AS payee_count, CAST(sum(payees.amount) AS BIGINT) AS wages_paid,
           CAST(sum(CASE WHEN payins.to_party IS NOT NULL THEN 1 ELSE 0 END) AS DOUBLE) / count(*) AS payin_share
    FROM payees
    LEFT JOIN payins ON payins.group_key = payees.group_key AND payins.end_day = payees.end_day
        AND payins.to_party = payees.to_party
    GROUP BY payees.group_key, payees.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, gangs.group_key AS subject_id, gangs.end_day - $window_days + 1 AS window_from,
           gangs.end_day AS window_to, came.amount_in, CAST(came.from_units AS DOUBLE) / came.amount_in AS unit_share,
           gangs.payee_count, CAST(gangs.wages_paid AS DOUBLE) / went.amount_out AS wage_share, gangs.payin_share
    FROM gangs
    JOIN came ON came.group_key = gangs.group_key AND came.end_day = gangs.end_day
    JOIN went ON went.group_key = gangs.group_key AND went.end_day = gangs.end_day
    WHERE gangs.payee_count >= $min_payees AND gangs.payin_share <= $max_payin_share
      AND CAST(came.from_units AS DOUBLE) / came.amount_in >= $min_unit_share
      AND CAST(gangs.wages_paid AS DOUBLE) / went.amount_out >= $min_wage_share
),
proof AS (
    SELECT hits.subject_id, hits.window_to, COALESCE(worded.out_record, worded.in_record) AS record_id,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to
               ORDER BY worded.day DESC, worded.amount DESC, worded.transfer_id
           ) AS place
    FROM hits
    JOIN worded ON worded.group_key = hits.subject_id AND worded.day BETWEEN hits.window_from AND hits.window_to
    JOIN payees ON payees.group_key = worded.group_key AND payees.end_day = hits.window_to
        AND payees.to_party = worded.to_party
)
-- the hundred latest payments that say so prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, 'wage' AS role,
       hits.amount_in, hits.unit_share, hits.payee_count, hits.wage_share, hits.payin_share
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 100
