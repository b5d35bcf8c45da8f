/* ---
id: pawn_limits_and_fees
code: P04
version: 1
name: {zh: 典当超限与超费, en: Pawn fees and limits exceeded}
sectors: [pawn]
severity: high
window_days: 30
lookback_days: 180
opens_alert: true
reads: [firm_snapshots, firms, pawn_tickets, reference_caps]
requires: [pawn_tickets]
claim:
  zh: "{window_days} 日内的当票：{fee_tickets} 张月综合费率高于上限（最高 {highest_fee}），{long_tickets} 张当期超过上限（最长 {longest_days} 天），{renewal_tickets} 张续当满 {min_renewals} 次而当金未减；单一当户余额占注册资本 {party_share}，财产权利余额占 {property_share}，房地产余额占 {real_estate_share}，单笔房地产当金最高 {real_estate_single} 元；最高为界线的 {reach} 倍"
  en: "Tickets of {window_days} days: {fee_tickets} with a monthly fee above the cap (up to {highest_fee}), {long_tickets} with a term above the cap (up to {longest_days} days), {renewal_tickets} renewed {min_renewals} times or more with no principal repaid; one party owes {party_share} of the registered capital, property rights {property_share}, real estate {real_estate_share}, the largest real-estate loan is {real_estate_single} CNY; at most {reach} times the line"
explanation:
  zh: >-
    月综合费率按当物类别各有上限，当期与每次续当期限有上限；对同一当户、财产权利、房地产的余额以及单笔房地产当金，以注册资本的比例为限。
    多次续当而当金不减，相当于长期放款。各项上限按当票当日有效的标准比对。
  en: >-
    The monthly fee is capped by the class of the item, and so are the term and each renewal; what one party owes, property rights,
    real estate and a single real-estate loan are limited to shares of the registered capital. Renewals that never reduce the
    principal amount to a long-term loan. Caps are those in force on the ticket's day.
legal_basis:
  - {text: 《典当管理办法》（商务部、公安部令2005年第8号）第三十六条、第三十八条、第三十九条、第四十四条（上线前核对）, valid_from: 2005-04-01, valid_to: null}
false_positives:
  zh: 费率栏填的是每张当票的总费率而不是月费率（见说明中的识别方法）；注册资本刚增资尚未报送；在同一行累计续当次数的台账看不出历次减本。
  en: A fee stated per ticket instead of per month (see how it is recognised); capital raised and not yet reported; ledgers that count renewals on one row do not show earlier repayments.
blind_spots:
  zh: 账外收取的费用与预扣利息；分拆到亲属名下的大额当金；超限后没有新当票、仅因减资形成的超限；未报注册资本月份的各项比例。
  en: Fees taken off the books, interest deducted up front; large loans split among relatives; limits exceeded by a cut of capital without a new ticket; the shares in months without registered capital.
no_data:
  zh: 评估日之前没有该典当行的注册资本，或缺少当日有效的上限、月费率、到期日，比例与费率无从判断
  en: no registered capital is reported up to the day, or caps in force, monthly fees or due dates are lacking
parameters:
  min_reach: {value: 1, unit: ratio, min: 0.8, max: 10, why: 超过上限即应核查；各项上限本身不含容差}
  min_renewals: {value: 4, unit: count, min: 1, max: 20, why: 四次续当约合两年以上，与短期救急的典当不符}
  per_ticket_days: {value: 180, unit: days, min: 30, max: 730, why: 用半年内一个月期的当票判断费率栏的口径}
measures:
  reach: {unit: ratio, zh: 最高为界线的倍数, en: times the line at most, threshold: min_reach, full: 2}
  fee_tickets: {unit: count, zh: 费率超限当票, en: tickets above the fee cap}
  highest_fee: {unit: permille, zh: 最高月综合费率, en: highest monthly fee}
  long_tickets: {unit: count, zh: 当期超限当票, en: tickets above the term}
  longest_days: {unit: days, zh: 最长当期, en: longest term}
  renewal_tickets: {unit: count, zh: 多次续当未减当金, en: renewals without repayment}
  party_share: {unit: share, zh: 单一当户占注册资本, en: one party of registered capital}
  property_share: {unit: share, zh: 财产权利占注册资本, en: property rights of registered capital}
  real_estate_share: {unit: share, zh: 房地产占注册资本, en: real estate of registered capital}
  real_estate_single: {unit: CNY, zh: 超限单笔房地产当金, en: real-estate loan above the limit}
--- */
-- How the definition is read
-- * Subject: the firm's control group. Caps come from reference_caps, in force on the ticket's day; "<=" in the law
--   means that only what lies above a cap counts. A cap without a row in force leaves its part out.
-- * Fees per class: movable, real estate, property rights. "Fee stated per ticket instead of per month": a fee above
--   the cap is taken as per ticket when fee / months of the term is within the cap, and the firm's one-month tickets of
--   the class (of per_ticket_days) exist and are all within the cap - where both readings are the same figure. A firm
--   that charges too much also on one-month tickets is not excused.
-- * Term: more than the cap in calendar months (to the day), renewals by their own cap.
-- * Renewals: counted along the chain of original numbers (up to eight renewals) or by the ledger's own counter;
--   "no principal cut": the ticket's principal is no less than the chain's first.
-- * Shares: of registered capital in the latest month-end statement that ends no later than the evening. Outstanding:
--   tickets written, not redeemed, not forfeited, not replaced by a renewal up to the evening. Party: customer token,
--   else name. A share speaks on the day of a ticket that adds to it (that party's, that class's).
-- * A breach is of the day of its ticket; a hit needs one on its evening, its figures cover the window.
WITH ledger AS (
    SELECT firms.group_key, pawn_tickets.institution, pawn_tickets.record_id, pawn_tickets.ticket_no,
           COALESCE(NULLIF(pawn_tickets.original_ticket_no, ''), pawn_tickets.ticket_no) AS root,
           COALESCE(pawn_tickets.customer_token, 'name|' || pawn_tickets.customer_name, 'ticket|' || pawn_tickets.ticket_no)
               AS pawner,
           pawn_tickets.item_class, pawn_tickets.principal, pawn_tickets.monthly_fee_rate_bp_mille AS fee,
           pawn_tickets.pawned_day, pawn_tickets.status, pawn_tickets.redeemed_day,
           COALESCE(pawn_tickets.renewals, 0) AS renewals,
           DATEDIFF('day', DATE '1970-01-01', pawn_tickets.due_on) AS due_day,
           12 * (EXTRACT(YEAR FROM pawn_tickets.due_on) - EXTRACT(YEAR FROM pawn_tickets.pawned_on))
               + EXTRACT(MONTH FROM pawn_tickets.due_on) - EXTRACT(MONTH FROM pawn_tickets.pawned_on) AS months,
           CASE WHEN EXTRACT(DAY FROM pawn_tickets.due_on) > EXTRACT(DAY FROM pawn_tickets.pawned_on) THEN 1 ELSE 0 END
               AS days_over
    FROM pawn_tickets
    JOIN firms ON firms.institution = pawn_tickets.institution
    WHERE firms.sector = 'pawn' AND pawn_tickets.pawned_day <= $to_day
),
-- each step doubles the number of renewals followed: two, four, eight
roots_of_two AS (
    SELECT ledger.institution, ledger.ticket_no, COALESCE(further.root, ledger.root) AS root
    FROM ledger
    LEFT JOIN ledger AS further ON further.institution = ledger.institution AND further.ticket_no = ledger.root
),
roots_of_four AS (
    SELECT roots_of_two.institution, roots_of_two.ticket_no, COALESCE(further.root, roots_of_two.root) AS root
    FROM roots_of_two
    LEFT JOIN roots_of_two AS further ON further.institution = roots_of_two.institution
        AND further.ticket_no = roots_of_two.root
),
roots AS (
    SELECT roots_of_four.institution, roots_of_four.ticket_no, COALESCE(further.root, roots_of_four.root) AS root
    FROM roots_of_four
    LEFT JOIN roots_of_four AS further ON further.institution = roots_of_four.institution
        AND further.ticket_no = roots_of_four.root
),
chained AS (
    SELECT ledger.*, ledger.ticket_no <> roots.root AS is_renewal,
           row_number() OVER (
               PARTITION BY ledger.institution, roots.root ORDER BY ledger.pawned_day, ledger.record_id
           ) AS place,
           lead(ledger.pawned_day) OVER (
               PARTITION BY ledger.institution, roots.root ORDER BY ledger.pawned_day, ledger.record_id
           ) AS renewed_day,
           lead(ledger.pawned_day) OVER (
               PARTITION BY ledger.institution, ledger.pawner ORDER BY ledger.pawned_day, ledger.record_id
           ) AS next_day,
           roots.root AS chain
    FROM ledger
    JOIN roots ON roots.institution = ledger.institution AND roots.ticket_no = ledger.ticket_no
),
tickets AS (
    -- closed_day: the first evening on which the ticket no longer stands; a renewal, a redemption or the sixth day
    -- after a forfeited ticket's due date. All of them are compared with the evening, so nothing later has a say.
    SELECT chained.group_key, chained.institution, chained.record_id, chained.pawner, chained.item_class,
           chained.principal, chained.fee, chained.pawned_day, chained.due_day, chained.months, chained.days_over,
           chained.is_renewal, GREATEST(chained.renewals, chained.place - 1) AS renewals,
           min(CASE WHEN chained.place = 1 THEN chained.principal END) OVER (
               PARTITION BY chained.institution, chained.chain
           ) AS first_principal,
           LEAST(
               COALESCE(chained.renewed_day, 9999999),
               COALESCE(chained.redeemed_day, 9999999),
               CASE WHEN chained.status = 'forfeited' THEN COALESCE(chained.due_day + 6, 9999999) ELSE 9999999 END,
               CASE WHEN chained.status = 'renewed' THEN COALESCE(chained.next_day, 9999999) ELSE 9999999 END
           ) AS closed_day
    FROM chained
),
written AS (
    SELECT * FROM tickets WHERE pawned_day BETWEEN $from_day - $window_days + 1 AND $to_day
),
one_month AS (
    -- how one-month tickets of a class stood on each day of a ticket above the cap
    SELECT written.record_id,
           CAST(sum(CASE WHEN short.fee <= reference_caps.value THEN 1 ELSE 0 END) AS BIGINT) AS within,
           CAST(sum(CASE WHEN short.fee > reference_caps.value THEN 1 ELSE 0 END) AS BIGINT) AS above
    FROM written
    JOIN reference_caps ON reference_caps.code = 'pawn.fee_' || written.item_class
        AND written.pawned_day BETWEEN reference_caps.valid_from_day AND reference_caps.valid_to_day
    JOIN tickets AS short ON short.institution = written.institution AND short.item_class = written.item_class
        AND short.pawned_day BETWEEN written.pawned_day - $per_ticket_days + 1 AND written.pawned_day
        AND short.due_day - short.pawned_day <= 31
    WHERE written.fee > reference_caps.value
    GROUP BY written.record_id
),
fee_breaches AS (
    SELECT written.group_key, written.pawned_day AS day, written.record_id, written.fee,
           CAST(written.fee AS DOUBLE) / reference_caps.value AS ratio
    FROM written
    JOIN reference_caps ON reference_caps.code = 'pawn.fee_' || written.item_class
        AND written.pawned_day BETWEEN reference_caps.valid_from_day AND reference_caps.valid_to_day
    LEFT JOIN one_month ON one_month.record_id = written.record_id
    WHERE written.fee > reference_caps.value
      AND NOT (
          written.fee <= reference_caps.value * ((COALESCE(written.due_day, written.pawned_day) - written.pawned_day + 29) // 30)
          AND COALESCE(one_month.within, 0) > 0 AND COALESCE(one_month.above, 0) = 0
      )
),
term_breaches AS (
    -- months are whole; the cap is in hundredths of a month. The ratio of a few days above the cap is at least one.
    SELECT written.group_key, written.pawned_day AS day, written.record_id,
           written.due_day - written.pawned_day AS term_days,
           GREATEST(CAST(1 AS DOUBLE),
                    CAST(written.due_day - written.pawned_day AS DOUBLE) * 1200 / (365 * reference_caps.value)) AS ratio
    FROM written
    JOIN reference_caps
        ON reference_caps.code = CASE WHEN written.is_renewal THEN 'pawn.renewal_term' ELSE 'pawn.term' END
        AND written.pawned_day BETWEEN reference_caps.valid_from_day AND reference_caps.valid_to_day
    WHERE 100 * (written.months + written.days_over) > reference_caps.value
),
renewal_breaches AS (
    SELECT group_key, pawned_day AS day, record_id, CAST(renewals AS DOUBLE) / $min_renewals AS ratio
    FROM written
    WHERE renewals >= $min_renewals AND principal >= first_principal
),
statements AS (
    SELECT institution, registered_capital, record_id,
           DATEDIFF('day', DATE '1970-01-01', CAST(month || '-01' AS DATE) + INTERVAL 1 MONTH) - 1 AS known_day
    FROM firm_snapshots
    WHERE registered_capital > 0
),
evenings AS (
    SELECT DISTINCT group_key, institution, pawned_day AS end_day FROM written
),
capitals AS (
    SELECT institution, end_day, capital
    FROM (
        SELECT evenings.institution, evenings.end_day, statements.registered_capital AS capital,
               row_number() OVER (
                   PARTITION BY evenings.institution, evenings.end_day
                   ORDER BY statements.known_day DESC, statements.record_id
               ) AS place
        FROM evenings
        JOIN statements ON statements.institution = evenings.institution
            AND statements.known_day <= evenings.end_day
    ) AS ranked
    WHERE place = 1
),
standing AS (
    SELECT evenings.group_key, evenings.institution, evenings.end_day, capitals.capital, tickets.record_id,
           tickets.pawner, tickets.item_class, tickets.principal,
           CASE WHEN tickets.pawned_day = evenings.end_day THEN 1 ELSE 0 END AS is_new
    FROM evenings
    JOIN capitals ON capitals.institution = evenings.institution AND capitals.end_day = evenings.end_day
    JOIN tickets ON tickets.institution = evenings.institution AND tickets.pawned_day <= evenings.end_day
        AND tickets.closed_day > evenings.end_day
),
owed AS (
    SELECT 'pawn.party_share' AS code, group_key, institution, end_day, capital, pawner AS slice,
           CAST(sum(principal) AS BIGINT) AS amount
    FROM standing
    GROUP BY group_key, institution, end_day, capital, pawner
    HAVING max(is_new) = 1
    UNION ALL
    SELECT CASE WHEN item_class = 'real_estate' THEN 'pawn.real_estate_total' ELSE 'pawn.property_right_total' END,
           group_key, institution, end_day, capital, item_class, CAST(sum(principal) AS BIGINT)
    FROM standing
    WHERE item_class IN ('real_estate', 'property_right')
    GROUP BY group_key, institution, end_day, capital, item_class
    HAVING max(is_new) = 1
),
share_breaches AS (
    SELECT owed.group_key, owed.institution, owed.end_day AS day, owed.code, owed.slice,
           CAST(owed.amount AS DOUBLE) / owed.capital AS share,
           CAST(owed.amount AS DOUBLE) * 10000 / (CAST(owed.capital AS DOUBLE) * reference_caps.value) AS ratio
    FROM owed
    JOIN reference_caps ON reference_caps.code = owed.code
        AND owed.end_day BETWEEN reference_caps.valid_from_day AND reference_caps.valid_to_day
    WHERE CAST(owed.amount AS DOUBLE) * 10000 > CAST(owed.capital AS DOUBLE) * reference_caps.value
),
single_breaches AS (
    -- from small_capital on a share of the capital, below it a fixed sum
    SELECT standing.group_key, standing.end_day AS day, standing.record_id, standing.principal,
           CASE
               WHEN standing.capital >= small.value
               THEN CAST(standing.principal AS DOUBLE) * 10000 / (CAST(standing.capital AS DOUBLE) * shares.value)
               ELSE CAST(standing.principal AS DOUBLE) / sums.value
           END AS ratio
    FROM standing
    JOIN reference_caps AS small ON small.code = 'pawn.small_capital'
        AND standing.end_day BETWEEN small.valid_from_day AND small.valid_to_day
    JOIN reference_caps AS shares ON shares.code = 'pawn.real_estate_single'
        AND standing.end_day BETWEEN shares.valid_from_day AND shares.valid_to_day
    JOIN reference_caps AS sums ON sums.code = 'pawn.real_estate_single_small'
        AND standing.end_day BETWEEN sums.valid_from_day AND sums.valid_to_day
    WHERE standing.item_class = 'real_estate' AND standing.is_new = 1
),
breaches AS (
    SELECT group_key, day, 'fee' AS kind, record_id, ratio, fee AS size, CAST(NULL AS DOUBLE) AS share
    FROM fee_breaches
    UNION ALL
    SELECT group_key, day, 'term', record_id, ratio, term_days, CAST(NULL AS DOUBLE) FROM term_breaches
    UNION ALL
    SELECT group_key, day, 'renewal', record_id, ratio, 0, CAST(NULL AS DOUBLE) FROM renewal_breaches
    UNION ALL
    SELECT group_key, day, 'single', record_id, ratio, principal, CAST(NULL AS DOUBLE)
    FROM single_breaches
    WHERE ratio > 1
    UNION ALL
    SELECT share_breaches.group_key, share_breaches.day, share_breaches.code, standing.record_id,
           share_breaches.ratio, 0, share_breaches.share
    FROM share_breaches
    JOIN standing ON standing.institution = share_breaches.institution AND standing.end_day = share_breaches.day
        AND (standing.item_class = share_breaches.slice OR standing.pawner = share_breaches.slice)
),
fired AS (
    SELECT DISTINCT group_key, day AS end_day FROM breaches WHERE day BETWEEN $from_day AND $to_day
),
figures AS (
    SELECT fired.group_key, fired.end_day, max(breaches.ratio) AS reach,
           CAST(sum(CASE WHEN breaches.kind = 'fee' THEN 1 ELSE 0 END) AS BIGINT) AS fee_tickets,
           CAST(max(CASE WHEN breaches.kind = 'fee' THEN breaches.size END) AS DOUBLE) / 100 AS highest_fee,
           CAST(sum(CASE WHEN breaches.kind = 'term' THEN 1 ELSE 0 END) AS BIGINT) AS long_tickets,
           max(CASE WHEN breaches.kind = 'term' THEN breaches.size END) AS longest_days,
           CAST(sum(CASE WHEN breaches.kind = 'renewal' THEN 1 ELSE 0 END) AS BIGINT) AS renewal_tickets,
           max(CASE WHEN breaches.kind = 'pawn.party_share' THEN breaches.share END) AS party_share,
           max(CASE WHEN breaches.kind = 'pawn.property_right_total' THEN breaches.share END) AS property_share,
           max(CASE WHEN breaches.kind = 'pawn.real_estate_total' THEN breaches.share END) AS real_estate_share,
           max(CASE WHEN breaches.kind = 'single' THEN breaches.size END) AS real_estate_single
    FROM fired
    JOIN breaches ON breaches.group_key = fired.group_key
        AND breaches.day BETWEEN fired.end_day - $window_days + 1 AND fired.end_day
    GROUP BY fired.group_key, fired.end_day
),
unknown AS (
    -- what the evening's own tickets leave unanswered: capital, a cap in force, fee and due date
    SELECT written.group_key, written.pawned_day AS end_day,
           max(CASE WHEN capitals.capital IS NULL OR reference_caps.value IS NULL THEN 1 ELSE 0 END) AS is_unlimited,
           CAST(count(written.fee) AS DOUBLE) / count(*) AS known_fees,
           CAST(count(written.due_day) AS DOUBLE) / count(*) AS known_terms
    FROM written
    LEFT JOIN capitals ON capitals.institution = written.institution AND capitals.end_day = written.pawned_day
    LEFT JOIN reference_caps ON reference_caps.code = 'pawn.fee_' || written.item_class
        AND written.pawned_day BETWEEN reference_caps.valid_from_day AND reference_caps.valid_to_day
    WHERE written.pawned_day BETWEEN $from_day AND $to_day
    GROUP BY written.group_key, written.pawned_day
),
hits AS (
    SELECT 'group' AS subject_kind, unknown.group_key AS subject_id,
           unknown.end_day - $window_days + 1 AS window_from, unknown.end_day AS window_to,
           CASE WHEN figures.reach >= $min_reach THEN 'high' ELSE 'not_enough_data' END AS severity,
           figures.reach, figures.fee_tickets, figures.highest_fee, figures.long_tickets, figures.longest_days,
           figures.renewal_tickets, figures.party_share, figures.property_share, figures.real_estate_share,
           figures.real_estate_single
    FROM unknown
    LEFT JOIN figures ON figures.group_key = unknown.group_key AND figures.end_day = unknown.end_day
    WHERE figures.reach >= $min_reach
       OR unknown.is_unlimited = 1 OR unknown.known_fees < 0.3 OR unknown.known_terms < 0.3
),
proof AS (
    SELECT hits.subject_id, hits.window_to, breaches.record_id,
           CASE breaches.kind
               WHEN 'fee' THEN 'fee_above_cap' WHEN 'term' THEN 'term_above_cap' WHEN 'renewal' THEN 'renewed_again'
               ELSE 'counts_towards_limit' END AS role,
           row_number() OVER (
               PARTITION BY hits.subject_id, hits.window_to
               ORDER BY breaches.day DESC, breaches.ratio DESC, breaches.kind, breaches.record_id
           ) AS place
    FROM hits
    JOIN breaches ON breaches.group_key = hits.subject_id
        AND breaches.day BETWEEN hits.window_from AND hits.window_to
    WHERE hits.severity <> 'not_enough_data'
)
-- two hundred tickets prove it; the figures are over all
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       'pawn_tickets' AS record_kind, proof.record_id, proof.role, hits.reach, hits.fee_tickets, hits.highest_fee,
       hits.long_tickets, hits.longest_days, hits.renewal_tickets, hits.party_share, hits.property_share,
       hits.real_estate_share, hits.real_estate_single
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
WHERE proof.place <= 200
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'none' AS record_kind, 0 AS record_id,
       'none' AS role, reach, fee_tickets, highest_fee, long_tickets, longest_days, renewal_tickets, party_share,
       property_share, real_estate_share, real_estate_single
FROM hits
WHERE severity = 'not_enough_data'
