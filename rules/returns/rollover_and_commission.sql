/* ---
id: rollover_and_commission
code: T11
version: 2
name: {zh: 复投与提成, en: Rollover and commission}
sectors: [bank, micro_loan, guarantee, pawn]
severity: [high, medium]
window_days: 90
lookback_days: 180
opens_alert: false
reads: [pair_day, principal_day, transfers]
claim:
  zh: "{window_days} 日内 {roller_count} 人收款后三日内几乎全数再存（再存 {rolled_amount} 元）；{agent_count} 人按他人存入款的固定比例收款，其中最多一人涉及 {referred_count} 名存款人、比例约 {commission_rate}、共收 {commission_paid} 元"
  en: "Within {window_days} days {roller_count} persons put nearly all of a payout in again within three days ({rolled_amount} CNY); {agent_count} persons were paid a fixed share of what others put in, one of them for {referred_count} depositors, about {commission_rate}, {commission_paid} CNY in all"
explanation:
  zh: >-
    两种表现：一是收到本息后随即再存（复投）；二是他人存入后数日内，介绍人按存入额的固定比例收款（提成）。
    提成、返利属于应当清退的资金来源，介绍人也是核查的线索。正常行业亦有佣金与再次购买，本规则只作加重，不单独成立预警；两种表现并存时严重度升高。
  en: >-
    Two shapes: persons who put a payout in again at once (rollover), and persons who are paid a fixed share of what others
    put in, some days after (commission). Commissions count among the sources of repayment, so agents are worth tracing. Trades
    pay commissions and customers buy again too: the rule adds weight and opens no alert alone; both shapes together weigh more.
legal_basis:
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第二十六条（清退资金来源包括佣金、提成等）, valid_from: 2021-05-01, valid_to: null}
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第八条、第十二条, valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 保险、房产中介的佣金；持牌理财到期续作；退货后再次购买；按营业额提成的销售员。
  en: Commissions of insurance and estate agents; licensed products renewed at maturity; customers who return goods and buy again; sales staff paid by turnover.
blind_spots:
  zh: 多笔提成合并支付、逐级不同比例、人人存入同额因而提成也同额、以现金或向公司支付的提成；付款前后八日内存入超过 {max_crowd} 笔的账户，比例相合已不能与巧合区分；从未付出的账户内部滚存；介绍人每次提成恰为其本人本金的同一比例。
  en: Several commissions paid in one sum, rates by level, one sum for everybody and so one commission, commissions in cash or to firms; accounts with more than {max_crowd} deposits in the eight days up to the payment, where equal shares cannot be told from chance; reinvestment that never leaves the account; commissions that happen to be one rate of the agent's own principal.
no_data:
  zh: 部分存入或付出为无折算率的外币，无法判断是否全数再存
  en: some deposits or payouts have no rate, so it is unknown whether they were put in again
parameters:
  min_rollers: {value: 10, unit: persons, min: 3, max: 500, why: 与固定比例返息的人数一致}
  min_payout: {value: 100, unit: CNY, min: 1, max: 100000, why: 更小的付款是找零与红包}
  max_rolled_ratio: {value: 2, unit: ratio, min: 1, max: 100, why: 再存超过付款一倍以上，多半是另一笔新的往来}
  min_referred: {value: 5, unit: persons, min: 3, max: 100, why: 五名存款人同一比例，才不是巧合}
  min_deposit: {value: 1000, unit: CNY, min: 1, max: 1000000, why: 更小的存入是日常收付}
  min_commission: {value: 10, unit: permille, min: 1, max: 100, why: 千分之十以下近于手续费}
  max_commission: {value: 150, unit: permille, min: 20, max: 300, why: 超过百分之十五的付款更像退款或货款}
  max_rate_off: {value: 2, unit: permille, min: 0.1, max: 5, why: 比例固定，容许取整与税费造成的千分之二出入}
  min_amounts: {value: 3, unit: count, min: 1, max: 20, why: 金额各异而比例相同才看得出是按比例；每次同额的付款可能是返息或工资}
  own_returns: {value: 2, unit: count, min: 1, max: 24, why: 此前已有两次按其本人本金同一比例收款，这一次也是本人返息而非提成}
  commission_days: {value: 7, unit: days, min: 0, max: 31, why: 提成多在存入后一周内支付}
  min_matched_share: {value: 0.5, unit: share, min: 0.05, max: 1, why: 介绍人的收款过半应能与他人的存入对上；其余可为本人返息}
  min_contrast: {value: 3, unit: ratio, min: 1, max: 50, why: 这一比例对上的付款须为任意比例平均对上的三倍，排除存入众多时的巧合}
  max_crowd: {value: 200, unit: count, min: 5, max: 2000, why: 一周存入过多时任何付款都能凑成某个比例}
  min_reach: {value: 1, unit: ratio, min: 0.5, max: 20, why: 复投或提成任一达到界线的倍数}
measures:
  reach: {unit: ratio, zh: 达到界线的倍数（复投或提成较高者）, en: "times the line (rollover or commission, the higher)", threshold: min_reach, full: 3}
  roller_count: {unit: persons, zh: 复投人数, en: persons who rolled over}
  rolled_amount: {unit: CNY, zh: 再存金额, en: put in again}
  agent_count: {unit: persons, zh: 按固定比例收款的介绍人数, en: persons paid a fixed share}
  referred_count: {unit: persons, zh: 单个介绍人对应的存款人数（最多）, en: depositors of one of them (most)}
  commission_rate: {unit: share, zh: 提成比例, en: rate of commission}
  commission_paid: {unit: CNY, zh: 该比例下支付的提成, en: commission paid at that rate}
--- */
-- How the definition is read
-- * Rollover: principal_day marks the day on which 95 % of a payout were back within three days. More than
--   max_rolled_ratio times the payout is another dealing, not the same money; without it every customer who is
--   refunded and shops again would count.
-- * Commission: a payment to a person g is held against each deposit of min_deposit or more that somebody else made
--   into the same group in the commission_days before it. c is read to 0.1 percentage points; an agent has
--   min_referred depositors, and as many payments, within max_rate_off of one c.
-- * Own returns: a payment on a day on which the payee got the same share of his own principal (to 0.1 percentage points,
--   as T08 bins) as on own_returns earlier days of the window_days before it is his own return. (Version 1 held it
--   against the deposits of others too: with weekly returns of 1 % and a top-up now and then - an owner's rents of a
--   letting manager as well as a depositor's interest - the sums differ enough for min_amounts, and somebody's deposit
--   fits. It stays among the payments of which half must fit.)
-- * Chance: with many deposits about, any payment is some share of one of them. So (0) the payments that fit c must be
--   of min_amounts different sums - a depositor who is paid the same return each week fits every deposit of one
--   size - (1) half of the payments to g must fit c, (2) c must fit min_contrast times as many payments as an average share between the two limits does, and (3)
--   payments with more than max_crowd deposits in reach are not held against any: there (2) could not be met, and
--   hubs would cost days times days.
-- * The subject is evaluated on days with a rollover or a payment to an agent; both shapes are counted over the window
--   that ends there, from rows of the window only, so nights and ranges agree.
--
-- Prunes, exact: an agent has min_referred payments in the window, the group as many deposits and, tonight, such a
-- payment or a rollover: groups that paid nobody tonight and had no rollover need not be counted at all. A larger range
-- only admits more.
WITH rollovers AS (
    SELECT group_key, person_key, day, last_payout_day, put_in_since_cny,
           CASE WHEN is_unvalued THEN 1 ELSE 0 END AS unvalued
    FROM principal_day
    WHERE day BETWEEN $from_day - $window_days + 1 AND $to_day
      AND (
          (NOT is_unvalued AND is_rollover AND last_payout_cny >= $min_payout
           AND put_in_since_cny <= $max_rolled_ratio * last_payout_cny)
          OR (is_unvalued AND day > last_payout_day AND day <= last_payout_day + 3)
      )
),
touched AS (
    SELECT from_group AS group_key FROM pair_day WHERE to_kind = 'person' AND day BETWEEN $from_day AND $to_day
    UNION
    SELECT group_key FROM rollovers WHERE day BETWEEN $from_day AND $to_day
),
possible_agents AS (
    SELECT from_group AS group_key, to_party AS agent_key, max(day) AS last_day
    FROM pair_day
    WHERE to_kind = 'person' AND from_kind <> 'clearing' AND from_group <> 0 AND from_group <> to_group
      AND from_group IN (SELECT group_key FROM touched)
      AND day BETWEEN $from_day - $window_days + 1 AND $to_day
    GROUP BY from_group, to_party
    HAVING sum(transfers) >= $min_referred
),
moving_groups AS (
    SELECT group_key FROM possible_agents WHERE last_day >= $from_day
    UNION
    SELECT group_key FROM rollovers WHERE day >= $from_day
),
collectors AS (
    SELECT pair_day.to_group AS group_key
    FROM pair_day
    JOIN moving_groups ON moving_groups.group_key = pair_day.to_group
    WHERE pair_day.from_kind = 'person' AND pair_day.from_group <> pair_day.to_group
      AND pair_day.amount_cny >= $min_deposit
      AND pair_day.day BETWEEN $from_day - $window_days - $commission_days + 1 AND $to_day
    GROUP BY pair_day.to_group
    HAVING count(*) >= $min_referred
),
deposits AS (
    SELECT transfers.to_group AS group_key, transfers.from_party AS person_key, transfers.day, transfers.amount_cny,
           transfers.out_record, transfers.in_record
    FROM transfers
    JOIN collectors ON collectors.group_key = transfers.to_group
    WHERE transfers.from_kind = 'person' AND transfers.from_group <> transfers.to_group
      AND transfers.amount_cny >= $min_deposit
      AND transfers.day BETWEEN $from_day - $window_days - $commission_days + 1 AND $to_day
),
deposit_days AS (
    SELECT group_key, day, count(*) AS deposits FROM deposits GROUP BY group_key, day
),
payments AS (
    SELECT transfers.from_group AS group_key, transfers.to_party AS agent_key, transfers.day, transfers.transfer_id,
           transfers.amount_cny, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN possible_agents ON possible_agents.group_key = transfers.from_group
        AND possible_agents.agent_key = transfers.to_party
    JOIN collectors ON collectors.group_key = transfers.from_group
    WHERE transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
payment_days AS (
    SELECT DISTINCT group_key, day FROM payments
),
clear_days AS (
    SELECT payment_days.group_key, payment_days.day
    FROM payment_days
    JOIN deposit_days ON deposit_days.group_key = payment_days.group_key
        AND deposit_days.day BETWEEN payment_days.day - $commission_days AND payment_days.day
    GROUP BY payment_days.group_key, payment_days.day
    HAVING sum(deposit_days.deposits) <= $max_crowd
),
agent_payouts AS (
    SELECT principal_day.group_key, principal_day.person_key AS agent_key, principal_day.day, principal_day.rate_ppm
    FROM principal_day
    JOIN possible_agents ON possible_agents.group_key = principal_day.group_key
        AND possible_agents.agent_key = principal_day.person_key
    JOIN collectors ON collectors.group_key = principal_day.group_key
    WHERE principal_day.last_payout_day = principal_day.day AND principal_day.rate_ppm IS NOT NULL
      AND NOT principal_day.is_unvalued
      AND principal_day.day BETWEEN $from_day - 2 * $window_days + 1 AND $to_day
),
own_returns AS (
    SELECT later.group_key, later.agent_key, later.day
    FROM agent_payouts AS later
    JOIN agent_payouts AS earlier ON earlier.group_key = later.group_key AND earlier.agent_key = later.agent_key
        AND earlier.day BETWEEN later.day - $window_days + 1 AND later.day - 1
        AND ABS(earlier.rate_ppm - later.rate_ppm) < 1000
    GROUP BY later.group_key, later.agent_key, later.day
    HAVING count(*) >= $own_returns
),
matches AS (
    SELECT payments.group_key, payments.agent_key, payments.day, payments.transfer_id, payments.amount_cny,
           payments.out_record, payments.in_record, deposits.person_key,
           deposits.out_record AS deposit_out_record, deposits.in_record AS deposit_in_record,
           (payments.amount_cny * 1000000 + deposits.amount_cny // 2) // deposits.amount_cny AS rate_ppm
    FROM payments
    JOIN clear_days ON clear_days.group_key = payments.group_key AND clear_days.day = payments.day
    JOIN deposits ON deposits.group_key = payments.group_key AND deposits.person_key <> payments.agent_key
        AND deposits.day BETWEEN payments.day - $commission_days AND payments.day
    LEFT JOIN own_returns ON own_returns.group_key = payments.group_key
        AND own_returns.agent_key = payments.agent_key AND own_returns.day = payments.day
    WHERE own_returns.day IS NULL AND 1000 * payments.amount_cny >= $min_commission * deposits.amount_cny
      AND 1000 * payments.amount_cny <= $max_commission * deposits.amount_cny
),
steps AS (
    SELECT -5 AS step UNION ALL SELECT -4 UNION ALL SELECT -3 UNION ALL SELECT -2 UNION ALL SELECT -1 UNION ALL SELECT 0
    UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5
),
binned AS (
    SELECT matches.*, (matches.rate_ppm + 500) // 1000 + steps.step AS rate_mille
    FROM matches
    CROSS JOIN steps
    WHERE ABS(matches.rate_ppm - 1000 * ((matches.rate_ppm + 500) // 1000 + steps.step)) <= 1000 * $max_rate_off
),
evenings AS (
    SELECT group_key, day AS end_day FROM payments WHERE day BETWEEN $from_day AND $to_day
    UNION
    SELECT group_key, day FROM rollovers WHERE day BETWEEN $from_day AND $to_day
),
paid_counts AS (
    SELECT evenings.group_key, payments.agent_key, evenings.end_day, count(*) AS payments,
           max(payments.day) AS last_payment_day
    FROM evenings
    JOIN payments ON payments.group_key = evenings.group_key
        AND payments.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, payments.agent_key, evenings.end_day
    HAVING count(*) >= $min_referred
),
fits AS (
    SELECT paid_counts.group_key, paid_counts.agent_key, paid_counts.end_day, paid_counts.payments,
           paid_counts.last_payment_day, binned.rate_mille,
           count(DISTINCT binned.person_key) AS persons, count(DISTINCT binned.transfer_id) AS fitted,
           count(DISTINCT binned.amount_cny) AS amounts,
           CAST(sum(ABS(binned.rate_ppm - 1000 * binned.rate_mille)) AS BIGINT) AS off
    FROM paid_counts
    JOIN binned ON binned.group_key = paid_counts.group_key AND binned.agent_key = paid_counts.agent_key
        AND binned.day BETWEEN paid_counts.end_day - $window_days + 1 AND paid_counts.end_day
    GROUP BY paid_counts.group_key, paid_counts.agent_key, paid_counts.end_day, paid_counts.payments,
        paid_counts.last_payment_day, binned.rate_mille
),
ranked AS (
    SELECT *,
           CAST(sum(fitted) OVER (PARTITION BY group_key, agent_key, end_day) AS DOUBLE)
               / ($max_commission - $min_commission + 1) AS average_fit,
           row_number() OVER (
               PARTITION BY group_key, agent_key, end_day ORDER BY LEAST(persons, fitted) DESC, fitted DESC, off, rate_mille
           ) AS place
    FROM fits
),
agents AS (
    SELECT group_key, agent_key, end_day, rate_mille, LEAST(persons, fitted) AS referred, last_payment_day
    FROM ranked
    WHERE place = 1 AND LEAST(persons, fitted) >= $min_referred AND fitted >= $min_matched_share * payments
      AND fitted >= $min_contrast * average_fit AND amounts >= $min_amounts
),
agent_payments AS (
    SELECT DISTINCT agents.group_key, agents.end_day, agents.agent_key, binned.transfer_id, binned.amount_cny,
           binned.out_record, binned.in_record
    FROM agents
    JOIN binned ON binned.group_key = agents.group_key AND binned.agent_key = agents.agent_key
        AND binned.rate_mille = agents.rate_mille
        AND binned.day BETWEEN agents.end_day - $window_days + 1 AND agents.end_day
),
agent_sums AS (
    SELECT group_key, end_day, CAST(sum(amount_cny) AS BIGINT) AS commission_paid
    FROM agent_payments
    GROUP BY group_key, end_day
),
best_agents AS (
    SELECT group_key, end_day, rate_mille, referred,
           count(*) OVER (PARTITION BY group_key, end_day) AS agent_count,
           row_number() OVER (PARTITION BY group_key, end_day ORDER BY referred DESC, rate_mille, agent_key) AS place
    FROM agents
),
tonight AS (
    -- the record that makes the rule fire tonight: a rollover, or a payment to one who is an agent tonight
    SELECT group_key, day AS end_day FROM rollovers WHERE day BETWEEN $from_day AND $to_day
    UNION
    SELECT group_key, end_day FROM agents WHERE last_payment_day = end_day
),
rolled AS (
    SELECT tonight.group_key, tonight.end_day,
           count(DISTINCT CASE WHEN rollovers.unvalued = 0 THEN rollovers.person_key END) AS roller_count,
           count(DISTINCT rollovers.person_key) AS possible_count,
           CAST(sum(CASE WHEN rollovers.unvalued = 0 THEN rollovers.put_in_since_cny ELSE 0 END) AS BIGINT)
               AS rolled_amount
    FROM tonight
    JOIN rollovers ON rollovers.group_key = tonight.group_key
        AND rollovers.day BETWEEN tonight.end_day - $window_days + 1 AND tonight.end_day
    GROUP BY tonight.group_key, tonight.end_day
),
judged AS (
    SELECT tonight.group_key, tonight.end_day, COALESCE(rolled.roller_count, 0) AS roller_count,
           COALESCE(rolled.possible_count, 0) AS possible_count, COALESCE(rolled.rolled_amount, 0) AS rolled_amount,
           COALESCE(best_agents.agent_count, 0) AS agent_count, COALESCE(best_agents.referred, 0) AS referred_count,
           CAST(best_agents.rate_mille AS DOUBLE) / 1000 AS commission_rate,
           COALESCE(agent_sums.commission_paid, 0) AS commission_paid
    FROM tonight
    LEFT JOIN rolled ON rolled.group_key = tonight.group_key AND rolled.end_day = tonight.end_day
    LEFT JOIN best_agents ON best_agents.group_key = tonight.group_key
        AND best_agents.end_day = tonight.end_day AND best_agents.place = 1
    LEFT JOIN agent_sums ON agent_sums.group_key = tonight.group_key
        AND agent_sums.end_day = tonight.end_day
),
scored AS (
    SELECT *,
           GREATEST(CAST(roller_count AS DOUBLE) / $min_rollers, CAST(referred_count AS DOUBLE) / $min_referred) AS reach
    FROM judged
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to,
           CASE
               WHEN reach < $min_reach THEN 'not_enough_data'
               WHEN roller_count >= $min_rollers AND referred_count >= $min_referred THEN 'high'
               ELSE 'medium'
           END AS severity,
           reach, roller_count, rolled_amount, agent_count, referred_count, commission_rate, commission_paid
    FROM scored
    WHERE reach >= $min_reach OR possible_count >= $min_reach * $min_rollers
),
proof AS (
    SELECT hits.subject_id, hits.window_to, agent_payments.out_record, agent_payments.in_record, 'commission' AS role
    FROM hits
    JOIN agent_payments ON agent_payments.group_key = hits.subject_id AND agent_payments.end_day = hits.window_to
    UNION ALL
    SELECT hits.subject_id, hits.window_to, binned.deposit_out_record, binned.deposit_in_record, 'referred_deposit'
    FROM hits
    JOIN agents ON agents.group_key = hits.subject_id AND agents.end_day = hits.window_to
    JOIN binned ON binned.group_key = agents.group_key AND binned.agent_key = agents.agent_key
        AND binned.rate_mille = agents.rate_mille
        AND binned.day BETWEEN agents.end_day - $window_days + 1 AND agents.end_day
    UNION ALL
    SELECT hits.subject_id, hits.window_to, transfers.out_record, transfers.in_record, 'payout'
    FROM hits
    JOIN rollovers ON rollovers.group_key = hits.subject_id AND rollovers.unvalued = 0
        AND rollovers.day BETWEEN hits.window_from AND hits.window_to
    JOIN transfers ON transfers.from_group = rollovers.group_key AND transfers.to_party = rollovers.person_key
        AND transfers.day = rollovers.last_payout_day
    WHERE transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $window_days - 2 AND $to_day
    UNION ALL
    SELECT hits.subject_id, hits.window_to, transfers.out_record, transfers.in_record, 'rolled_deposit'
    FROM hits
    JOIN rollovers ON rollovers.group_key = hits.subject_id AND rollovers.unvalued = 0
        AND rollovers.day BETWEEN hits.window_from AND hits.window_to
    JOIN transfers ON transfers.to_group = rollovers.group_key AND transfers.from_party = rollovers.person_key
        AND transfers.day BETWEEN rollovers.last_payout_day AND rollovers.day
    WHERE transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $window_days - 2 AND $to_day
),
legs AS (
    SELECT subject_id, window_to, role, out_record AS record_id FROM proof WHERE out_record IS NOT NULL
    UNION ALL
    SELECT subject_id, window_to, role, in_record FROM proof WHERE in_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'transactions' END AS record_kind,
       COALESCE(legs.record_id, 0) AS record_id, COALESCE(legs.role, 'none') AS role,
       hits.reach, hits.roller_count, hits.rolled_amount, hits.agent_count, hits.referred_count,
       hits.commission_rate, hits.commission_paid
FROM hits
LEFT JOIN legs ON legs.subject_id = hits.subject_id AND legs.window_to = hits.window_to
    AND hits.severity <> 'not_enough_data'
