/* ---
id: collection_agency
code: F12
version: 1
name: {zh: 代收货款与代理结算, en: Collecting and settling agents}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 30
lookback_days: 90
factor: 0.3
expires_days: 180
applies_to: [T13, T20]
reads: [reference_calendar, transfers]
claim:
  zh: "{window_days} 日内转入 {amount_in} 元，转出的 {trade_share} 付给 {payee_count} 家单位；每家另有许多客户、多次收到本主体付款且从不付入；本主体自留 {kept_share}"
  en: "Within {window_days} days {amount_in} CNY came in; {trade_share} of what left went to {payee_count} firms, each with many customers of its own, paid again and again and never paying in; {kept_share} was kept"
explanation:
  zh: 货运代理、代收货款的人把买家的钱交给发货单位，自己留佣金。收款的是有自己客户的经营单位，固定几家、反复结算，只收不付；过账的通道则付给私人或互不相干的一次性账户。依据资金关系，不看名称和附言。
  en: A freight or collecting agent hands the buyers' money to the shippers and keeps a commission. Those who are paid are trading firms with customers of their own, the same few again and again, and they only receive; a conduit pays private or one-off accounts. It rests on who pays whom, never on names or remarks.
false_positives:
  zh: 地下钱庄在境内替客户向固定供货商付货款；以采购为名把归集款付给真实经营单位。
  en: An underground bank that pays its clients' regular suppliers here; collected money spent at genuine firms as if on purchases.
blind_spots:
  zh: 付给个体户私人账户的代理；只替一两家收款的代理；收款单位的其他客户不在报送范围。
  en: Agents who pay traders' private accounts; agents of one or two firms only; payees whose other customers bank where nobody reports.
parameters:
  min_payees: {value: 3, unit: count, min: 1, max: 100, why: 替三家以上固定单位结算才像代理；一两家可能是自己的空壳}
  min_trade_share: {value: 0.5, unit: share, min: 0.3, max: 1, why: 过半资金须由经营单位收走，才能解释过账}
  min_other_payers: {value: 10, unit: count, min: 2, max: 1000, why: 九十日内另有十个不相干的付款方，是有自己客户的经营单位}
  min_pay_days: {value: 2, unit: days, min: 1, max: 30, why: 代理与单位反复结算；只付一次的看不出固定关系}
  min_kept_share: {value: 0.01, unit: share, min: 0, max: 0.5, why: 代理靠佣金为生，分文不留的是通道}
  max_kept_share: {value: 0.15, unit: share, min: 0, max: 1, why: 代收款的佣金不超过一成五，留得更多的钱另有去处}
  other_days: {value: 90, unit: days, min: 30, max: 365, why: 向前查看收款单位的其他客户、是否曾付入的天数}
measures:
  amount_in: {unit: CNY, zh: 转入, en: paid in}
  payee_count: {unit: count, zh: 固定收款单位, en: regular firms paid}
  trade_share: {unit: share, zh: 付给这些单位占转出, en: share of what left that they got}
  kept_share: {unit: share, zh: 自留, en: share kept}
--- */
-- How the definition is read ("agency payout" of F12 on the side of goods)
-- * Regular firm: of kind firm, outside the group, paid by the subject on at least min_pay_days days of the window, with
--   at least min_other_payers other control groups that paid it within other_days, and never paying in within other_days.
--   Persons do not count, whatever the remark says: a mule's payees are persons and one-off accounts.
-- * Share: of all that leaves the group except the bank's own charges and cash. Cash drawn is what the agent keeps for
--   himself: kept = (paid in - paid on to others) / paid in, and must be a commission, neither nothing nor a large part.
-- * A clearing counterparty, cash and unknown accounts are nobody's customer. Moves without a value in CNY count neither way.
-- * Declared loans do not count on either side.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
inflows AS (
    SELECT transfers.to_group AS group_key, transfers.day, transfers.from_group AS far_group,
           transfers.amount_cny AS amount
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.to_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.from_kind <> 'bank' AND NOT transfers.is_loan
      AND transfers.amount_cny IS NOT NULL AND transfers.day BETWEEN $from_day - $other_days + 1 AND $to_day
),
outflows AS (
    SELECT transfers.from_group AS group_key, transfers.transfer_id, transfers.day, transfers.to_group AS far_group,
           transfers.to_kind AS far_kind, transfers.amount_cny AS amount, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.from_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.to_kind NOT IN ('bank', 'cash')
      AND NOT transfers.is_loan AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
came AS (
    SELECT evenings.group_key, evenings.end_day, CAST(sum(inflows.amount) AS BIGINT) AS amount_in
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
-- only where a commission is kept are the payees' own customers looked up
commissioned AS (
    SELECT came.group_key, came.end_day, came.amount_in, went.amount_out,
           CAST(came.amount_in - went.amount_out AS DOUBLE) / came.amount_in AS kept_share
    FROM came
    JOIN went ON went.group_key = came.group_key AND went.end_day = came.end_day
    WHERE came.amount_in > 0 AND went.amount_out > 0
      AND CAST(came.amount_in - went.amount_out AS DOUBLE) / came.amount_in BETWEEN $min_kept_share AND $max_kept_share
),
regulars AS (
    SELECT commissioned.group_key, commissioned.end_day, outflows.far_group, CAST(sum(outflows.amount) AS BIGINT) AS amount
    FROM commissioned
    JOIN outflows ON outflows.group_key = commissioned.group_key AND outflows.far_kind = 'firm'
        AND outflows.day BETWEEN commissioned.end_day - $window_days + 1 AND commissioned.end_day
    GROUP BY commissioned.group_key, commissioned.end_day, outflows.far_group
    HAVING count(DISTINCT outflows.day) >= $min_pay_days
),
payins AS (
    SELECT DISTINCT regulars.group_key, regulars.end_day, regulars.far_group
    FROM regulars
    JOIN inflows ON inflows.group_key = regulars.group_key AND inflows.far_group = regulars.far_group
        AND inflows.day BETWEEN regulars.end_day - $other_days + 1 AND regulars.end_day
),
firms_paid AS (
    SELECT DISTINCT far_group FROM regulars
),
customers AS (
    SELECT firms_paid.far_group, transfers.from_group AS customer, transfers.day
    FROM transfers
    JOIN firms_paid ON firms_paid.far_group = transfers.to_group
    WHERE transfers.from_group <> transfers.to_group AND transfers.from_group <> 0
      AND transfers.from_kind IN ('person', 'firm', 'public', 'licensed') AND NOT transfers.is_loan
      AND transfers.day BETWEEN $from_day - $other_days + 1 AND $to_day
    GROUP BY firms_paid.far_group, transfers.from_group, transfers.day
),
traders AS (
    SELECT regulars.group_key, regulars.end_day, regulars.far_group
    FROM regulars
    JOIN customers ON customers.far_group = regulars.far_group AND customers.customer <> regulars.group_key
        AND customers.day BETWEEN regulars.end_day - $other_days + 1 AND regulars.end_day
    GROUP BY regulars.group_key, regulars.end_day, regulars.far_group
    HAVING count(DISTINCT customers.customer) >= $min_other_payers
),
settled AS (
    SELECT regulars.group_key, regulars.end_day, regulars.far_group, regulars.amount
    FROM regulars
    JOIN traders ON traders.group_key = regulars.group_key AND traders.end_day = regulars.end_day
        AND traders.far_group = regulars.far_group
    LEFT JOIN payins ON payins.group_key = regulars.group_key AND payins.end_day = regulars.end_day
        AND payins.far_group = regulars.far_group
    WHERE payins.far_group IS NULL
),
sums AS (
    SELECT group_key, end_day, count(*) AS payee_count, CAST(sum(amount) AS BIGINT) AS amount
    FROM settled
    GROUP BY group_key, end_day
),
hits AS (
    SELECT 'group' AS subject_kind, sums.group_key AS subject_id, sums.end_day - $window_days + 1 AS window_from,
           sums.end_day AS window_to, commissioned.amount_in, sums.payee_count,
           CAST(sums.amount AS DOUBLE) / commissioned.amount_out AS trade_share, commissioned.kept_share
    FROM sums
    JOIN commissioned ON commissioned.group_key = sums.group_key AND commissioned.end_day = sums.end_day
    WHERE sums.payee_count >= $min_payees
      AND CAST(sums.amount AS DOUBLE) / commissioned.amount_out >= $min_trade_share
),
proof AS (
    SELECT hits.subject_id, hits.window_to, COALESCE(outflows.out_record, outflows.in_record) AS record_id,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to
               ORDER BY outflows.day DESC, outflows.amount DESC, outflows.transfer_id
           ) AS place
    FROM hits
    JOIN settled ON settled.group_key = hits.subject_id AND settled.end_day = hits.window_to
    JOIN outflows ON outflows.group_key = settled.group_key AND outflows.far_group = settled.far_group
        AND outflows.far_kind = 'firm' AND outflows.day BETWEEN hits.window_from AND hits.window_to
)
-- the hundred latest payments to those firms prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, 'settlement' AS role,
       hits.amount_in, hits.payee_count, hits.trade_share, hits.kept_share
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 100
