/* ---
id: loan_returns_to_related
code: M02
version: 2
name: {zh: 放款回流关联方, en: Loan money reaches related parties}
sectors: [micro_loan, pawn]
severity: high
window_days: 7
lookback_days: 187
opens_alert: true
reads: [entities, firms, loans, pawn_tickets, relationships, transfers]
claim:
  zh: "{loan_count} 笔放款（当金）共 {principal} 元，放款后 {window_days} 日内经至多三手有 {reached} 元（{reached_share}）到达股东、高管、关联方、其他借款人或放款公司自身；{series_days} 日内这样的放款共 {series_count} 笔"
  en: "Of {loan_count} loans or pawns of {principal} CNY, {reached} CNY ({reached_share}) reached shareholders, officers, affiliates, other borrowers or the firm itself within {window_days} days and at most three hops; {series_count} such loans within {series_days} days"
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
  zh: 真实向关联经销商购货（车辆、农资）；向做买卖的个体借款人购货；到期前提前还清；借新贷还本公司旧贷。经销商只是借款人、另有自己客户和供货商的已不计。
  en: A genuine purchase from an affiliated dealer or from a borrower who trades without a firm; early payoff; a new loan repaying an older one at the same firm. A dealer who is merely another borrower and has customers and suppliers of his own no longer counts.
blind_spots:
  zh: 取现后转交；经支付机构、超过三手或七日以上；每手不足本金 5% 的细碎拆分；由另有真实生意的借款单位归集使用的顶名贷款；未申报的关联关系；借款人名下未报送的账户；无折算率的外币转账不跟踪。
  en: Cash; payment firms, more than three hops or seven days; slices below 5 % of the principal; loans in others' names that a borrowing firm with a real trade gathers and uses; undeclared relations; borrowers' accounts that nobody reports; foreign transfers without a rate are not followed.
parameters:
  min_reached_share: {value: 0.5, unit: share, min: 0.1, max: 1, why: 半数以上本金回流才难以用日常消费解释}
  min_principal: {value: 10000, unit: CNY, min: 100, max: 10000000, why: 更小的消费贷款在同乡借款人之间流转很常见}
  min_hop_share: {value: 0.05, unit: share, min: 0.001, max: 0.5, why: 一手不足本金百分之五不再跟踪，二十手才够本金}
  min_customers: {value: 5, unit: persons, min: 1, max: 1000, why: 与本公司没有借贷和关联的付款方（收单一日计一个）达五个，才看得出自有销路}
  min_suppliers: {value: 2, unit: count, min: 0, max: 1000, why: 有进货才有卖货；只收不进的是归集户}
  trade_days: {value: 90, unit: days, min: 7, max: 365, why: 一个季度足以看出是否一直在做买卖}
  min_loans: {value: 1, unit: count, min: 1, max: 50, why: 一笔即成线索；一再发生才像做法，故强度随笔数增加}
  series_days: {value: 90, unit: days, min: 7, max: 365, why: 按季度数同一公司的回流笔数}
measures:
  reached_share: {unit: share, zh: 到达关联方的本金占比, en: share of principal that reached related parties, threshold: min_reached_share, full: 0.9}
  series_count: {unit: count, zh: 近期这样的放款笔数, en: such loans of late, threshold: min_loans, full: 3}
  reached: {unit: CNY, zh: 到达关联方的金额, en: amount that reached related parties}
  principal: {unit: CNY, zh: 本金, en: principal}
  loan_count: {unit: count, zh: 笔数, en: loans}
--- */
-- Version 1 took every other borrower for a related party and graded by the share alone. A car dealer who borrows from
-- the same micro-loan firm was one, so that whoever bought a car from him with a loan made the firm a hit of full
-- strength; and so, through a wholesaler who deals with everybody, did flats decorated with a pawn. Version 2 leaves
-- out as arrivals other borrowers that trade (below) and follows the money through them, and lets a firm with one such
-- loan weigh half of one with a series.
-- How the definition is read
-- * Subject: the control group of the lending firm; one hit per evening on which money of at least one loan arrives
--   at a related party and that loan has by then at least half of its principal there.
-- * A loan starts at the holder of the receiving account, else at the borrower, on the day of disbursement. Where the
--   receiving account itself belongs to a related party other than the borrower, all principal is there at once.
--   A pawn starts at the pawner; a renewal (original_ticket_no) pays nothing out and is left aside.
-- * Related: any party of the firm's control group (the firm, its controller, legal representative, majority
--   shareholder and what they control), declared shareholders, officers and affiliates of the firm and firms it holds
--   (as of the transfer), and other borrowers or pawners of the same firm. The borrower himself never is.
-- * A genuine purchase: another borrower (related on no other ground) that is a firm and trades is a shop, not a pool. It
--   trades if within trade_days, up to the day of the payment, at least min_customers parties paid it and it paid at
--   least min_suppliers firms, none of them related to the lender or its borrower. Who pays through a payment firm under
--   a merchant number is not known; each day with such takings stands for one customer, however many there were. That the purchase money stays with the
--   dealer or goes on to his supplier is not asked: both are how goods are bought. Shareholders, officers, affiliates
--   and the firm itself count whatever they trade: supervision of loans to one's own circle knows no exception.
-- * Series: the firm's loans that reached half within series_days up to the evening, this evening's included.
-- * Time-respecting: the next hop is on a later day, or on the same day not earlier by the clock; where one of the two
--   has no time of day, the day decides. Only persons, firms and unknown kinds are walked through.
-- * Attribution: along a path the smallest amount; where paths share a hop, the hop's amount caps their sum
--   (min(hop, sum of its continuations), bottom up), the last hops cap the total again, and so does the principal:
--   no fen is counted twice at either end.
-- * min_hop_share is a definition, not a prune. Exact prunes: payments below that share of the smallest loan that counts
--   are never a hop; the walk starts at loans of the last seven days (and of the
--   series before them), the third hop is looked up only among transfers that end at a related party, and trade only for
--   borrowers that were paid at least the smallest hop that can count.
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
    WHERE lent.start_day BETWEEN $from_day - $series_days - $window_days AND $to_day
      AND lent.principal >= $min_principal
      AND COALESCE(holders.party_key, borrowers.party_key) IS NOT NULL
),
core_parties AS (
    SELECT DISTINCT firms.group_key, entities.party_key, 0 AS since_day, 9999999 AS until_day
    FROM firms
    JOIN entities ON entities.group_key = firms.group_key
    WHERE firms.sector IN ('micro_loan', 'pawn')
    UNION ALL
    SELECT declared.group_key, tokens.party_key, declared.since_day, declared.until_day
    FROM declared
    JOIN tokens ON tokens.party_token = declared.party_token
),
core AS (
    -- of several grounds the widest span: a party related twice stays related in between
    SELECT group_key, party_key, min(since_day) AS since_day, max(until_day) AS until_day
    FROM core_parties
    GROUP BY group_key, party_key
),
debtors AS (
    SELECT lent.group_key, tokens.party_key, min(lent.start_day) AS since_day
    FROM lent
    JOIN tokens ON tokens.party_token = lent.customer_token
    GROUP BY lent.group_key, tokens.party_key
),
related AS (
    SELECT group_key, party_key, min(since_day) AS since_day, max(until_day) AS until_day
    FROM (
        SELECT group_key, party_key, since_day, until_day FROM core
        UNION ALL
        SELECT group_key, party_key, since_day, 9999999 FROM debtors
    ) AS grounds
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
    WHERE transfers.day BETWEEN $from_day - $series_days - $window_days AND $to_day
      AND transfers.from_party <> transfers.to_party
      -- key 0 is cash, the bank or nobody known: money cannot be followed through it
      AND transfers.from_party <> 0 AND transfers.to_party <> 0
      -- no hop that counts is smaller
      AND transfers.amount_cny > 0 AND transfers.amount_cny >= $min_hop_share * $min_principal
),
-- other borrowers, and nothing more, that are firms and were paid enough to be an arrival, each day of it
met AS (
    SELECT DISTINCT debtors.group_key, debtors.party_key, payments.day
    FROM payments
    JOIN debtors ON debtors.party_key = payments.to_party AND payments.day >= debtors.since_day
    LEFT JOIN core ON core.group_key = debtors.group_key AND core.party_key = debtors.party_key
        AND payments.day BETWEEN core.since_day AND core.until_day
    WHERE payments.to_kind = 'firm' AND core.party_key IS NULL
    UNION
    SELECT debtors.group_key, debtors.party_key, recent.start_day
    FROM recent
    JOIN debtors ON debtors.group_key = recent.group_key AND debtors.party_key = recent.start_party
        AND recent.start_day >= debtors.since_day
    JOIN entities ON entities.party_key = recent.start_party AND entities.party_kind = 'firm'
    LEFT JOIN core ON core.group_key = debtors.group_key AND core.party_key = debtors.party_key
        AND recent.start_day BETWEEN core.since_day AND core.until_day
    WHERE core.party_key IS NULL AND recent.start_party <> recent.borrower_party
),
dealings AS (
    SELECT transfers.to_party AS party_key, transfers.day, transfers.from_party AS far_party, 1 AS is_customer
    FROM transfers
    JOIN (SELECT DISTINCT party_key FROM met) AS sellers ON sellers.party_key = transfers.to_party
    WHERE transfers.from_group <> transfers.to_group AND transfers.from_kind IN ('person', 'firm', 'public')
      AND transfers.from_party <> 0 AND NOT transfers.is_loan
      AND transfers.day BETWEEN $from_day - $series_days - $window_days - $trade_days + 1 AND $to_day
    GROUP BY transfers.to_party, transfers.day, transfers.from_party
    UNION ALL
    -- a day's takings under a merchant number: party keys are never negative
    SELECT transfers.to_party, transfers.day, CAST(-transfers.day AS BIGINT), 1
    FROM transfers
    JOIN (SELECT DISTINCT party_key FROM met) AS sellers ON sellers.party_key = transfers.to_party
    WHERE transfers.from_kind = 'clearing' AND COALESCE(transfers.merchant_no, '') <> ''
      AND transfers.day BETWEEN $from_day - $series_days - $window_days - $trade_days + 1 AND $to_day
    GROUP BY transfers.to_party, transfers.day
    UNION ALL
    SELECT transfers.from_party, transfers.day, transfers.to_party, 0
    FROM transfers
    JOIN (SELECT DISTINCT party_key FROM met) AS sellers ON sellers.party_key = transfers.from_party
    WHERE transfers.from_group <> transfers.to_group AND transfers.to_kind = 'firm' AND transfers.to_party <> 0
      AND NOT transfers.is_loan
      AND transfers.day BETWEEN $from_day - $series_days - $window_days - $trade_days + 1 AND $to_day
    GROUP BY transfers.from_party, transfers.day, transfers.to_party
),
trading AS (
    SELECT met.group_key, met.party_key, met.day
    FROM met
    JOIN dealings ON dealings.party_key = met.party_key AND dealings.day BETWEEN met.day - $trade_days + 1 AND met.day
    LEFT JOIN related ON related.group_key = met.group_key AND related.party_key = dealings.far_party
        AND met.day BETWEEN related.since_day AND related.until_day
    WHERE related.party_key IS NULL
    GROUP BY met.group_key, met.party_key, met.day
    HAVING count(DISTINCT CASE WHEN dealings.is_customer = 1 THEN dealings.far_party END) >= $min_customers
       AND count(DISTINCT CASE WHEN dealings.is_customer = 0 THEN dealings.far_party END) >= $min_suppliers
),
first_hops AS (
    SELECT recent.record_id AS loan_id, recent.group_key, recent.start_day, recent.principal, recent.start_party,
           recent.borrower_party, payments.transfer_id, payments.day, payments.at, payments.time_precision,
           payments.to_party, payments.to_kind, payments.amount_cny AS amount,
           CASE WHEN related.party_key IS NOT NULL AND trading.party_key IS NULL THEN 1 ELSE 0 END AS arrived
    FROM recent
    JOIN payments ON payments.from_party = recent.start_party
        AND payments.day BETWEEN recent.start_day AND recent.start_day + $window_days
    LEFT JOIN related ON related.group_key = recent.group_key AND related.party_key = payments.to_party
        AND payments.day BETWEEN related.since_day AND related.until_day
    LEFT JOIN trading ON trading.group_key = recent.group_key AND trading.party_key = payments.to_party
        AND trading.day = payments.day
    WHERE payments.amount_cny >= $min_hop_share * recent.principal
      AND payments.to_party <> recent.borrower_party
),
second_hops AS (
    SELECT first_hops.loan_id, first_hops.group_key, first_hops.start_day, first_hops.principal,
           first_hops.start_party, first_hops.borrower_party, first_hops.transfer_id AS first_id,
           first_hops.amount AS first_amount, payments.transfer_id, payments.day, payments.at,
           payments.time_precision, payments.to_party, payments.to_kind, payments.amount_cny AS amount,
           CASE WHEN related.party_key IS NOT NULL AND trading.party_key IS NULL THEN 1 ELSE 0 END AS arrived
    FROM first_hops
    JOIN payments ON payments.from_party = first_hops.to_party
        AND payments.day BETWEEN first_hops.day AND first_hops.start_day + $window_days
    LEFT JOIN related ON related.group_key = first_hops.group_key AND related.party_key = payments.to_party
        AND payments.day BETWEEN related.since_day AND related.until_day
    LEFT JOIN trading ON trading.group_key = first_hops.group_key AND trading.party_key = payments.to_party
        AND trading.day = payments.day
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
    LEFT JOIN trading ON trading.group_key = related.group_key AND trading.party_key = payments.to_party
        AND trading.day = payments.day
    WHERE trading.party_key IS NULL
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
    LEFT JOIN trading ON trading.group_key = recent.group_key AND trading.party_key = recent.start_party
        AND trading.day = recent.start_day
    WHERE recent.start_party <> recent.borrower_party AND trading.party_key IS NULL
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
    SELECT DISTINCT loan_id, day AS end_day FROM paths WHERE day BETWEEN $from_day - $series_days + 1 AND $to_day
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
nights AS (
    SELECT group_key, end_day, CAST(sum(reached) AS DOUBLE) / CAST(sum(principal) AS DOUBLE) AS reached_share,
           CAST(sum(reached) AS BIGINT) AS reached, CAST(sum(principal) AS BIGINT) AS principal,
           count(*) AS loan_count
    FROM returned
    WHERE end_day BETWEEN $from_day AND $to_day
    GROUP BY group_key, end_day
),
series AS (
    SELECT nights.group_key, nights.end_day, count(DISTINCT returned.loan_id) AS series_count
    FROM nights
    JOIN returned ON returned.group_key = nights.group_key
        AND returned.end_day BETWEEN nights.end_day - $series_days + 1 AND nights.end_day
    GROUP BY nights.group_key, nights.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, nights.group_key AS subject_id, nights.end_day - $window_days AS window_from,
           nights.end_day AS window_to, 'high' AS severity, nights.reached_share, series.series_count,
           nights.reached, nights.principal, nights.loan_count
    FROM nights
    JOIN series ON series.group_key = nights.group_key AND series.end_day = nights.end_day
    WHERE series.series_count >= $min_loans
),
walked AS (
    SELECT returned.group_key, returned.end_day, seen.first_id, seen.second_id, seen.third_id
    FROM returned
    JOIN seen ON seen.loan_id = returned.loan_id AND seen.end_day = returned.end_day
    WHERE returned.end_day BETWEEN $from_day AND $to_day
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
       hits.reached_share, hits.series_count, hits.reached, hits.principal, hits.loan_count
FROM hits
JOIN records ON records.group_key = hits.subject_id AND records.end_day = hits.window_to
