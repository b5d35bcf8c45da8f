/* ---
id: new_money_pays_old
code: T10
version: 3
name: {zh: 借新还旧, en: New money pays old}
sectors: [bank, micro_loan, guarantee, pawn]
severity: critical
window_days: 60
lookback_days: 467
opens_alert: false
reads: [pair_day, party_day, principal_day, remark_terms, transfers]
claim:
  zh: "{window_days} 日的前后两半内，支付给 {return_persons} 名先前存款人的返息 {returns_paid} 元中，至少 {fresh_share} 来自 {fresh_days} 日内新存入的资金；同期自然人付入 {person_in} 元；经营性流入至多占 {operating_share}，其中等过返息期仍从未收款的顾客付款占 {customer_share}"
  en: "In both halves of {window_days} days at least {fresh_share} of the {returns_paid} CNY of returns to {return_persons} earlier depositors came from money put in within {fresh_days} days; persons paid in {person_in} CNY; operating inflow was at most {operating_share}, {customer_share} of it from customers, who had waited longer than depositors do and were never paid"
explanation:
  zh: >-
    没有经营收入，却按期向先前的存款人付款；按先进先出核对，付款所用主要是刚刚存入的他人资金。
    自然人付款也可能是经营收入（房租、货款、学费）：等过本主体返息期的两倍仍从未收到分文的付款人按顾客计，其付款计入经营性流入。
    本规则只作加重，须与固定比例返息或集中兑付同时成立，不单独成立预警。
  en: >-
    Hardly any operating income, yet earlier depositors are paid; first in, first out, the payments use money that others have just put in.
    People's money can be income too (rent, goods, tuition): who has waited twice as long as depositors of this subject do and was never paid a cent is a customer, and what he paid counts as operating inflow.
    This rule only adds weight to periodic proportional return or payout days and opens no alert alone.
legal_basis:
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第二条、第八条、第十二条, valid_from: 2021-05-01, valid_to: null}
  - {text: 《最高人民法院关于审理非法集资刑事案件具体应用法律若干问题的解释》（2022年修正）第七条, valid_from: 2022-03-01, valid_to: null}
false_positives:
  zh: 现金或收单收入为主的零售商退货（按先进先出，退款并非全部来自新存款）；刚起步、尚无收入的合作社；顾客不足 {fewest_customers} 户或按季返还而开业不久的房屋托管、商铺。
  en: Retailers living on cash or card takings that refund customers (first in, first out, refunds do not all come from new deposits); a new co-operative without income yet; letting managers and shops with fewer than {fewest_customers} customers, or young ones that pay by the quarter.
blind_spots:
  zh: 虚构经营回款会抬高经营性流入；先沉淀资金一周以上再兑付；现金和支付机构流入看不到付款人，已知占比不足三成时只答数据不足；弱关联方的回款不能剔除；一年以上才兑付的产品（预付养老、预存消费、期末一次还本付息）与按月返息并存时，其存款人此前看似顾客，除附言写明投资、养老预定或借款者外，其款计入经营性流入。
  en: Sham sales raise operating inflow; money left to rest for more than a week; cash and payment firms hide the payer (below 30 % known the answer is not enough data); money from weakly related firms is not taken out; beside monthly returns, depositors of long-deferred products (prepaid care or shopping, interest at maturity) look like customers until they are paid, unless their remarks speak of investing, prepaid care or borrowing.
parameters:
  max_operating_share: {value: 0.1, unit: share, min: 0, max: 0.9, why: 经营性流入不足一成，不足以支撑返息}
  min_fresh_share: {value: 0.7, unit: share, min: 0.1, max: 1, why: 七成以上返息由新存款支付}
  fresh_days: {value: 7, unit: days, min: 0, max: 30, why: 存入七日内即用于支付视为新款}
  min_return_persons: {value: 10, unit: persons, min: 1, max: 500, why: 与固定比例返息的人数一致；没有返息人群则与退货无法区分}
  min_known_share: {value: 0.3, unit: share, min: 0, max: 1, why: 流入的付款人已知占比不足三成时不下判断}
  min_principal: {value: 1000, unit: CNY, min: 1, max: 1000000, why: 更小的往来是日常收付}
  customer_waits: {value: 2, unit: ratio, min: 1, max: 10, why: 存款人一期即有返还；等过两倍的时间仍分文未得，便不是同一种人}
  customer_days: {value: 14, unit: days, min: 1, max: 365, why: 按日、按周返息者遇八日长假可顺延，两周内不下结论}
  fewest_customers: {value: 3, unit: persons, min: 1, max: 500, why: 一两户付款可由经营者自己安排，三户以上的独立顾客较难}
  min_rate: {value: 2, unit: permille, min: 0.1, max: 100, why: 每期千分之二以下接近活期利息}
  max_rate: {value: 150, unit: permille, min: 10, max: 490, why: 每期超过百分之十五的付款更像退本或退货}
measures:
  fresh_share: {unit: share, zh: 返息中新存款占比（两期较低者）, en: share of returns paid from new money (lower of two periods), threshold: min_fresh_share, full: 1}
  operating_share: {unit: share, zh: 经营性流入占比（单位付款按两期较高者，加顾客付款）, en: "share of operating inflow (of firms in the higher of two periods, and of customers)", threshold: max_operating_share, full: 0}
  return_persons: {unit: persons, zh: 收到返息的人数, en: persons paid returns, threshold: min_return_persons, full: 30}
  known_share: {unit: share, zh: 流入已知占比（两期较低者）, en: share of inflow with known payer (lower of two periods)}
  returns_paid: {unit: CNY, zh: 返息金额, en: returns paid}
  person_in: {unit: CNY, zh: 自然人付入, en: paid in by persons}
  customer_share: {unit: share, zh: 其中从未收款的顾客付款占比, en: share of customers who were never paid}
  customer_count: {unit: persons, zh: 顾客户数, en: customers}
--- */
-- How the definition is read
-- * Monthly = two trailing halves of the window (30 days each), ending on a day on which a return is paid; every
--   (group, end day) is computed from its own rows, so nights and ranges agree.
-- * A return is a payment to an earlier depositor of 0.2 %-15 % of his principal of the evening before, as
--   principal_day keeps it. (Version 1 kept it itself, from 400 days and in one pass: persons who were repaid and came
--   back had too high a principal. A person without a payout in the window no longer counts as possibly paid.) "Needs T08 or T09" is kept twice: the rule opens no alert
--   alone, and it asks for a population paid returns (min_return_persons) - a shop refunding customers has none.
-- * Operating inflow: from firms and public bodies outside the control group that is no declared loan. Money of
--   licensed institutions is a loan or a settlement, not income. Cash, clearing and unknown payers are neither
--   income nor persons: they leave the denominator (known_share says how much is left) but stay in the queue of
--   the FIFO, where they count as not new - so takings in cash protect a retailer.
-- * Customers. Money of people is income as well where they are tenants, patients, parents or a shop's crowd. Version 2
--   took every person for a depositor, so that a landlord whose tenants are people had no income at all. What tells
--   them apart is not the remark (schemes write 货款 too) but what follows: a depositor is paid within a return period,
--   a customer never. How long depositors wait is read from the group itself: from the first payment in to the first
--   payment back, the wait that nine of ten of those paid returns in the window did not exceed. A payer whose control
--   group was paid nothing at all since, though customer_waits times that long has gone by, is a customer; so monthly
--   rents, tuition and single purchases are told alike, and instalments of a depositor are not (he is paid on the first).
-- * Fresh depositors cannot be told yet and count as new money. The customers' share is therefore read from the last
--   half of a window whose payers can be told, and held against the known inflow of that time or of either half of the
--   window, whichever is most: trade that ended when the deposits came does not hide them. It adds to the share of firms.
-- * No customer is: who wrote a strong fundraising term or a borrowing word, one of fewer than fewest_customers, and,
--   where a return was paid from an account whose statement is not received, a payer whose own is not received either
--   (he may have been paid unseen).
-- * FIFO by cumulative sums: the day's inflow is the interval [B + I(s-1), B + I(s)) on the money axis, the day's
--   outflow [O(t-1), O(t)); money paid on t came in on s as far as they overlap. Inflow of a day precedes its outflow.
--   Within a day, kinds of inflow and of outflow are mixed evenly. B is what was there before the first day: the
--   balance last reported, but at least what keeps the account from going below zero; it is old money.
-- * The axis begins fresh_days before the window, so that deposits are seen that paid its first day.
--
-- Prunes, exact: as many persons must be paid as min_return_persons, so a group needs that many rows of payouts in
-- the window, one of them tonight; widening the range only admits more. Customers only add to operating inflow, so they are looked
-- for on those evenings only that would fire without them.
WITH payouts AS (
    SELECT group_key, person_key, day, payout_cny AS payout, principal_cny AS principal,
           CASE WHEN is_unvalued THEN 1 ELSE 0 END AS unvalued
    FROM principal_day
    WHERE last_payout_day = day AND day BETWEEN $from_day - $window_days + 1 AND $to_day
),
candidates AS (
    SELECT group_key
    FROM payouts
    GROUP BY group_key
    HAVING count(*) >= $min_return_persons AND max(day) >= $from_day
),
evenings AS (
    SELECT payouts.group_key, payouts.day AS end_day
    FROM payouts
    JOIN candidates ON candidates.group_key = payouts.group_key
    WHERE payouts.day BETWEEN $from_day AND $to_day
    GROUP BY payouts.group_key, payouts.day
),
seen AS (
    SELECT evenings.end_day, payouts.group_key, payouts.person_key, payouts.day, payouts.payout, payouts.principal,
           max(payouts.unvalued) OVER (PARTITION BY evenings.end_day, payouts.group_key, payouts.person_key)
               AS unvalued
    FROM evenings
    JOIN payouts ON payouts.group_key = evenings.group_key
        AND payouts.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
),
returns AS (
    SELECT group_key, end_day, person_key, day, payout
    FROM seen
    WHERE unvalued = 0 AND payout > 0 AND principal >= $min_principal
      AND 1000 * payout >= $min_rate * principal AND 1000 * payout <= $max_rate * principal
),
return_days AS (
    SELECT group_key, end_day, day, CAST(sum(payout) AS BIGINT) AS returns_paid
    FROM returns
    GROUP BY group_key, end_day, day
),
paid_persons AS (
    SELECT group_key, end_day, person_key, 0 AS unvalued FROM returns
    UNION ALL
    SELECT group_key, end_day, person_key, 1 FROM seen WHERE unvalued = 1
),
populations AS (
    SELECT group_key, end_day, CAST(sum(1 - unvalued) AS BIGINT) AS return_persons, count(*) AS possible_persons
    FROM (SELECT DISTINCT group_key, end_day, person_key, unvalued FROM paid_persons) AS persons
    GROUP BY group_key, end_day
    HAVING count(*) >= $min_return_persons
),
moves AS (
    SELECT transfers.to_group AS group_key, transfers.day, transfers.amount_cny AS amount_in,
           CASE WHEN transfers.from_kind = 'person' AND NOT transfers.is_loan THEN transfers.amount_cny ELSE 0 END
               AS person_in,
           CASE WHEN transfers.from_kind IN ('firm', 'public') AND NOT transfers.is_loan THEN transfers.amount_cny
               ELSE 0 END AS operating_in,
           CASE WHEN transfers.from_kind IN ('clearing', 'cash', 'unknown') THEN 0 ELSE transfers.amount_cny END
               AS known_in,
           CAST(0 AS BIGINT) AS amount_out, CASE WHEN transfers.amount_cny IS NULL THEN 1 ELSE 0 END AS unvalued
    FROM transfers
    JOIN candidates ON candidates.group_key = transfers.to_group
    WHERE transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $window_days - $fresh_days + 1 AND $to_day
    UNION ALL
    SELECT transfers.from_group, transfers.day, CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT),
           CAST(0 AS BIGINT), transfers.amount_cny, CASE WHEN transfers.amount_cny IS NULL THEN 1 ELSE 0 END
    FROM transfers
    JOIN candidates ON candidates.group_key = transfers.from_group
    WHERE transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $window_days - $fresh_days + 1 AND $to_day
),
days AS (
    SELECT group_key, day, CAST(sum(amount_in) AS BIGINT) AS amount_in, CAST(sum(person_in) AS BIGINT) AS person_in,
           CAST(sum(operating_in) AS BIGINT) AS operating_in, CAST(sum(known_in) AS BIGINT) AS known_in,
           CAST(sum(amount_out) AS BIGINT) AS amount_out, CAST(sum(unvalued) AS BIGINT) AS unvalued
    FROM moves
    GROUP BY group_key, day
),
running AS (
    SELECT populations.end_day, days.*,
           -- 0 is the half of the window that ends on the end day, 1 the half before, 2 the days before the window
           LEAST((populations.end_day - days.day) // ($window_days // 2), 2) AS period,
           CAST(sum(days.amount_in) OVER (
               PARTITION BY populations.end_day, days.group_key ORDER BY days.day
               ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
           ) AS BIGINT) AS in_to,
           CAST(sum(days.amount_out) OVER (
               PARTITION BY populations.end_day, days.group_key ORDER BY days.day
               ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
           ) AS BIGINT) AS out_to
    FROM populations
    JOIN days ON days.group_key = populations.group_key
        AND days.day BETWEEN populations.end_day - $window_days - $fresh_days + 1 AND populations.end_day
),
balances AS (
    SELECT populations.group_key, populations.end_day, party_day.closing_balance,
           row_number() OVER (
               PARTITION BY populations.group_key, populations.end_day, party_day.party_key ORDER BY party_day.day DESC
           ) AS latest
    FROM populations
    JOIN party_day ON party_day.group_key = populations.group_key
        AND party_day.day BETWEEN populations.end_day - 400
            AND populations.end_day - $window_days - $fresh_days
    WHERE party_day.closing_balance IS NOT NULL
),
reported AS (
    SELECT group_key, end_day, CAST(sum(closing_balance) AS BIGINT) AS balance
    FROM balances
    WHERE latest = 1
    GROUP BY group_key, end_day
),
needed AS (
    SELECT group_key, end_day, CAST(GREATEST(max(out_to - in_to), 0) AS BIGINT) AS balance
    FROM running
    GROUP BY group_key, end_day
),
openings AS (
    SELECT needed.group_key, needed.end_day, GREATEST(needed.balance, COALESCE(reported.balance, 0)) AS balance
    FROM needed
    LEFT JOIN reported ON reported.group_key = needed.group_key AND reported.end_day = needed.end_day
),
financed AS (
    SELECT paying.group_key, paying.end_day, paying.period,
           -- whole thousandths of a fen per pair of days, so that the sum does not depend on the order of adding
           CAST(sum(CAST(FLOOR(0.5 + 1000 *
               CAST(LEAST(openings.balance + funding.in_to, paying.out_to)
                    - GREATEST(openings.balance + funding.in_to - funding.amount_in, paying.out_to - paying.amount_out)
                    AS DOUBLE)
               * funding.person_in / funding.amount_in * return_days.returns_paid / paying.amount_out
           ) AS BIGINT)) AS BIGINT) AS fresh_thousandths
    FROM return_days
    JOIN running AS paying ON paying.group_key = return_days.group_key AND paying.end_day = return_days.end_day
        AND paying.day = return_days.day
    JOIN openings ON openings.group_key = paying.group_key AND openings.end_day = paying.end_day
    JOIN running AS funding ON funding.group_key = paying.group_key AND funding.end_day = paying.end_day
        AND funding.day BETWEEN paying.day - $fresh_days AND paying.day
    WHERE funding.amount_in > 0 AND paying.amount_out > 0
      AND LEAST(openings.balance + funding.in_to, paying.out_to)
        > GREATEST(openings.balance + funding.in_to - funding.amount_in, paying.out_to - paying.amount_out)
    GROUP BY paying.group_key, paying.end_day, paying.period
),
income AS (
    SELECT running.group_key, running.end_day, running.period,
           CAST(sum(running.amount_in) AS BIGINT) AS amount_in, CAST(sum(running.known_in) AS BIGINT) AS known_in,
           CAST(sum(running.operating_in) AS BIGINT) AS operating_in,
           CAST(sum(running.person_in) AS BIGINT) AS person_in,
           CAST(sum(COALESCE(return_days.returns_paid, 0)) AS BIGINT) AS returns_paid,
           CAST(sum(running.unvalued) AS BIGINT) AS unvalued,
           max(CASE WHEN running.day = running.end_day AND return_days.returns_paid > 0 THEN 1 ELSE 0 END) AS tonight
    FROM running
    LEFT JOIN return_days ON return_days.group_key = running.group_key AND return_days.end_day = running.end_day
        AND return_days.day = running.day
    WHERE running.period < 2
    GROUP BY running.group_key, running.end_day, running.period
),
shares AS (
    SELECT income.*,
           CASE WHEN income.amount_in > 0 THEN CAST(income.known_in AS DOUBLE) / income.amount_in ELSE 1 END
               AS known_share,
           CASE WHEN income.known_in > 0 THEN CAST(income.operating_in AS DOUBLE) / income.known_in ELSE 0 END
               AS operating_share,
           CASE WHEN income.returns_paid > 0 THEN CAST(COALESCE(financed.fresh_thousandths, 0) AS DOUBLE) / (1000 * income.returns_paid)
               ELSE 0 END AS fresh_share
    FROM income
    LEFT JOIN financed ON financed.group_key = income.group_key AND financed.end_day = income.end_day
        AND financed.period = income.period
),
verdicts AS (
    SELECT shares.group_key, shares.end_day, count(*) AS periods, min(shares.fresh_share) AS fresh_share,
           max(shares.operating_share) AS operating_share, min(shares.known_share) AS known_share, max(shares.known_in) AS most_known,
           min(shares.returns_paid) AS least_returns, CAST(sum(shares.returns_paid) AS BIGINT) AS returns_paid,
           CAST(sum(shares.person_in) AS BIGINT) AS person_in, CAST(sum(shares.unvalued) AS BIGINT) AS unvalued,
           max(shares.tonight) AS tonight
    FROM shares
    GROUP BY shares.group_key, shares.end_day
),
answered AS (
    SELECT verdicts.*, populations.return_persons,
           CASE
               WHEN verdicts.unvalued > 0 OR verdicts.known_share < $min_known_share THEN 'not_enough_data'
               WHEN verdicts.periods = 2 AND verdicts.tonight = 1 AND verdicts.least_returns > 0
                    AND populations.return_persons >= $min_return_persons
                    AND verdicts.operating_share <= $max_operating_share
                    AND verdicts.fresh_share >= $min_fresh_share THEN 'critical'
           END AS severity
    FROM verdicts
    JOIN populations ON populations.group_key = verdicts.group_key AND populations.end_day = verdicts.end_day
),
near AS (
    SELECT group_key, end_day, most_known FROM answered WHERE severity = 'critical'
),
paid_returns AS (
    SELECT near.group_key, near.end_day, returns.person_key,
           max(CASE WHEN transfers.out_record IS NULL THEN 1 ELSE 0 END) AS unseen
    FROM near
    JOIN returns ON returns.group_key = near.group_key AND returns.end_day = near.end_day
    JOIN transfers ON transfers.from_group = returns.group_key AND transfers.to_party = returns.person_key
        AND transfers.day = returns.day
    WHERE transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
    GROUP BY near.group_key, near.end_day, returns.person_key
),
first_payments AS (
    SELECT paid_returns.group_key, paid_returns.end_day, paid_returns.person_key, min(pair_day.day) AS first_in
    FROM paid_returns
    JOIN pair_day ON pair_day.to_group = paid_returns.group_key AND pair_day.from_party = paid_returns.person_key
        -- as far as principal_day looks back
        AND pair_day.day BETWEEN paid_returns.end_day - 460 AND paid_returns.end_day
    WHERE pair_day.from_group <> pair_day.to_group AND pair_day.day BETWEEN $from_day - 460 AND $to_day
    GROUP BY paid_returns.group_key, paid_returns.end_day, paid_returns.person_key
),
waits AS (
    SELECT first_payments.group_key, first_payments.end_day, first_payments.person_key,
           min(pair_day.day) - first_payments.first_in AS wait_days
    FROM first_payments
    JOIN pair_day ON pair_day.from_group = first_payments.group_key
        AND pair_day.to_party = first_payments.person_key
        AND pair_day.day BETWEEN first_payments.first_in AND first_payments.end_day
    WHERE pair_day.from_group <> pair_day.to_group AND pair_day.day BETWEEN $from_day - 460 AND $to_day
    GROUP BY first_payments.group_key, first_payments.end_day, first_payments.person_key, first_payments.first_in
),
ranked_waits AS (
    SELECT group_key, end_day, wait_days,
           row_number() OVER (PARTITION BY group_key, end_day ORDER BY wait_days, person_key) AS place,
           count(*) OVER (PARTITION BY group_key, end_day) AS persons
    FROM waits
),
told AS (
    -- the last day whose payers can be told: nine of ten depositors waited no longer for their first money
    SELECT near.group_key, near.end_day,
           near.end_day - GREATEST(
               CAST(CEIL($customer_waits * ranked_waits.wait_days) AS BIGINT), $customer_days
           ) AS told_day
    FROM near
    JOIN ranked_waits ON ranked_waits.group_key = near.group_key AND ranked_waits.end_day = near.end_day
        AND ranked_waits.place = (9 * ranked_waits.persons + 9) // 10
),
payments_told AS (
    SELECT told.group_key, told.end_day, transfers.transfer_id, transfers.day, transfers.from_group AS payer,
           transfers.amount_cny AS amount,
           CASE WHEN transfers.from_kind = 'person' AND NOT transfers.is_loan THEN 1 ELSE 0 END AS by_person,
           CASE WHEN transfers.out_record IS NULL THEN 1 ELSE 0 END AS unreported
    FROM told
    JOIN transfers ON transfers.to_group = told.group_key
        AND transfers.day BETWEEN told.told_day - $window_days // 2 + 1 AND told.told_day
        AND transfers.day BETWEEN told.end_day - 460 AND told.end_day
    WHERE transfers.from_group <> transfers.to_group AND transfers.amount_cny IS NOT NULL
      AND transfers.from_kind NOT IN ('clearing', 'cash', 'unknown')
      AND transfers.day BETWEEN $from_day - 460 AND $to_day
),
unseen_returns AS (
    SELECT group_key, end_day, max(unseen) AS unseen FROM paid_returns GROUP BY group_key, end_day
),
not_customers AS (
    SELECT payments_told.group_key, payments_told.end_day, payments_told.payer
    FROM payments_told
    JOIN pair_day ON pair_day.from_group = payments_told.group_key AND pair_day.to_group = payments_told.payer
        AND pair_day.day BETWEEN payments_told.end_day - 460 AND payments_told.end_day
    WHERE payments_told.by_person = 1 AND pair_day.day BETWEEN $from_day - 460 AND $to_day
    UNION
    SELECT payments_told.group_key, payments_told.end_day, payments_told.payer
    FROM payments_told
    JOIN remark_terms ON remark_terms.transfer_id = payments_told.transfer_id
        AND remark_terms.day = payments_told.day
    WHERE payments_told.by_person = 1 AND remark_terms.class IN ('borrowing', 'fundraising_strong')
    UNION
    SELECT payments_told.group_key, payments_told.end_day, payments_told.payer
    FROM payments_told
    JOIN unseen_returns ON unseen_returns.group_key = payments_told.group_key
        AND unseen_returns.end_day = payments_told.end_day AND unseen_returns.unseen = 1
    WHERE payments_told.by_person = 1 AND payments_told.unreported = 1
),
customers AS (
    SELECT payments_told.group_key, payments_told.end_day,
           CAST(sum(payments_told.amount) AS BIGINT) AS known_in,
           count(DISTINCT CASE
               WHEN payments_told.by_person = 1 AND not_customers.payer IS NULL THEN payments_told.payer
           END) AS customer_count,
           CAST(sum(CASE
               WHEN not_customers.payer IS NULL THEN payments_told.by_person * payments_told.amount ELSE 0
           END) AS BIGINT) AS customer_in
    FROM payments_told
    LEFT JOIN not_customers ON not_customers.group_key = payments_told.group_key
        AND not_customers.end_day = payments_told.end_day AND not_customers.payer = payments_told.payer
    GROUP BY payments_told.group_key, payments_told.end_day
),
traded AS (
    SELECT near.group_key, near.end_day, customers.customer_count,
           CAST(customers.customer_in AS DOUBLE) / GREATEST(customers.known_in, near.most_known) AS customer_share
    FROM near
    JOIN customers ON customers.group_key = near.group_key AND customers.end_day = near.end_day
    WHERE customers.customer_count >= $fewest_customers AND GREATEST(customers.known_in, near.most_known) > 0
),
judged AS (
    SELECT answered.group_key, answered.end_day, answered.severity, answered.fresh_share, answered.return_persons,
           answered.operating_share + COALESCE(traded.customer_share, 0) AS operating_share, answered.known_share,
           answered.returns_paid, answered.person_in, COALESCE(traded.customer_share, 0) AS customer_share,
           COALESCE(traded.customer_count, 0) AS customer_count
    FROM answered
    LEFT JOIN traded ON traded.group_key = answered.group_key AND traded.end_day = answered.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to, severity, fresh_share, operating_share, return_persons, known_share, returns_paid,
           person_in, customer_share, customer_count
    FROM judged
    WHERE severity = 'not_enough_data' OR (severity = 'critical' AND operating_share <= $max_operating_share)
),
proof AS (
    SELECT hits.subject_id, hits.window_to, transfers.out_record, transfers.in_record, 'return' AS role
    FROM hits
    JOIN returns ON returns.group_key = hits.subject_id AND returns.end_day = hits.window_to
    JOIN transfers ON transfers.from_group = returns.group_key AND transfers.to_party = returns.person_key
        AND transfers.day = returns.day
    WHERE hits.severity <> 'not_enough_data' AND transfers.from_group <> transfers.to_group
    UNION ALL
    SELECT hits.subject_id, hits.window_to, transfers.out_record, transfers.in_record,
           CASE
               WHEN transfers.from_kind = 'person' THEN 'new_money'
               WHEN transfers.from_kind IN ('firm', 'public') THEN 'operating_inflow'
               ELSE 'other_inflow'
           END
    FROM hits
    JOIN transfers ON transfers.to_group = hits.subject_id
        AND transfers.day BETWEEN hits.window_from - $fresh_days AND hits.window_to
    WHERE hits.severity <> 'not_enough_data' AND transfers.from_group <> transfers.to_group
),
legs AS (
    SELECT subject_id, window_to, role, out_record AS record_id FROM proof WHERE out_record IS NOT NULL
    UNION ALL
    SELECT subject_id, window_to, role, in_record FROM proof WHERE in_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'transactions' END AS record_kind,
       COALESCE(legs.record_id, 0) AS record_id, COALESCE(legs.role, 'none') AS role,
       hits.fresh_share, hits.operating_share, hits.return_persons, hits.known_share, hits.returns_paid,
       hits.person_in, hits.customer_share, hits.customer_count
FROM hits
LEFT JOIN legs ON legs.subject_id = hits.subject_id AND legs.window_to = hits.window_to
