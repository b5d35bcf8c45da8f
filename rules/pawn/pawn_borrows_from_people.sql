/* ---
id: pawn_borrows_from_people
code: P05
version: 1
name: {zh: 典当行非银借款集资, en: Pawn firm borrows from people}
sectors: [pawn]
severity: critical
window_days: 90
lookback_days: 90
opens_alert: true
reads: [entities, firms, fundings, pawn_tickets, transfers]
requires: [pawn_tickets]
claim:
  zh: "{window_days} 日内典当行账户收到 {amount_in} 元对不上赎当、续当、绝当变卖、资本金或商业银行借款，其中自然人 {person_count} 名，单个付款方最多 {largest_amount} 元"
  en: "Within {window_days} days the pawn firm received {amount_in} CNY that match no redemption, renewal, forfeiture sale, capital or bank loan, from {person_count} natural persons among others, at most {largest_amount} CNY from one payer"
explanation:
  zh: >-
    典当行不得集资、吸收存款，也不得从商业银行以外的单位和个人借款。账户收款应当对应赎当、续当、绝当变卖、资本金或银行借款，
    对不上当票台账和融资台账的即列为线索。
  en: >-
    A pawn firm must not take deposits nor borrow from anyone but commercial banks. Its receipts should be redemptions, renewals,
    forfeiture sales, capital or bank loans; what matches neither the ticket ledger nor the funding ledger is a lead.
legal_basis:
  - {text: 《典当管理办法》（商务部、公安部令2005年第8号）第二十六条、第二十八条（上线前核对）, valid_from: 2005-04-01, valid_to: null}
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第二条、第三十九条, valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 现金赎当晚登记；亲友代赎而台账未记赎当人；绝当物品成批或远低于估价变卖；新股东增资尚未报送融资台账。
  en: Cash redemptions booked late; relatives redeeming without being recorded; forfeited goods sold in bulk or far below appraisal; capital not yet in the funding ledger.
blind_spots:
  zh: 现金与经支付机构流入；以当户名义存入且不超过其当金 1.5 倍；虚构绝当销售；法定代表人个人账户代收（见 T07）。
  en: Cash and clearing; deposits in a pawner's name up to 1.5 times his pawns; sham forfeiture sales; collection on the legal representative's own account (T07).
no_data:
  zh: 该典当行未报送当票台账，或流入外币无折算率，无法区分赎当与借款
  en: the firm reported no ticket ledger, or foreign money has no rate, so redemptions and borrowing cannot be told apart
parameters:
  min_amount: {value: 50000, unit: CNY, min: 1000, max: 10000000, why: 单个付款方五万元以上已超出通常的零星收款}
  min_persons: {value: 3, unit: persons, min: 1, max: 100, why: 三人以上难以用个别误付解释}
  min_person_amount: {value: 1000, unit: CNY, min: 0.01, max: 100000, why: 评估费、保管费等零星收费不是借款}
  min_reach: {value: 1, unit: ratio, min: 0.5, max: 20, why: 金额或人数任一达到界线的倍数}
  redemption_ratio: {value: 1.5, unit: ratio, min: 1, max: 3, why: 当金加当期与续当各六个月、每月千分之四十二的综合费}
  sale_tolerance: {value: 0.5, unit: share, min: 0.05, max: 0.95, why: 绝当变卖价通常在估价的一半到一倍半之间}
  sale_days: {value: 180, unit: days, min: 30, max: 1095, why: 绝当后半年内变卖}
measures:
  reach: {unit: ratio, zh: 达到界线的倍数（金额或人数较高者）, en: "times the line (amount or persons, the higher)", threshold: min_reach, full: 5}
  person_count: {unit: persons, zh: 无对应关系的自然人数, en: natural persons without a counterpart in the ledgers}
  payer_count: {unit: count, zh: 无对应关系的付款方数, en: payers without a counterpart in the ledgers}
  amount_in: {unit: CNY, zh: 无对应关系的金额, en: amount without a counterpart}
  largest_amount: {unit: CNY, zh: 单个付款方最高金额, en: largest amount of one payer}
--- */
-- How the definition is read
-- * Credits to the reporting firm's own accounts from parties outside its control group. Cash and clearing are
--   opaque and not counted; neither are the bank's own entries, public bodies, and licensed institutions
--   (commercial-bank loans; reporting micro-loan, guarantee and pawn firms are not commercial banks).
-- * Redemption and renewal: what a pawner or recorded redeemer (token, redeemer's account, or name where the paying
--   account carries no identity) pays in the window, up to redemption_ratio times the principal of all his tickets.
--   What goes beyond is not explained by his pawns.
-- * Capital: up to the amount declared in the funding ledger for that funder. Being a shareholder explains nothing
--   here: loans from shareholders are forbidden too.
-- * Forfeiture sale to a person: one credit for one ticket, the two nearest to each other in value within
--   sale_tolerance of the appraisal, after due date and 5 days of grace, within sale_days. To firms (dealers buy in
--   bulk): all firms together up to the appraised value of what was forfeited in that time.
-- * "Any >= 50,000" is taken per payer over the window, so that splitting does not help; OR >= 3 persons. The graver
--   quotient is the deciding measure "reach".
-- * Explanations count from their own day on. Redemptions booked later than paid make a hit that the ledger
--   corrects; this is the declared false positive.
--
-- Exact: only (firm, day) with an unexplained payer's credit on the end day fire.
WITH credits AS (
    SELECT firms.group_key, transfers.transfer_id, transfers.from_party AS payer_key,
           transfers.from_kind AS payer_kind, transfers.day, transfers.amount_cny, transfers.out_record,
           transfers.in_record
    FROM transfers
    JOIN firms ON firms.party_key = transfers.to_party
    LEFT JOIN firms AS payers ON payers.party_key = transfers.from_party
    WHERE firms.sector = 'pawn' AND transfers.from_group <> transfers.to_group AND transfers.from_party <> 0
      AND (transfers.from_kind IN ('person', 'firm', 'unknown')
           OR (transfers.from_kind = 'licensed' AND payers.party_key IS NOT NULL))
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
payers AS (
    SELECT DISTINCT group_key, payer_key FROM credits
),
identities AS (
    SELECT DISTINCT payers.group_key, payers.payer_key, entities.account_key, entities.party_token,
           entities.party_name
    FROM payers
    JOIN entities ON entities.party_key = payers.payer_key
),
tickets AS (
    SELECT firms.group_key, pawn_tickets.record_id, pawn_tickets.customer_token, pawn_tickets.customer_name,
           pawn_tickets.redeemer_token, pawn_tickets.redeemer_name, pawn_tickets.redeemer_account_key,
           pawn_tickets.redeemed_day, pawn_tickets.principal, pawn_tickets.appraised_value, pawn_tickets.status,
           COALESCE(pawn_tickets.pawned_day, 0) AS pawned_day,
           DATEDIFF('day', DATE '1970-01-01', pawn_tickets.due_on) + 5 AS forfeited_day
    FROM pawn_tickets
    JOIN firms ON firms.institution = pawn_tickets.institution
    WHERE firms.sector = 'pawn' AND COALESCE(pawn_tickets.pawned_day, 0) <= $to_day
),
ticket_payers AS (
    SELECT tickets.group_key, tickets.record_id, identities.payer_key, tickets.pawned_day AS since_day,
           tickets.principal
    FROM tickets
    JOIN identities ON identities.group_key = tickets.group_key AND identities.party_token = tickets.customer_token
    UNION
    SELECT tickets.group_key, tickets.record_id, identities.payer_key, tickets.pawned_day, tickets.principal
    FROM tickets
    JOIN identities ON identities.group_key = tickets.group_key AND identities.party_name = tickets.customer_name
    UNION
    SELECT tickets.group_key, tickets.record_id, identities.payer_key,
           COALESCE(tickets.redeemed_day, tickets.pawned_day), tickets.principal
    FROM tickets
    JOIN identities ON identities.group_key = tickets.group_key AND identities.party_token = tickets.redeemer_token
    UNION
    SELECT tickets.group_key, tickets.record_id, identities.payer_key,
           COALESCE(tickets.redeemed_day, tickets.pawned_day), tickets.principal
    FROM tickets
    JOIN identities ON identities.group_key = tickets.group_key AND identities.party_name = tickets.redeemer_name
    UNION
    SELECT tickets.group_key, tickets.record_id, identities.payer_key,
           COALESCE(tickets.redeemed_day, tickets.pawned_day), tickets.principal
    FROM tickets
    JOIN identities ON identities.group_key = tickets.group_key
        AND identities.account_key = tickets.redeemer_account_key
),
allowances AS (
    -- a ticket counts once for a payer, from the first day on which it concerns him
    SELECT group_key, payer_key, record_id, min(since_day) AS since_day,
           CAST(FLOOR(max(principal) * $redemption_ratio) AS BIGINT) AS allowance
    FROM ticket_payers
    GROUP BY group_key, payer_key, record_id
    UNION ALL
    SELECT capital.group_key, capital.payer_key, capital.record_id, capital.since_day, capital.amount
    FROM (
        SELECT firms.group_key, identities.payer_key, fundings.record_id, fundings.amount,
               COALESCE(fundings.starts_day, 0) AS since_day
        FROM fundings
        JOIN firms ON firms.institution = fundings.institution AND firms.sector = 'pawn'
        JOIN identities ON identities.group_key = firms.group_key AND identities.party_token = fundings.funder_token
        WHERE fundings.funding_type = 'capital'
        UNION
        SELECT firms.group_key, identities.payer_key, fundings.record_id, fundings.amount,
               COALESCE(fundings.starts_day, 0)
        FROM fundings
        JOIN firms ON firms.institution = fundings.institution AND firms.sector = 'pawn'
        JOIN identities ON identities.group_key = firms.group_key AND identities.party_name = fundings.funder_name
        WHERE fundings.funding_type = 'capital'
    ) AS capital
),
evenings AS (
    SELECT DISTINCT group_key, day AS end_day FROM credits WHERE day BETWEEN $from_day AND $to_day
),
received AS (
    SELECT evenings.group_key, evenings.end_day, credits.payer_key, max(credits.payer_kind) AS payer_kind,
           CAST(COALESCE(sum(credits.amount_cny), 0) AS BIGINT) AS amount,
           CAST(sum(CASE WHEN credits.amount_cny IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unvalued,
           max(credits.day) AS last_day
    FROM evenings
    JOIN credits ON credits.group_key = evenings.group_key
        AND credits.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day, credits.payer_key
),
allowed AS (
    SELECT received.group_key, received.end_day, received.payer_key,
           CAST(sum(allowances.allowance) AS BIGINT) AS allowance
    FROM received
    JOIN allowances ON allowances.group_key = received.group_key AND allowances.payer_key = received.payer_key
        AND allowances.since_day <= received.end_day
    GROUP BY received.group_key, received.end_day, received.payer_key
),
beyond_pawns AS (
    SELECT received.group_key, received.end_day, received.payer_key, received.payer_kind, received.unvalued,
           received.last_day, received.amount - COALESCE(allowed.allowance, 0) AS amount
    FROM received
    LEFT JOIN allowed ON allowed.group_key = received.group_key AND allowed.end_day = received.end_day
        AND allowed.payer_key = received.payer_key
    WHERE received.amount > COALESCE(allowed.allowance, 0) OR received.unvalued > 0
),
sale_ranks AS (
    -- ranked within the window of each evening, so that nothing later or earlier has a say
    SELECT beyond_pawns.group_key, beyond_pawns.end_day, beyond_pawns.payer_key, credits.amount_cny,
           row_number() OVER (
               PARTITION BY beyond_pawns.group_key, beyond_pawns.end_day, credits.transfer_id
               ORDER BY ABS(credits.amount_cny - tickets.appraised_value), tickets.record_id
           ) AS by_credit,
           row_number() OVER (
               PARTITION BY beyond_pawns.group_key, beyond_pawns.end_day, tickets.record_id
               ORDER BY ABS(credits.amount_cny - tickets.appraised_value), credits.transfer_id
           ) AS by_ticket
    FROM beyond_pawns
    JOIN credits ON credits.group_key = beyond_pawns.group_key AND credits.payer_key = beyond_pawns.payer_key
        AND credits.day BETWEEN beyond_pawns.end_day - $window_days + 1 AND beyond_pawns.end_day
    JOIN tickets ON tickets.group_key = credits.group_key
        AND credits.day BETWEEN tickets.forfeited_day AND tickets.forfeited_day + $sale_days
    WHERE beyond_pawns.payer_kind = 'person' AND tickets.status = 'forfeited'
      AND ABS(credits.amount_cny - tickets.appraised_value) <= $sale_tolerance * tickets.appraised_value
),
sales AS (
    SELECT group_key, end_day, payer_key, CAST(sum(amount_cny) AS BIGINT) AS amount
    FROM sale_ranks
    WHERE by_credit = 1 AND by_ticket = 1
    GROUP BY group_key, end_day, payer_key
),
unexplained AS (
    SELECT beyond_pawns.group_key, beyond_pawns.end_day, beyond_pawns.payer_key, beyond_pawns.payer_kind,
           beyond_pawns.unvalued, beyond_pawns.last_day,
           GREATEST(beyond_pawns.amount - COALESCE(sales.amount, 0), 0) AS amount
    FROM beyond_pawns
    LEFT JOIN sales ON sales.group_key = beyond_pawns.group_key AND sales.end_day = beyond_pawns.end_day
        AND sales.payer_key = beyond_pawns.payer_key
),
pools AS (
    SELECT evenings.group_key, evenings.end_day, CAST(sum(tickets.appraised_value) AS BIGINT) AS pool
    FROM evenings
    JOIN tickets ON tickets.group_key = evenings.group_key AND tickets.status = 'forfeited'
        AND tickets.forfeited_day BETWEEN evenings.end_day - $sale_days AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
firms_paid AS (
    SELECT group_key, end_day, CAST(sum(amount) AS BIGINT) AS amount
    FROM unexplained
    WHERE payer_kind <> 'person'
    GROUP BY group_key, end_day
),
remaining AS (
    SELECT unexplained.group_key, unexplained.end_day, unexplained.payer_key, unexplained.payer_kind,
           unexplained.unvalued, unexplained.last_day, unexplained.amount
    FROM unexplained
    LEFT JOIN pools ON pools.group_key = unexplained.group_key AND pools.end_day = unexplained.end_day
    LEFT JOIN firms_paid ON firms_paid.group_key = unexplained.group_key
        AND firms_paid.end_day = unexplained.end_day
    WHERE (unexplained.amount >= $min_person_amount OR unexplained.unvalued > 0)
      AND (unexplained.payer_kind = 'person' OR unexplained.unvalued > 0
           OR firms_paid.amount > COALESCE(pools.pool, 0))
),
sums AS (
    SELECT group_key, end_day,
           CAST(sum(CASE WHEN payer_kind = 'person' AND amount >= $min_person_amount THEN 1 ELSE 0 END) AS BIGINT)
               AS person_count,
           CAST(sum(CASE WHEN amount >= $min_person_amount THEN 1 ELSE 0 END) AS BIGINT) AS payer_count,
           CAST(sum(amount) AS BIGINT) AS amount_in, max(amount) AS largest_amount,
           CAST(sum(unvalued) AS BIGINT) AS unvalued, max(last_day) AS last_day
    FROM remaining
    GROUP BY group_key, end_day
),
ledgers AS (
    SELECT group_key, min(pawned_day) AS since_day FROM tickets GROUP BY group_key
),
judged AS (
    SELECT sums.group_key, sums.end_day, sums.person_count, sums.payer_count, sums.amount_in, sums.largest_amount,
           sums.unvalued, ledgers.since_day,
           GREATEST(
               CAST(sums.largest_amount AS DOUBLE) / $min_amount, CAST(sums.person_count AS DOUBLE) / $min_persons
           ) AS reach
    FROM sums
    LEFT JOIN ledgers ON ledgers.group_key = sums.group_key AND ledgers.since_day <= sums.end_day
    WHERE sums.last_day = sums.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to,
           CASE WHEN reach >= $min_reach AND since_day IS NOT NULL THEN 'critical' ELSE 'not_enough_data' END
               AS severity,
           reach, person_count, payer_count, amount_in, largest_amount
    FROM judged
    -- an amount without a rate could have crossed the line
    WHERE reach >= $min_reach OR unvalued > 0
),
proof AS (
    SELECT remaining.group_key, remaining.end_day, credits.out_record, credits.in_record
    FROM remaining
    JOIN credits ON credits.group_key = remaining.group_key AND credits.payer_key = remaining.payer_key
        AND credits.day BETWEEN remaining.end_day - $window_days + 1 AND remaining.end_day
),
legs AS (
    SELECT group_key, end_day, out_record AS record_id FROM proof WHERE out_record IS NOT NULL
    UNION ALL
    SELECT group_key, end_day, in_record FROM proof WHERE in_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'transactions' END AS record_kind,
       COALESCE(legs.record_id, 0) AS record_id,
       CASE WHEN legs.record_id IS NULL THEN 'none' ELSE 'unmatched_credit' END AS role,
       hits.reach, hits.person_count, hits.payer_count, hits.amount_in, hits.largest_amount
FROM hits
LEFT JOIN legs ON legs.group_key = hits.subject_id AND legs.end_day = hits.window_to
    AND hits.severity <> 'not_enough_data'
