/* ---
id: produce_to_farmers
code: F10
version: 1
name: {zh: 付给众多农户的农产品款, en: Produce money paid to many farmers}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 120
lookback_days: 400
factor: 0.3
expires_days: 180
applies_to: [T16, T20]
reads: [entities, institutions, parties, reference_calendar, remark_terms, transfers]
claim:
  zh: "{window_days} 日内付给 {farmer_count} 名交售人或社员 {produce_out} 元，由 {buyer_count} 家收货单位所付净货款 {sales_in} 元承担 {cover_share}；除此之外，月内付给自然人 {rest_persons} 名共 {rest_out} 元，周内付给各方 {rest_parties} 方"
  en: "Within {window_days} days {produce_out} CNY went to {farmer_count} growers or members; {buyer_count} buyers brought {sales_in} CNY net, {cover_share} of it; besides them {rest_persons} persons were paid {rest_out} CNY within a month, and {rest_parties} parties within a week"
explanation:
  zh: 收购人或合作社定期向许多农户结算，看上去是公款转私、集中扇出。把有收货单位货款承担的农产品款与登记单位的分红除去，所余收款人和金额须都达不到公转私与扇出的界线，才算解释；附言不算证据。
  en: A collector or co-operative settles with many farmers at a time, which looks like a firm's money going private and fanning out. Explained only where, without the produce money and dividends that buyers bear, neither the payees nor the sums left would reach those lines; remarks prove nothing.
false_positives:
  zh: 确有农产品生意的单位，另以返息吸收社员资金而货款足以支付；由他人控制的空壳单位代付货款。
  en: A unit with a real trade in produce that also takes members' money at returns which its sales can bear; shell buyers controlled by others.
blind_spots:
  zh: 经清算机构、现金或自然人收取的销售款；只有一家收货单位；附言不足三成写明农产品的农户；另有众多职工或供货商的收购人。
  en: Sales through clearing names, in cash or to people; one buyer only; farmers whose payments mostly lack a word of produce; collectors with many employees or suppliers besides.
parameters:
  min_farmers: {value: 5, unit: persons, min: 1, max: 1000, why: 少于五户看不出收购或分红}
  min_produce_share: {value: 0.3, unit: share, min: 0.1, max: 1, why: 附言常有空白，同一农户的收款三成以上写明农产品，其余随之}
  min_buyers: {value: 2, unit: persons, min: 1, max: 100, why: 一家买方可能出自同一控制人之手}
  min_cover_share: {value: 0.8, unit: share, min: 0.3, max: 2, why: 销售净收入须能承担绝大部分付款；容忍货款晚到}
  rest_persons_line: {value: 10, unit: persons, min: 1, max: 500, why: 公转私的人数界线；除农户外仍达到的，货款不足以解释}
  rest_out_line: {value: 500000, unit: CNY, min: 1000, max: 50000000, why: 公转私的金额界线}
  rest_parties_line: {value: 10, unit: persons, min: 1, max: 500, why: 归集再分散的收款方界线}
  history_days: {value: 400, unit: days, min: 120, max: 3650, why: 向前一年余查看买方是否收过对方的钱}
measures:
  farmer_count: {unit: persons, zh: 交售人与社员, en: growers and members}
  produce_out: {unit: CNY, zh: 付给交售人与社员, en: paid to them}
  buyer_count: {unit: persons, zh: 收货单位数, en: buyers}
  sales_in: {unit: CNY, zh: 净销售收入, en: net sales}
  cover_share: {unit: share, zh: 销售收入对付款的比例, en: sales against the payments}
  rest_persons: {unit: persons, zh: 月内其他收款自然人, en: other persons paid within a month}
  rest_out: {unit: CNY, zh: 月内付给其他自然人, en: paid to other persons within a month}
  rest_parties: {unit: persons, zh: 周内其他收款方, en: other parties paid within a week}
--- */
-- How the definition is read
-- * produce_sold asks whether what earlier payers get back is for produce (T08, T09). T16 and T20 look at all payees, so
--   here the produce money is taken out and the rest is held against their lines: fewer than rest_persons_line persons
--   and less than rest_out_line to persons in 30 days (T16), fewer than rest_parties_line parties in 7 days (T20). 30
--   and 7 are the windows of those rules.
-- * Farmer: a person outside the group of whose payments in the window at least min_produce_share by amount bear a word
--   of class 'produce' (货款 is none: anybody writes it), or of class 'dividend' where the paying unit is in an
--   authority's register, valid on the day, as a co-operative or rural collective or with a farming scope; and none any
--   other strong fundraising term. All that he got counts, worded or not, and must be borne.
-- * Sales, buyers and suppliers are read as in produce_sold: firms or public bodies outside the group that hold none of
--   the farmers; no loans, wages, public benefits or fundraising; each buyer net of what it got over history_days; where
--   the produce is not paid by a registered unit, what other firms got in the window comes off.
-- * Parties paid: persons, firms, public bodies and licensed institutions by party. Clearing names, cash and the bank are
--   none, as in those rules. Where a payment to a person has no CNY value nothing is explained.
WITH evenings AS (
    SELECT suspects.group_key, reference_calendar.day AS end_day
    FROM suspects
    JOIN reference_calendar ON reference_calendar.day BETWEEN $from_day AND $to_day
),
units AS (
    SELECT entities.party_key,
           max(COALESCE(DATEDIFF('day', DATE '1970-01-01', parties.valid_to), 9999999)) AS until_day
    FROM parties
    JOIN institutions ON institutions.code = parties.institution AND institutions.sector = 'authority'
    JOIN entities ON entities.party_token = parties.party_token
    JOIN suspects ON suspects.group_key = entities.group_key
    WHERE parties.legal_form LIKE '%合作社%' OR parties.legal_form LIKE '%集体经济%'
       OR regexp_matches(parties.business_scope, '种植|养殖|农产品|农副产品|茶叶|魔芋|蚕')
    GROUP BY entities.party_key
),
outgoing AS (
    SELECT transfers.from_group AS group_key, transfers.transfer_id, transfers.day, transfers.to_party AS party,
           transfers.to_group AS party_group, transfers.to_kind AS kind, transfers.amount_cny AS amount,
           COALESCE(transfers.out_record, transfers.in_record) AS record_id,
           CASE WHEN transfers.day <= units.until_day THEN 1 ELSE 0 END AS by_unit
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.from_group
    LEFT JOIN units ON units.party_key = transfers.from_party
    WHERE transfers.to_kind IN ('person', 'firm', 'public', 'licensed') AND transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
said AS (
    SELECT outgoing.transfer_id, remark_terms.term,
           max(CASE WHEN remark_terms.class = 'produce' THEN 1 ELSE 0 END) AS produce,
           max(CASE WHEN remark_terms.class = 'dividend' THEN 1 ELSE 0 END) AS dividend,
           max(CASE WHEN remark_terms.class = 'fundraising_strong' THEN 1 ELSE 0 END) AS strong
    FROM outgoing
    JOIN remark_terms ON remark_terms.transfer_id = outgoing.transfer_id AND remark_terms.day = outgoing.day
    GROUP BY outgoing.transfer_id, remark_terms.term
),
out_words AS (
    SELECT transfer_id, max(produce) AS produce, max(dividend) AS dividend, max(strong * (1 - dividend)) AS strong
    FROM said
    GROUP BY transfer_id
),
payments AS (
    SELECT evenings.group_key, evenings.end_day, outgoing.party, outgoing.party_group, outgoing.kind,
           outgoing.transfer_id, outgoing.day, outgoing.amount, outgoing.record_id, outgoing.by_unit,
           CASE
               WHEN out_words.produce = 1 OR (out_words.dividend = 1 AND outgoing.by_unit = 1) THEN 1 ELSE 0
           END AS produce,
           COALESCE(out_words.strong, 0) AS strong
    FROM evenings
    JOIN outgoing ON outgoing.group_key = evenings.group_key
        AND outgoing.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    LEFT JOIN out_words ON out_words.transfer_id = outgoing.transfer_id
),
payees AS (
    SELECT group_key, end_day, party, kind, min(party_group) AS party_group, CAST(sum(amount) AS BIGINT) AS amount,
           CAST(sum(CASE WHEN day > end_day - 30 THEN amount ELSE 0 END) AS BIGINT) AS month_amount,
           max(CASE WHEN day > end_day - 30 THEN 1 ELSE 0 END) AS in_month,
           max(CASE WHEN day > end_day - 7 THEN 1 ELSE 0 END) AS in_week,
           max(CASE WHEN kind = 'person' AND amount IS NULL THEN 1 ELSE 0 END) AS unvalued,
           min(CASE WHEN produce = 1 THEN by_unit ELSE 1 END) AS registered,
           CASE
               WHEN kind = 'person' AND max(strong) = 0 AND sum(amount) > 0
                    AND CAST(sum(produce * amount) AS DOUBLE) / sum(amount) >= $min_produce_share THEN 1
               ELSE 0
           END AS farmer
    FROM payments
    GROUP BY group_key, end_day, party, kind
),
paid AS (
    SELECT group_key, end_day, CAST(sum(farmer) AS BIGINT) AS farmer_count,
           CAST(sum(farmer * amount) AS BIGINT) AS produce_out,
           min(CASE WHEN farmer = 1 THEN registered ELSE 1 END) AS registered,
           CAST(sum(CASE WHEN kind = 'person' THEN (1 - farmer) * in_month ELSE 0 END) AS BIGINT) AS rest_persons,
           CAST(sum(CASE WHEN kind = 'person' THEN (1 - farmer) * month_amount ELSE 0 END) AS BIGINT) AS rest_out,
           CAST(sum((1 - farmer) * in_week) AS BIGINT) AS rest_parties
    FROM payees
    GROUP BY group_key, end_day
    HAVING max(unvalued) = 0 AND sum(farmer) >= $min_farmers
),
payee_groups AS (
    SELECT DISTINCT group_key, end_day, party_group FROM payees WHERE farmer = 1
),
incoming AS (
    SELECT transfers.to_group AS group_key, transfers.from_group AS buyer, transfers.transfer_id, transfers.day,
           transfers.amount_cny AS amount, COALESCE(transfers.in_record, transfers.out_record) AS record_id
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.to_group
    WHERE transfers.from_kind IN ('firm', 'public') AND transfers.from_group <> transfers.to_group
      AND transfers.from_group <> 0 AND NOT transfers.is_loan AND transfers.amount_cny IS NOT NULL
      AND transfers.day BETWEEN $from_day - $history_days + 1 AND $to_day
),
no_sales AS (
    SELECT DISTINCT incoming.transfer_id
    FROM incoming
    JOIN remark_terms ON remark_terms.transfer_id = incoming.transfer_id AND remark_terms.day = incoming.day
    WHERE remark_terms.class IN ('borrowing', 'loan_disbursement', 'salary', 'public_money', 'fundraising_strong')
),
sales AS (
    SELECT paid.group_key, paid.end_day, incoming.buyer, incoming.transfer_id, incoming.day, incoming.amount,
           incoming.record_id,
           CASE WHEN incoming.day > paid.end_day - $window_days THEN 1 ELSE 0 END AS in_window
    FROM paid
    JOIN incoming ON incoming.group_key = paid.group_key
        AND incoming.day BETWEEN paid.end_day - $history_days + 1 AND paid.end_day
    LEFT JOIN no_sales ON no_sales.transfer_id = incoming.transfer_id
    LEFT JOIN payee_groups ON payee_groups.group_key = paid.group_key AND payee_groups.end_day = paid.end_day
        AND payee_groups.party_group = incoming.buyer
    WHERE no_sales.transfer_id IS NULL AND payee_groups.party_group IS NULL
),
bought AS (
    SELECT group_key, end_day, buyer, CAST(sum(amount) AS BIGINT) AS paid_in_all,
           CAST(sum(in_window * amount) AS BIGINT) AS in_window
    FROM sales
    GROUP BY group_key, end_day, buyer
    HAVING sum(in_window) > 0
),
returned AS (
    SELECT bought.group_key, bought.end_day, bought.buyer,
           CAST(sum(transfers.amount_cny) AS BIGINT) AS amount,
           CAST(sum(CASE WHEN transfers.amount_cny IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unvalued
    FROM bought
    JOIN transfers ON transfers.from_group = bought.group_key AND transfers.to_group = bought.buyer
        AND transfers.day BETWEEN bought.end_day - $history_days + 1 AND bought.end_day
    GROUP BY bought.group_key, bought.end_day, bought.buyer
),
buyers AS (
    SELECT bought.group_key, bought.end_day, bought.buyer,
           LEAST(bought.in_window, bought.paid_in_all - COALESCE(returned.amount, 0)) AS net
    FROM bought
    LEFT JOIN returned ON returned.group_key = bought.group_key AND returned.end_day = bought.end_day
        AND returned.buyer = bought.buyer
    WHERE COALESCE(returned.unvalued, 0) = 0 AND bought.paid_in_all > COALESCE(returned.amount, 0)
),
suppliers AS (
    SELECT paid.group_key, paid.end_day, CAST(sum(transfers.amount_cny) AS BIGINT) AS amount,
           CAST(sum(CASE WHEN transfers.amount_cny IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unvalued
    FROM paid
    JOIN transfers ON transfers.from_group = paid.group_key AND transfers.to_kind = 'firm'
        AND transfers.from_group <> transfers.to_group
        AND transfers.day BETWEEN paid.end_day - $window_days + 1 AND paid.end_day
    LEFT JOIN buyers ON buyers.group_key = paid.group_key AND buyers.end_day = paid.end_day
        AND buyers.buyer = transfers.to_group
    WHERE buyers.buyer IS NULL
    GROUP BY paid.group_key, paid.end_day
),
turnover AS (
    SELECT group_key, end_day, count(*) AS buyer_count, CAST(sum(net) AS BIGINT) AS net
    FROM buyers
    GROUP BY group_key, end_day
),
sold AS (
    SELECT turnover.group_key, turnover.end_day, turnover.buyer_count,
           turnover.net - CASE WHEN paid.registered = 1 THEN 0 ELSE COALESCE(suppliers.amount, 0) END AS sales_in
    FROM turnover
    JOIN paid ON paid.group_key = turnover.group_key AND paid.end_day = turnover.end_day
    LEFT JOIN suppliers ON suppliers.group_key = turnover.group_key
        AND suppliers.end_day = turnover.end_day
    WHERE paid.registered = 1 OR COALESCE(suppliers.unvalued, 0) = 0
),
hits AS (
    SELECT 'group' AS subject_kind, paid.group_key AS subject_id, paid.end_day - $window_days + 1 AS window_from,
           paid.end_day AS window_to, paid.farmer_count, paid.produce_out, sold.buyer_count, sold.sales_in,
           CAST(sold.sales_in AS DOUBLE) / paid.produce_out AS cover_share, paid.rest_persons, paid.rest_out,
           paid.rest_parties
    FROM paid
    JOIN sold ON sold.group_key = paid.group_key AND sold.end_day = paid.end_day
    WHERE sold.buyer_count >= $min_buyers AND CAST(sold.sales_in AS DOUBLE) / paid.produce_out >= $min_cover_share
      AND paid.rest_persons < $rest_persons_line AND paid.rest_out < $rest_out_line
      AND paid.rest_parties < $rest_parties_line
),
proof AS (
    SELECT both_sides.group_key, both_sides.end_day, both_sides.role, both_sides.record_id,
           row_number() OVER (
               PARTITION BY both_sides.group_key, both_sides.end_day, both_sides.role
               ORDER BY both_sides.day DESC, both_sides.amount DESC, both_sides.transfer_id
           ) AS place
    FROM (
        SELECT payments.group_key, payments.end_day, 'produce_paid' AS role, payments.transfer_id, payments.day,
               payments.amount, payments.record_id
        FROM payments
        JOIN payees ON payees.group_key = payments.group_key AND payees.end_day = payments.end_day
            AND payees.party = payments.party AND payees.kind = payments.kind AND payees.farmer = 1
        UNION ALL
        SELECT sales.group_key, sales.end_day, 'sale' AS role, sales.transfer_id, sales.day, sales.amount,
               sales.record_id
        FROM sales
        JOIN buyers ON buyers.group_key = sales.group_key AND buyers.end_day = sales.end_day
            AND buyers.buyer = sales.buyer
        WHERE sales.in_window = 1
    ) AS both_sides
)
-- the fifty latest of either side prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, 'transactions' AS record_kind,
       proof.record_id, proof.role, hits.farmer_count, hits.produce_out, hits.buyer_count, hits.sales_in,
       hits.cover_share, hits.rest_persons, hits.rest_out, hits.rest_parties
FROM hits
JOIN proof ON proof.group_key = hits.subject_id AND proof.end_day = hits.window_to
WHERE proof.place <= 50
