/* ---
id: produce_sold
code: F10
version: 2
name: {zh: 农产品售后结算与分红, en: Produce settled and dividends paid out of sales}
sectors: [bank, micro_loan, guarantee, pawn]
window_days: 120
lookback_days: 400
factor: 0.3
expires_days: 180
applies_to: [T08, T09]
reads: [entities, institutions, parties, reference_calendar, remark_terms, transfers]
claim:
  zh: "{window_days} 日内付给 {payee_count} 名曾付入的交售人或社员 {amount_out} 元，其中附言写明农产品或登记单位分红的占 {produce_share}；其他曾付入而收款两次以上者 {rest_count} 名；另有 {buyer_count} 家收货单位付来净货款 {sales_in} 元，为该付款的 {cover_share}"
  en: "Within {window_days} days {amount_out} CNY went to {payee_count} growers or members who had paid in, {produce_share} of it worded as produce or dividends of a registered unit; {rest_count} other earlier payers were paid twice or more; {buyer_count} buyers brought {sales_in} CNY net, {cover_share} of those payments"
explanation:
  zh: 合作社或收购人收过社员的股金、农资款，卖出农产品后按交售量结算或分红；所付由收货单位的货款承担。附言不算证据：其他曾付入而多次收款的人须少到不成人群，并须有控制组以外的单位付来净货款，未登记的收购人还须先扣除付给其他单位的款项；借款、工资和自然人的钱都不计入。
  en: A co-operative or collector that took share money or input costs of its members sells their produce and settles with them. Remarks prove nothing; other earlier payers who were paid repeatedly must be too few to make a population, and firms or public bodies outside the control group must pay for it, net of what they got back and, for an unregistered collector, of what other firms got. Loans, wages and people's money do not count.
false_positives:
  zh: 确有农产品生意的单位，另以固定返息吸收社员资金而货款足以支付；由他人控制的空壳单位代付货款。
  en: A unit with a real trade in produce that also takes members' money at fixed returns which its sales can bear; shell buyers controlled by others.
blind_spots:
  zh: 经清算机构、现金或自然人收取的销售款；只有一家收货单位；附言不足三成写明农产品的社员；每人只付一次的结算与其他曾付入者的一次性往来混在一起时不核对后者。
  en: Sales through clearing names, in cash or to people; one buyer only; members whose payments mostly lack a word of produce; single payments to other earlier payers are not looked at.
parameters:
  min_payees: {value: 5, unit: persons, min: 1, max: 1000, why: 少于五户看不出收购或分红}
  min_produce_share: {value: 0.3, unit: share, min: 0.1, max: 1, why: 附言常有空白，同一农户的收款三成以上写明农产品，其余随之}
  rest_line: {value: 10, unit: persons, min: 1, max: 500, why: 固定比例返息的人数界线；除交售人外仍有这么多人多次收款的，货款不足以解释}
  min_buyers: {value: 2, unit: persons, min: 1, max: 100, why: 一家买方可能出自同一控制人之手}
  min_cover_share: {value: 0.8, unit: share, min: 0.3, max: 2, why: 销售净收入须能承担绝大部分付款；容忍货款晚到}
  history_days: {value: 400, unit: days, min: 120, max: 3650, why: 向前一年余查看谁曾付入，以及买方是否收过对方的钱}
measures:
  payee_count: {unit: persons, zh: 曾付入的交售人与社员, en: growers and members who had paid in}
  amount_out: {unit: CNY, zh: 付给交售人与社员, en: paid to them}
  produce_share: {unit: share, zh: 附言写明农产品与分红的占比, en: share worded as produce or dividends}
  rest_count: {unit: persons, zh: 其他曾付入而多次收款者, en: other earlier payers paid repeatedly}
  buyer_count: {unit: persons, zh: 收货单位数, en: buyers}
  sales_in: {unit: CNY, zh: 净销售收入, en: net sales}
  cover_share: {unit: share, zh: 销售收入对付款的比例, en: sales against the payments}
--- */
-- How the definition is read
-- * Payments to people: to natural persons outside the group who had paid into it over history_days; people who never
--   paid in are farm_purchases' and produce_to_farmers' matter.
-- * Grower or member: one of those of whose payments in the window at least min_produce_share by amount bear a produce
--   word and none a strong fundraising term. All that he got counts, worded or not, and sales must bear it. (Version 1
--   took the words of all payments together, so that the private dealings of a collector with friends, often larger
--   than a fortnight's tea, hid hundreds of settlements.)
-- * The rest: of the other earlier payers fewer than rest_line were paid on two days or more. So many make a population
--   of T08 (T09 asks for more): a unit that pays both growers and depositors is not explained by its growers.
-- * Produce word: class 'produce' of the lexicon (货款 is none: anybody writes it). A dividend (class 'dividend') counts
--   only where the paying unit is in an authority's register, valid on the day, as a co-operative or rural collective
--   or with a farming scope: approval is not in the data. Any other strong fundraising term takes the payee out.
-- * Sales: from firms or public bodies outside the group that hold none of the payees, neither matched to a declared
--   loan nor worded as loan, borrowing, wages, public benefits or fundraising. Each buyer counts with its part of the
--   window, at most what it paid over history_days beyond what the subject paid to it, so that money in circles is out.
-- * Suppliers: where the produce is not paid by a registered unit, what the subject paid to other firms in the window
--   comes off the sum: a trader's turnover bears its suppliers first. A registered co-operative buys inputs with what
--   its members paid for them, so there it does not.
-- * People, clearing names, cash and banks are no buyers. Where a payment has no CNY value nothing is explained.
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
    SELECT transfers.from_group AS group_key, transfers.transfer_id, transfers.day, transfers.to_party AS person,
           transfers.to_group AS person_group, transfers.amount_cny AS amount,
           COALESCE(transfers.out_record, transfers.in_record) AS record_id,
           CASE WHEN transfers.day <= units.until_day THEN 1 ELSE 0 END AS by_unit
    FROM transfers
    JOIN suspects ON suspects.group_key = transfers.from_group
    LEFT JOIN units ON units.party_key = transfers.from_party
    WHERE transfers.to_kind = 'person' AND transfers.from_group <> transfers.to_group
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
members AS (
    SELECT evenings.group_key, evenings.end_day, transfers.from_party AS person
    FROM evenings
    JOIN transfers ON transfers.to_group = evenings.group_key AND transfers.from_kind = 'person'
        AND transfers.from_group <> transfers.to_group
        AND transfers.day BETWEEN evenings.end_day - $history_days + 1 AND evenings.end_day
    WHERE transfers.day BETWEEN $from_day - $history_days + 1 AND $to_day
    GROUP BY evenings.group_key, evenings.end_day, transfers.from_party
),
payments AS (
    SELECT members.group_key, members.end_day, members.person, outgoing.person_group, outgoing.transfer_id,
           outgoing.day, outgoing.amount, outgoing.record_id, outgoing.by_unit,
           CASE
               WHEN out_words.produce = 1 OR (out_words.dividend = 1 AND outgoing.by_unit = 1) THEN 1 ELSE 0
           END AS produce,
           COALESCE(out_words.strong, 0) AS strong
    FROM members
    JOIN outgoing ON outgoing.group_key = members.group_key AND outgoing.person = members.person
        AND outgoing.day BETWEEN members.end_day - $window_days + 1 AND members.end_day
    LEFT JOIN out_words ON out_words.transfer_id = outgoing.transfer_id
),
payees AS (
    SELECT group_key, end_day, person, min(person_group) AS person_group, CAST(sum(amount) AS BIGINT) AS amount,
           CAST(sum(produce * amount) AS BIGINT) AS worded, count(DISTINCT day) AS days,
           max(CASE WHEN amount IS NULL THEN 1 ELSE 0 END) AS unvalued,
           min(CASE WHEN produce = 1 THEN by_unit ELSE 1 END) AS registered,
           CASE
               WHEN max(strong) = 0 AND sum(amount) > 0
                    AND CAST(sum(produce * amount) AS DOUBLE) / sum(amount) >= $min_produce_share THEN 1
               ELSE 0
           END AS grower
    FROM payments
    GROUP BY group_key, end_day, person
),
paid AS (
    SELECT group_key, end_day, CAST(sum(grower) AS BIGINT) AS payee_count,
           CAST(sum(grower * amount) AS BIGINT) AS amount_out, CAST(sum(grower * worded) AS BIGINT) AS worded,
           CAST(sum(CASE WHEN grower = 0 AND days >= 2 THEN 1 ELSE 0 END) AS BIGINT) AS rest_count,
           min(CASE WHEN grower = 1 THEN registered ELSE 1 END) AS registered
    FROM payees
    GROUP BY group_key, end_day
    HAVING sum(grower) > 0 AND max(unvalued) = 0
),
payee_groups AS (
    SELECT DISTINCT group_key, end_day, person_group FROM payees
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
        AND payee_groups.person_group = incoming.buyer
    WHERE no_sales.transfer_id IS NULL AND payee_groups.person_group IS NULL
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
           paid.end_day AS window_to, paid.payee_count, paid.amount_out,
           CAST(paid.worded AS DOUBLE) / paid.amount_out AS produce_share, paid.rest_count, sold.buyer_count,
           sold.sales_in, CAST(sold.sales_in AS DOUBLE) / paid.amount_out AS cover_share
    FROM paid
    JOIN sold ON sold.group_key = paid.group_key AND sold.end_day = paid.end_day
    WHERE paid.payee_count >= $min_payees AND paid.rest_count < $rest_line
      AND sold.buyer_count >= $min_buyers AND CAST(sold.sales_in AS DOUBLE) / paid.amount_out >= $min_cover_share
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
            AND payees.person = payments.person AND payees.grower = 1
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
       proof.record_id, proof.role, hits.payee_count, hits.amount_out, hits.produce_share, hits.rest_count,
       hits.buyer_count, hits.sales_in, hits.cover_share
FROM hits
JOIN proof ON proof.group_key = hits.subject_id AND proof.end_day = hits.window_to
WHERE proof.place <= 50
