/* ---
id: third_party_redeems
code: P03
version: 1
name: {zh: 第三方集中赎当, en: One third party redeems for several pawners}
sectors: [pawn]
severity: medium
window_days: 30
lookback_days: 30
opens_alert: true
reads: [entities, firms, pawn_tickets]
requires: [pawn_tickets]
claim:
  zh: "{window_days} 日内同一付款人为 {pawner_count} 名当户赎当，共 {ticket_count} 张当票、当金 {principal} 元；达到界线的付款人 {payer_count} 名"
  en: "Within {window_days} days one payer redeemed for {pawner_count} pawners, {ticket_count} tickets with {principal} CNY of pawn money; {payer_count} payers reach the line"
explanation:
  zh: >-
    赎当一般由当户本人或家人办理。同一付款人短期内替多名当户赎当，可能是以他人名义典当、借款人与名义当户不一致，
    或以赎当为名收付资金。付款人以赎当付款账号的户主为准，无账号时以登记的赎当人证件为准。
  en: >-
    Pawners or their families redeem. One payer who redeems for several pawners within a short time may have pawned in their names, or
    moves money under the name of redemptions. The payer is the holder of the paying account, without one the recorded redeemer.
legal_basis:
  - {text: 《典当管理办法》（商务部、公安部令2005年第8号）第三十五条、第三十九条（上线前核对）, valid_from: 2005-04-01, valid_to: null}
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第八条、第十二条, valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 未登记关系的亲属或受托人代办；单位替多名职工赎当；二手商代客户赎回后收购。
  en: Relatives whose tie is not declared, or an attorney; an employer for several employees; a dealer who redeems in order to buy.
blind_spots:
  zh: 现金赎当而赎当人登记为当户本人；经支付机构付款；分散在多家典当行或多名代付人；台账未填赎当人。
  en: Cash redemptions booked in the pawner's name; payment through clearing; redemptions spread over several firms or payers; a ledger without redeemers.
no_data:
  zh: 窗口内多数赎当没有登记赎当人证件或付款账号
  en: most redemptions of the window name neither the redeemer's identity nor the paying account
parameters:
  min_pawners: {value: 3, unit: persons, min: 2, max: 50, why: 为一两名亲友代办属常见，三名以上需要说明}
measures:
  pawner_count: {unit: persons, zh: 被代赎的当户, en: pawners redeemed for, threshold: min_pawners, full: 8}
  ticket_count: {unit: count, zh: 代赎当票, en: tickets redeemed}
  principal: {unit: CNY, zh: 代赎当金, en: pawn money redeemed}
  payer_count: {unit: count, zh: 达到界线的付款人, en: payers that reach the line}
--- */
-- How the definition is read
-- * The subject is the firm's control group: the ledger is the firm's, and it must know who redeems. Payers are
--   counted within the group of the firm.
-- * Payer: the holder of the redeeming account where his identity is known; else the recorded redeemer's identity; else
--   the account itself. An account of a clearing, public or licensed institution tells no payer.
-- * Redeemer other than pawner: payer and pawner belong to different control groups, so spouses (where declared) and a
--   pawner's own firm are out. An account without an identity that carries the pawner's name is the pawner's.
-- * ">= 3 persons": different pawners (token, else name), not tickets: one sick neighbour's five rings are one person.
-- * Fires on a day on which that payer redeems for somebody else.
-- * Not enough data: under 30 % of the window's redemptions tell who paid (the share of the whole catalogue).
-- A party's key is the key of its token (docs/data-model.md), so people without any account in the data have one too.
WITH people AS (
    SELECT party_key, min(group_key) AS group_key
    FROM entities
    GROUP BY party_key
),
redemptions AS (
    SELECT firms.group_key, pawn_tickets.record_id, pawn_tickets.redeemed_day AS day, pawn_tickets.principal,
           CAST('0x' || substr(md5(COALESCE(
               pawn_tickets.customer_token, 'name|' || pawn_tickets.customer_name, 'ticket|' || pawn_tickets.ticket_no
           )), 1, 15) AS BIGINT) AS pawner_key,
           CASE
               WHEN payers.party_kind NOT IN ('person', 'firm', 'unknown') THEN NULL
               WHEN payers.party_token IS NOT NULL THEN payers.party_key
               WHEN pawn_tickets.redeemer_token IS NOT NULL
               THEN CAST('0x' || substr(md5(pawn_tickets.redeemer_token), 1, 15) AS BIGINT)
               -- without an identity the name is all there is; it can only excuse
               WHEN payers.party_name = pawn_tickets.customer_name
                   OR (payers.party_key IS NULL AND pawn_tickets.redeemer_name = pawn_tickets.customer_name)
               THEN CAST('0x' || substr(md5(COALESCE(
                   pawn_tickets.customer_token, 'name|' || pawn_tickets.customer_name)), 1, 15) AS BIGINT)
               WHEN payers.party_key IS NOT NULL THEN payers.party_key
               ELSE pawn_tickets.redeemer_account_key
           END AS payer_key
    FROM pawn_tickets
    JOIN firms ON firms.institution = pawn_tickets.institution
    LEFT JOIN entities AS payers ON payers.account_key = pawn_tickets.redeemer_account_key
    WHERE firms.sector = 'pawn' AND pawn_tickets.redeemed_day BETWEEN $from_day - $window_days + 1 AND $to_day
),
foreign_hands AS (
    SELECT redemptions.group_key, redemptions.record_id, redemptions.day, redemptions.principal,
           redemptions.pawner_key, redemptions.payer_key
    FROM redemptions
    LEFT JOIN people AS pawners ON pawners.party_key = redemptions.pawner_key
    LEFT JOIN people AS payers ON payers.party_key = redemptions.payer_key
    WHERE redemptions.payer_key IS NOT NULL
      AND COALESCE(pawners.group_key, redemptions.pawner_key) <> COALESCE(payers.group_key, redemptions.payer_key)
),
questions AS (
    SELECT DISTINCT group_key, payer_key, day AS end_day FROM foreign_hands WHERE day BETWEEN $from_day AND $to_day
),
counted AS (
    SELECT questions.group_key, questions.payer_key, questions.end_day,
           count(DISTINCT foreign_hands.pawner_key) AS pawner_count, count(*) AS ticket_count,
           CAST(sum(foreign_hands.principal) AS BIGINT) AS principal
    FROM questions
    JOIN foreign_hands ON foreign_hands.group_key = questions.group_key
        AND foreign_hands.payer_key = questions.payer_key
        AND foreign_hands.day BETWEEN questions.end_day - $window_days + 1 AND questions.end_day
    GROUP BY questions.group_key, questions.payer_key, questions.end_day
    HAVING count(DISTINCT foreign_hands.pawner_key) >= $min_pawners
),
sums AS (
    -- figures are of the payer with most pawners (of equals the one with most money, then the smaller key)
    SELECT group_key, end_day, pawner_count, ticket_count, principal, payer_count
    FROM (
        SELECT group_key, end_day, pawner_count, ticket_count, principal,
               count(*) OVER (PARTITION BY group_key, end_day) AS payer_count,
               row_number() OVER (
                   PARTITION BY group_key, end_day ORDER BY pawner_count DESC, principal DESC, payer_key
               ) AS place
        FROM counted
    ) AS ranked
    WHERE place = 1
),
evenings AS (
    SELECT DISTINCT group_key, day AS end_day FROM redemptions WHERE day BETWEEN $from_day AND $to_day
),
known AS (
    SELECT evenings.group_key, evenings.end_day,
           CAST(count(redemptions.payer_key) AS DOUBLE) / count(*) AS known_share
    FROM evenings
    JOIN redemptions ON redemptions.group_key = evenings.group_key
        AND redemptions.day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, known.group_key AS subject_id, known.end_day - $window_days + 1 AS window_from,
           known.end_day AS window_to,
           CASE WHEN sums.pawner_count IS NOT NULL THEN 'medium' ELSE 'not_enough_data' END AS severity,
           sums.pawner_count, sums.ticket_count, sums.principal, sums.payer_count
    FROM known
    LEFT JOIN sums ON sums.group_key = known.group_key AND sums.end_day = known.end_day
    WHERE sums.pawner_count IS NOT NULL OR known.known_share < 0.3
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       'pawn_tickets' AS record_kind, foreign_hands.record_id, 'redeemed_by_third_party' AS role,
       hits.pawner_count, hits.ticket_count, hits.principal, hits.payer_count
FROM hits
JOIN counted ON counted.group_key = hits.subject_id AND counted.end_day = hits.window_to
JOIN foreign_hands ON foreign_hands.group_key = counted.group_key AND foreign_hands.payer_key = counted.payer_key
    AND foreign_hands.day BETWEEN hits.window_from AND hits.window_to
WHERE hits.severity <> 'not_enough_data'
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'none' AS record_kind, 0 AS record_id,
       'none' AS role, pawner_count, ticket_count, principal, payer_count
FROM hits
WHERE severity = 'not_enough_data'
