/* ---
id: personal_account_collects
code: T07
version: 1
name: {zh: 私户代收, en: Personal account collects for a firm}
sectors: [bank, micro_loan, guarantee, pawn]
severity: high
window_days: 60
lookback_days: 60
opens_alert: true
reads: [entities, firms, parties, relationships, transfers, watchlist]
requires: [relationships, transfers]
claim:
  zh: "受关注企业（{firm_count} 家）的法定代表人、股东、财务人员或员工，其个人账户 {window_days} 日内收到 {payer_count} 名自然人转入 {person_in} 元；同组这样的收款人共 {holder_count} 名"
  en: "The personal account of a legal representative, shareholder, finance officer or employee of firms under watch ({firm_count}) took in {person_in} CNY from {payer_count} people within {window_days} days; {holder_count} such holders in the group"
explanation:
  zh: >-
    企业以内部人员的个人账户收取众多自然人的资金，可以避开对公账户的监督。受关注企业指名单在列的企业，以及报送数据的小贷、
    融担、典当机构；名单与任职均以评估日有效为准。主体是个人账户所在的控制组：法定代表人与企业同组，员工自成一组。
  en: >-
    A firm that takes the money of many people on an insider's own account escapes the view upon its firm account. Firms under
    watch are those on the list and the reporting micro-loan, guarantee and pawn firms; listing and office must hold on the
    evaluated day. The subject is the control group of the personal account: a legal representative shares it with the firm, an
    employee has one of his own.
no_data:
  zh: 有转入无法折算人民币，金额是否达到界线无从判断
  en: some of the money has no value in CNY, so that the amount cannot be judged
legal_basis:
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第十三条第三项, valid_from: 2021-05-01, valid_to: null}
  - {text: 《小额贷款公司监督管理暂行办法》（金规〔2024〕26号）放贷资金实行专户管理, valid_from: 2024-12-31, valid_to: null}
false_positives:
  zh: 内部人员另有小店，顾客直接转账（见 F2）；婚丧礼金（见 F7）；同事聚餐、团购代收；房东收租。
  en: An insider with a small shop whose customers pay directly (F2), gifts at weddings (F7), shared purchases collected for colleagues, a landlord's rents.
blind_spots:
  zh: 未申报的员工与代持人；内部人员的亲属代收；经清算机构付款的人不可见；现金存入；已到期或尚未列入的名单。
  en: Undeclared employees and nominees, relatives of insiders, payers behind clearing, cash, lists expired or not yet in force.
parameters:
  min_payers: {value: 20, unit: persons, min: 5, max: 500, why: 六十日二十人，个人的亲友往来少于此}
  min_person_in: {value: 100000, unit: CNY, min: 10000, max: 5000000, why: 追诉标准一百万元的一成；代收本身已是异常}
measures:
  payer_count: {unit: persons, zh: 付款自然人, en: people who paid in, threshold: min_payers, full: 100}
  person_in: {unit: CNY, zh: 自然人转入金额, en: paid in by people, threshold: min_person_in, full: 1000000}
  holder_count: {unit: persons, zh: 同组代收人数, en: such holders in the group}
  firm_count: {unit: count, zh: 涉及企业数, en: firms under watch}
--- */
-- How the definition is read
-- * Watched firm: on the watchlist (by identity, or by a listed account of a firm) from listed_on to expires_on, or a
--   reporting micro-loan, guarantee or pawn firm. A name alone never matches.
-- * Holder: legal representative, shareholder, finance officer or employee, and better than the words also the actual
--   controller, who is closer than any of them. A person known by customer number only is the party of that number.
-- * Listing and office are read on the evaluated day: a firm listed today is looked at with the sixty days before.
-- * The figures are those of one holder: natural persons outside the holder's control group who paid any of the
--   holder's own accounts. Payers are counted by party; clearing, cash and the bank are nobody. Where several holders
--   of one group qualify, the one that took in most stands for them (of equals the smaller key) and all are counted.
-- * Evaluated on days on which a person pays such a holder.
-- Exact prune: only transfers to insiders of firms watched at some time in the range are read.
WITH watched AS (
    SELECT party_key, 0 AS since_day, 9999999 AS until_day, CAST(NULL AS BIGINT) AS listing
    FROM firms
    UNION ALL
    SELECT CAST('0x' || substr(md5(party_token), 1, 15) AS BIGINT),
           COALESCE(DATEDIFF('day', DATE '1970-01-01', listed_on), 0),
           COALESCE(DATEDIFF('day', DATE '1970-01-01', expires_on), 9999999), record_id
    FROM watchlist
    WHERE party_token IS NOT NULL
    UNION ALL
    SELECT entities.party_key, COALESCE(DATEDIFF('day', DATE '1970-01-01', watchlist.listed_on), 0),
           COALESCE(DATEDIFF('day', DATE '1970-01-01', watchlist.expires_on), 9999999), watchlist.record_id
    FROM watchlist
    JOIN entities ON entities.account_key = watchlist.account_key
    WHERE entities.party_kind = 'firm'
),
customers AS (
    SELECT institution, customer_no, min(party_token) AS party_token
    FROM parties
    WHERE customer_no IS NOT NULL AND party_token IS NOT NULL
    GROUP BY institution, customer_no
),
offices AS (
    SELECT CAST('0x' || substr(md5(COALESCE(relationships.subject_token, customers.party_token,
               relationships.institution || '|' || relationships.subject_customer_no)), 1, 15) AS BIGINT) AS holder,
           CAST('0x' || substr(md5(relationships.object_token), 1, 15) AS BIGINT) AS firm_party,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_from), 0) AS since_day,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', relationships.valid_to), 9999999) AS until_day,
           relationships.record_id
    FROM relationships
    LEFT JOIN customers ON customers.institution = relationships.institution
        AND customers.customer_no = relationships.subject_customer_no
    WHERE relationships.relation IN
        ('legal_representative', 'actual_controller', 'shareholder', 'finance_officer', 'employee')
      AND relationships.object_token IS NOT NULL
      AND (relationships.subject_token IS NOT NULL OR relationships.subject_customer_no IS NOT NULL)
),
insiders AS (
    SELECT offices.holder, offices.firm_party, offices.record_id, watched.listing,
           GREATEST(offices.since_day, watched.since_day) AS since_day,
           LEAST(offices.until_day, watched.until_day) AS until_day
    FROM offices
    JOIN watched ON watched.party_key = offices.firm_party
    WHERE GREATEST(offices.since_day, watched.since_day) <= $to_day
      AND LEAST(offices.until_day, watched.until_day) >= $from_day
),
payments AS (
    SELECT transfers.to_party AS holder, transfers.to_group AS group_key, transfers.from_party AS payer, transfers.day,
           transfers.amount_cny, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN (SELECT DISTINCT holder FROM insiders) AS holders ON holders.holder = transfers.to_party
    WHERE transfers.to_kind = 'person' AND transfers.from_kind = 'person'
      AND transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
-- Sweep line: a payer counts from a day on for W days; the next payment, coming earlier, joins on, so nobody counts twice.
stays AS (
    SELECT holder, group_key, day AS enters,
           LEAST(day + $window_days,
                 COALESCE(LEAD(day) OVER (PARTITION BY holder, group_key, payer ORDER BY day), day + $window_days)) AS leaves
    FROM (SELECT DISTINCT holder, group_key, payer, day FROM payments) AS paid
),
flows AS (
    SELECT holder, group_key, day, CAST(sum(COALESCE(amount_cny, 0)) AS BIGINT) AS amount,
           count(*) - count(amount_cny) AS unvalued
    FROM payments
    GROUP BY holder, group_key, day
),
steps AS (
    SELECT holder, group_key, day, CAST(sum(payers) AS BIGINT) AS payers, CAST(sum(amount) AS BIGINT) AS amount,
           CAST(sum(unvalued) AS BIGINT) AS unvalued, max(is_trigger) AS is_trigger
    FROM (
        SELECT holder, group_key, enters AS day, 1 AS payers, 0 AS amount, 0 AS unvalued, 0 AS is_trigger FROM stays
        UNION ALL
        SELECT holder, group_key, leaves, -1, 0, 0, 0 FROM stays
        UNION ALL
        SELECT holder, group_key, day, 0, amount, unvalued, 1 FROM flows
        UNION ALL
        SELECT holder, group_key, day + $window_days, 0, -amount, -unvalued, 0 FROM flows
    ) AS changes
    GROUP BY holder, group_key, day
),
windows AS (
    SELECT holder, group_key, day AS end_day, is_trigger,
           CAST(sum(payers) OVER (
               PARTITION BY holder, group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
               AS payer_count,
           CAST(sum(amount) OVER (
               PARTITION BY holder, group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
               AS person_in,
           CAST(sum(unvalued) OVER (
               PARTITION BY holder, group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
               AS unvalued
    FROM steps
),
collecting AS (
    SELECT windows.holder, windows.group_key, windows.end_day, windows.payer_count, windows.person_in,
           CASE WHEN windows.person_in >= $min_person_in THEN 1 ELSE 0 END AS is_certain,
           count(DISTINCT insiders.firm_party) AS firm_count
    FROM windows
    JOIN insiders ON insiders.holder = windows.holder
        AND windows.end_day BETWEEN insiders.since_day AND insiders.until_day
    WHERE windows.is_trigger = 1 AND windows.end_day BETWEEN $from_day AND $to_day
      AND windows.payer_count >= $min_payers AND (windows.person_in >= $min_person_in OR windows.unvalued > 0)
    GROUP BY windows.holder, windows.group_key, windows.end_day, windows.payer_count, windows.person_in
),
ranked AS (
    SELECT collecting.*,
           row_number() OVER (
               PARTITION BY group_key, end_day ORDER BY is_certain DESC, person_in DESC, holder) AS place,
           CAST(sum(is_certain) OVER (PARTITION BY group_key, end_day) AS BIGINT) AS holder_count
    FROM collecting
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to, CASE WHEN is_certain = 1 THEN 'high' ELSE 'not_enough_data' END AS severity,
           payer_count, person_in, holder_count, firm_count, holder
    FROM ranked
    WHERE place = 1
),
proof AS (
    SELECT hits.subject_id, hits.window_to, 'transactions' AS record_kind, payments.out_record AS record_id,
           'deposit' AS role
    FROM hits
    JOIN payments ON payments.holder = hits.holder AND payments.group_key = hits.subject_id
        AND payments.day BETWEEN hits.window_from AND hits.window_to
    WHERE hits.severity <> 'not_enough_data' AND payments.out_record IS NOT NULL
    UNION ALL
    SELECT hits.subject_id, hits.window_to, 'transactions', payments.in_record, 'deposit'
    FROM hits
    JOIN payments ON payments.holder = hits.holder AND payments.group_key = hits.subject_id
        AND payments.day BETWEEN hits.window_from AND hits.window_to
    WHERE hits.severity <> 'not_enough_data' AND payments.in_record IS NOT NULL
    UNION ALL
    SELECT hits.subject_id, hits.window_to, 'relationships', insiders.record_id, 'office'
    FROM hits
    JOIN insiders ON insiders.holder = hits.holder
        AND hits.window_to BETWEEN insiders.since_day AND insiders.until_day
    WHERE hits.severity <> 'not_enough_data'
    UNION ALL
    SELECT hits.subject_id, hits.window_to, 'watchlist', insiders.listing, 'listing'
    FROM hits
    JOIN insiders ON insiders.holder = hits.holder
        AND hits.window_to BETWEEN insiders.since_day AND insiders.until_day
    WHERE hits.severity <> 'not_enough_data' AND insiders.listing IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       CASE WHEN proof.record_id IS NULL THEN 'none' ELSE proof.record_kind END AS record_kind,
       COALESCE(proof.record_id, 0) AS record_id, CASE WHEN proof.record_id IS NULL THEN 'none' ELSE proof.role END AS role,
       hits.payer_count, hits.person_in, hits.holder_count, hits.firm_count
FROM hits
LEFT JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
