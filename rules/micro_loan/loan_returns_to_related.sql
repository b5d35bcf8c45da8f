/* ---
id: loan_returns_to_related
code: M02
version: 1
name: {zh: 放款回流关联方, en: Loan money reaches related parties}
sectors: [micro_loan, pawn]
severity: high
window_days: 7
lookback_days: 7
opens_alert: true
reads: [entities, firms, loans, pawn_tickets, relationships, transfers]
claim:
  zh: "{loan_count} 笔放款（当金）共 {principal} 元，放款后 {window_days} 日内经至多三手有 {reached} 元（{reached_share}）到达股东、高管、关联方、其他借款人或放款公司自身"
  en: "Of {loan_count} loans or pawns of {principal} CNY, {reached} CNY ({reached_share}) reached shareholders, officers, affiliates, other borrowers or the firm itself within {window_days} days and at most three hops"
explanation:
  zh: >-
    贷款或当金发放后很快到达公司的关联方、其他借款人或公司自身，借款人可能只是过桥或顶名。
    按时间先后逐手跟踪，每一手只计入前一手能够解释的金额。
  en: >-
    Money lent or pawned soon reaches related parties, other borrowers or the firm itself: the borrower may be a straw man.
    It is followed in the order of time, and each hop counts no more than the hop before can explain.
legal_basis:
  - {text: 《小额贷款公司监督管理暂行办法》（金规〔2024〕26号）, valid_from: 2024-12-31, valid_to: null}
  - {text: 《典当管理办法》（商务部、公安部令2005年第8号）第二十五条、第四十四条, valid_from: 2005-04-01, valid_to: null}
false_positives:
  zh: 真实向关联经销商购货（车辆、农资）；借款人之间真实买卖；到期前提前还清；借新贷还本公司旧贷。
  en: A genuine purchase from an affiliated dealer; genuine trade between borrowers; early payoff; a new loan repaying an older one at the same firm.
blind_spots:
  zh: 取现后转交；经支付机构、超过三手或七日以上；每手不足本金 5% 的细碎拆分；未申报的关联关系；借款人名下未报送的账户；无折算率的外币转账不跟踪。
  en: Cash; payment firms, more than three hops or seven days; slices below 5 % of the principal; undeclared relations; borrowers' accounts that nobody reports; foreign transfers without a rate are not followed.
parameters:
  min_reached_share: {value: 0.5, unit: share, min: 0.1, max: 1, why: 半数以上本金回流才难以用日常消费解释}
  min_principal: {value: 10000, unit: CNY, min: 100, max: 10000000, why: 更小的消费贷款在同乡借款人之间流转很常见}
  min_hop_share: {value: 0.05, unit: share, min: 0.001, max: 0.5, why: 一手不足本金百分之五不再跟踪，二十手才够本金}
measures:
  reached_share: {unit: share, zh: 到达关联方的本金占比, en: share of principal that reached related parties, threshold: min_reached_share, full: 0.9}
  reached: {unit: CNY, zh: 到达关联方的金额, en: amount that reached related parties}
  principal: {unit: CNY, zh: 本金, en: principal}
  loan_count: {unit: count, zh: 笔数, en: loans}
--- */
-- How the definition is read
-- * Subject: the control group of the lending firm; one hit per evening on which money of at least one loan arrives
--   at a related party and that loan has by then at least half of its principal there.
-- * A loan starts at the holder of the receiving account, else at the borrower, on the day of disbursement. Where the
--   receiving account itself belongs to a related party other than the borrower, all principal is there at once.
--   A pawn starts at the pawner; a renewal (original_ticket_no) pays nothing out and is left aside.
-- * Related: any party of the firm's control group (the firm, its controller, legal representative, majority
--   shareholder and what they control), declared shareholders, officers and affiliates of the firm and firms it holds
--   (as of the transfer), and other borrowers or pawners of the same firm. The borrower himself never is.
-- * Time-respecting: the next hop is on a later day, or on the same day not earlier by the clock; where one of the two
--   has no time of day, the day decides. Only persons, firms and unknown kinds are walked through.
-- * Attribution: along a path the smallest amount; where paths share a hop, the hop's amount caps their sum
--   (min(hop, sum of its continuations), bottom up), the last hops cap the total again, and so does the principal:
--   no fen is counted twice at either end.
-- * min_hop_share is a definition, not a prune. Exact prunes: the walk starts at loans of the last seven days, and the
--   third hop is looked up only among transfers that end at a related party.
WITH lent AS (
    SELECT firms.group_key, 'loans' AS record_kind, loans.record_id, loans.institution,
           loans.borrower_token AS customer_token, loans.receiving_account_key, loans.disbursed_day AS start_day,
           loans.principal
    FROM loans
    JOIN firms ON firms.institution = loans.institution
    WHERE firms.sector IN ('micro_loan', 'pawn') AND loans.disbursed_day <= $to_day
    UNION ALL
    SELECT firms.group_key, 'pawn_tickets', pawn_tickets.record_id, pawn_tickets.institution,
           pawn_tickets.customer_token, CAST(NULL AS BIGINT), pawn_tickets.pawned_day, pawn_tickets.principal
    FROM pawn_tickets
    JOIN firms ON firms.institution = pawn_tickets.institution
    WHERE firms.sector IN ('micro_loan', 'pawn') AND pawn_tickets.pawned_day <= $to_day
      AND (pawn_tickets.original_ticket_no IS NULL OR pawn_tickets.original_ticket_no = pawn_tickets.ticket_no)
),
firm_tokens AS (
    SELECT DISTINCT firms.group_key, entities.party_token
    FROM firms
    JOIN entities ON entities.party_key = firms.party_key
    WHERE firms.sector IN ('micro_loan', 'pawn') AND entities.party_token IS NOT NULL
),
declared AS (
    SELECT firm_tokens.group_key, relationships.subject_token AS party_token,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_from), 0) AS since_day,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_to), 9999999) AS until_day
    FROM relationships
    JOIN firm_tokens ON firm_tokens.party_token = relationships.object_token
    WHERE relationships.relation IN
        ('shareholder', 'legal_representative', 'actual_controller', 'finance_officer', 'affiliate')
    UNION ALL
    SELECT firm_tokens.group_key, relationships.object_token,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_from), 0),
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_to), 9999999)
    FROM relationships
    JOIN firm_tokens ON firm_tokens.party_token = relationships.subject_token
    WHERE relationships.relation IN ('shareholder', 'actual_controller', 'affiliate')
),
wanted AS (
    SELECT customer_token AS party_token FROM lent WHERE customer_token IS NOT NULL
    UNION
    SELECT party_token FROM declared WHERE party_token IS NOT NULL
),
tokens AS (
    SELECT entities.party_token, min(entities.party_key) AS party_key
    FROM entities
    JOIN wanted ON wanted.party_token = entities.party_token
    GROUP BY entities.party_token
),
recent AS (
    SELECT lent.group_key, lent.record_kind, lent.record_id, lent.start_day, lent.principal,
           COALESCE(holders.party_key, borrowers.party_key) AS start_party,
           COALESCE(borrowers.party_key, holders.party_key) AS borrower_party
    FROM lent
    LEFT JOIN tokens AS borrowers ON borrowers.party_token = lent.customer_token
    LEFT JOIN entities AS holders ON holders.account_key = lent.receiving_account_key
    WHERE lent.start_day BETWEEN $from_day - $window_days AND $to_day AND lent.principal >= $min_principal
      AND COALESCE(holders.party_key, borrowers.party_key) IS NOT NULL
),
related_parties AS (
    SELECT DISTINCT firms.group_key, entities.party_key, 0 AS since_day, 9999999 AS until_day
    FROM firms
    JOIN entities ON entities.group_key = firms.group_key
    WHERE firms.sector IN ('micro_loan', 'pawn')
    UNION ALL
    SELECT declared.group_key, tokens.party_key, declared.since_day, declared.until_day
    FROM declared
    JOIN tokens ON tokens.party_token = declared.party_token
    UNION ALL
    SELECT lent.group_key, tokens.party_key, lent.start_day, 9999999
    FROM lent
    JOIN tokens ON tokens.party_token = lent.customer_token
),
related AS (
    -- of several grounds the widest span: a party related twice stays related in between
    SELECT group_key, party_key, min(since_day) AS since_day, max(until_day) AS until_day
    FROM related_parties
    GROUP BY group_key, party_key
),
span AS (
    SELECT min(start_day) AS first_day FROM recent
),
payments AS (
    SELECT transfers.transfer_id, transfers.day, transfers.at, transfers.time_precision, transfers.from_party,
           transfers.to_party, transfers.to_kind, transfers.amount_cny, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN span ON transfers.day >= span.first_day
    WHERE transfers.day BETWEEN $from_day - $window_days AND $to_day AND transfers.from_party <> transfers.to_party
      -- key 0 is cash, the bank or nobody known: money cannot be followed through it
      AND transfers.from_party <> 0 AND transfers.to_party <> 0 AND transfers.amount_cny > 0
),
first_hops AS (
    SELECT recent.record_id AS loan_id, recent.group_key, recent.start_day, recent.principal, recent.start_party,
           recent.borrower_party, payments.transfer_id, payments.day, payments.at, payments.time_precision,
           payments.to_party, payments.to_kind, payments.amount_cny AS amount,
           CASE WHEN related.party_key IS NOT NULL THEN 1 ELSE 0 END AS arrived
    FROM recent
    JOIN payments ON payments.from_party = recent.start_party
        AND payments.day BETWEEN recent.start_day AND recent.start_day + $window_days
    LEFT JOIN related ON related.group_key = recent.group_key AND related.party_key = payments.to_party
        AND payments.day BETWEEN related.since_day AND related.until_day
    WHERE payments.amount_cny >= $min_hop_share * recent.principal
      AND payments.to_party <> recent.borrower_party
),
second_hops AS (
    SELECT first_hops.loan_id, first_hops.group_key, first_hops.start_day, first_hops.principal,
           first_hops.start_party, first_hops.borrower_party, first_hops.transfer_id AS first_id,
           first_hops.amount AS first_amount, payments.transfer_id, payments.day, payments.at,
           payments.time_precision, payments.to_party, payments.to_kind, payments.amount_cny AS amount,
           CASE WHEN related.party_key IS NOT NULL THEN 1 ELSE 0 END AS arrived
    FROM first_hops
    JOIN payments ON payments.from_party = first_hops.to_party
        AND payments.day BETWEEN first_hops.day AND first_hops.start_day + $window_days
    LEFT JOIN related ON related.group_key = first_hops.group_key AND related.party_key = payments.to_party
        AND payments.day BETWEEN related.since_day AND related.until_day
    WHERE first_hops.arrived = 0 AND first_hops.to_kind IN ('person', 'firm', 'unknown')
      AND payments.amount_cny >= $min_hop_share * first_hops.principal
      AND payments.to_party <> first_hops.start_party AND payments.to_party <> first_hops.borrower_party
      AND (payments.day > first_hops.day OR payments.time_precision = 'day' OR first_hops.time_precision = 'day'
           OR payments.at >= first_hops.at)
),
arrivals AS (
    SELECT related.group_key, payments.*
    FROM payments
    JOIN related ON related.party_key = payments.to_party
        AND payments.day BETWEEN related.since_day AND related.until_day
),
third_hops AS (
    SELECT second_hops.loan_id, second_hops.first_id, second_hops.first_amount,
           second_hops.transfer_id AS second_id, second_hops.amount AS second_amount, arrivals.transfer_id,
           arrivals.day, arrivals.amount_cny AS amount
    FROM second_hops
    JOIN arrivals ON arrivals.from_party = second_hops.to_party AND arrivals.group_key = second_hops.group_key
        AND arrivals.day BETWEEN second_hops.day AND second_hops.start_day + $window_days
    WHERE second_hops.arrived = 0 AND second_hops.to_kind IN ('person', 'firm', 'unknown')
      AND arrivals.amount_cny >= $min_hop_share * second_hops.principal
      AND arrivals.to_party <> second_hops.start_party AND arrivals.to_party <> second_hops.borrower_party
      AND (arrivals.day > second_hops.day OR arrivals.time_precision = 'day' OR second_hops.time_precision = 'day'
           OR arrivals.at >= second_hops.at)
),
paths AS (
    -- a hop that is not there carries the id 0 and passes on all it is given
    SELECT recent.record_id AS loan_id, CAST(0 AS BIGINT) AS first_id, recent.principal AS first_amount,
           CAST(0 AS BIGINT) AS second_id, recent.principal AS second_amount, CAST(0 AS BIGINT) AS third_id,
           recent.principal AS third_amount, CAST(0 AS BIGINT) AS last_id, recent.principal AS last_amount,
           recent.start_day AS day
    FROM recent
    JOIN related ON related.group_key = recent.group_key AND related.party_key = recent.start_party
        AND recent.start_day BETWEEN related.since_day AND related.until_day
    WHERE recent.start_party <> recent.borrower_party
    UNION ALL
    SELECT loan_id, transfer_id, amount, CAST(0 AS BIGINT), amount, CAST(0 AS BIGINT), amount, transfer_id, amount, day
    FROM first_hops
    WHERE arrived = 1
    UNION ALL
    SELECT loan_id, first_id, first_amount, transfer_id, amount, CAST(0 AS BIGINT), amount, transfer_id, amount, day
    FROM second_hops
    WHERE arrived = 1
    UNION ALL
    SELECT loan_id, first_id, first_amount, second_id, second_amount, transfer_id, amount, transfer_id, amount, day
    FROM third_hops
),
evenings AS (
    SELECT DISTINCT loan_id, day AS end_day FROM paths WHERE day BETWEEN $from_day AND $to_day
),
seen AS (
    SELECT evenings.end_day, paths.*
    FROM evenings
    JOIN paths ON paths.loan_id = evenings.loan_id AND paths.day <= evenings.end_day
),
over_second AS (
    SELECT loan_id, end_day, first_id, first_amount, second_id,
           LEAST(max(second_amount), CAST(sum(third_amount) AS BIGINT)) AS amount
    FROM seen
    GROUP BY loan_id, end_day, first_id, first_amount, second_id
),
over_first AS (
    SELECT loan_id, end_day, first_id, LEAST(max(first_amount), CAST(sum(amount) AS BIGINT)) AS amount
    FROM over_second
    GROUP BY loan_id, end_day, first_id
),
through_paths AS (
    SELECT loan_id, end_day, CAST(sum(amount) AS BIGINT) AS amount FROM over_first GROUP BY loan_id, end_day
),
through_ends AS (
    SELECT loan_id, end_day, CAST(sum(last_amount) AS BIGINT) AS amount
    FROM (SELECT DISTINCT loan_id, end_day, last_id, last_amount FROM seen) AS ends
    GROUP BY loan_id, end_day
),
returned AS (
    SELECT recent.group_key, recent.record_kind, recent.record_id AS loan_id, recent.principal, through_paths.end_day,
           LEAST(recent.principal, LEAST(through_paths.amount, through_ends.amount)) AS reached
    FROM recent
    JOIN through_paths ON through_paths.loan_id = recent.record_id
    JOIN through_ends ON through_ends.loan_id = recent.record_id AND through_ends.end_day = through_paths.end_day
    WHERE LEAST(recent.principal, LEAST(through_paths.amount, through_ends.amount))
          >= $min_reached_share * recent.principal
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days AS window_from,
           end_day AS window_to, 'high' AS severity,
           CAST(sum(reached) AS DOUBLE) / CAST(sum(principal) AS DOUBLE) AS reached_share,
           CAST(sum(reached) AS BIGINT) AS reached, CAST(sum(principal) AS BIGINT) AS principal,
           count(*) AS loan_count
    FROM returned
    GROUP BY group_key, end_day
),
walked AS (
    SELECT returned.group_key, returned.end_day, seen.first_id, seen.second_id, seen.third_id
    FROM returned
    JOIN seen ON seen.loan_id = returned.loan_id AND seen.end_day = returned.end_day
),
steps AS (
    SELECT group_key, end_day, first_id AS transfer_id, 'first_hop' AS role FROM walked WHERE first_id <> 0
    UNION
    SELECT group_key, end_day, second_id, 'second_hop' FROM walked WHERE second_id <> 0
    UNION
    SELECT group_key, end_day, third_id, 'third_hop' FROM walked WHERE third_id <> 0
),
records AS (
    SELECT group_key, end_day, record_kind, loan_id AS record_id, 'loan' AS role FROM returned
    UNION ALL
    SELECT steps.group_key, steps.end_day, 'transactions', payments.out_record, steps.role
    FROM steps
    JOIN payments ON payments.transfer_id = steps.transfer_id
    WHERE payments.out_record IS NOT NULL
    UNION ALL
    SELECT steps.group_key, steps.end_day, 'transactions', payments.in_record, steps.role
    FROM steps
    JOIN payments ON payments.transfer_id = steps.transfer_id
    WHERE payments.in_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       records.record_kind, records.record_id, records.role,
       hits.reached_share, hits.reached, hits.principal, hits.loan_count
FROM hits
JOIN records ON records.group_key = hits.subject_id AND records.end_day = hits.window_to
