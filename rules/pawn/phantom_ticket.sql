/* ---
id: phantom_ticket
code: P06
version: 1
name: {zh: 虚当与现金, en: Phantom tickets and cash}
sectors: [pawn]
severity: high
window_days: 30
lookback_days: 60
opens_alert: true
reads: [coverage, entities, firms, pawn_items, pawn_tickets, transfers]
requires: [pawn_tickets, transfers]
claim:
  zh: "{window_days} 日内 {ticket_count} 张当票与资金或当物对不上：{unpaid_tickets} 张在 {payout_days} 日内没有对应的当金付出，{returned_tickets} 张的当金在 {back_days} 日内退回，{unstored_tickets} 张没有入库记录，涉及当金 {principal} 元；现金当金 {cash_amount} 元，占当金付出的 {cash_share}，其中 {cash_gap} 与取现及入库对不上"
  en: "Within {window_days} days {ticket_count} tickets do not match money or goods: {unpaid_tickets} without a payout within {payout_days} days, {returned_tickets} whose money came back within {back_days} days, {unstored_tickets} without goods in store, {principal} CNY of pawn money; {cash_amount} CNY paid in cash, {cash_share} of all payouts, {cash_gap} of it not matched by withdrawals and goods"
explanation:
  zh: >-
    一张真实的当票应有三样东西：付给当户的当金、留在典当行的当物、此后正常的赎当或绝当。没有付款、刚付出就退回、没有入库的当票，
    可能只是套取资金或掩盖资金去向的凭据；大额现金付当使资金去向无从核对，须与取现记录和入库记录核对。
  en: >-
    A genuine ticket leaves three traces: money to the pawner, goods in the store, later a redemption or forfeiture. A ticket without a
    payout, with the money back at once, or without goods may be paper that covers other uses of money. Payouts in cash leave no trace and
    are held against withdrawals and goods.
legal_basis:
  - {text: 《典当管理办法》（商务部、公安部令2005年第8号）第三条、第三十条、第三十五条（上线前核对）, valid_from: 2005-04-01, valid_to: null}
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第八条、第十二条, valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 以现金为主的小典当行（须核对取现与入库）；当金应当户要求付给第三人；预扣全部费用；当票补录或日期填错；当物另库保管晚登记。
  en: Small cash shops (check withdrawals and goods); money paid to a third party at the pawner's wish; all fees deducted up front; tickets booked late; goods stored elsewhere and entered late.
blind_spots:
  zh: 现金付当而取现、入库均相符的虚当；经第三人退回的当金；经支付机构付出的同额款项视为已付；房地产与财产权利没有入库可查；续当票。
  en: Cash tickets whose withdrawals and goods agree on paper; money returned through a third party; an equal payment through clearing counts as paid; real estate and rights have no storage; renewals.
no_data:
  zh: 典当行账户未报送或流水缺日，多数当票未填付款方式，或没有当物出入库台账，当金与当物无从核对
  en: the firm's accounts are not reported or days are missing, most tickets name no way of payment, or no goods ledger is received
parameters:
  min_reach: {value: 1, unit: ratio, min: 0.5, max: 20, why: 任一项达到界线的倍数}
  min_tickets: {value: 1, unit: count, min: 1, max: 100, why: 一张没有资金往来的当票即应说明}
  payout_days: {value: 3, unit: days, min: 0, max: 15, why: 当金在开票当日或隔周末付出}
  back_days: {value: 3, unit: days, min: 0, max: 15, why: 当金付出后三日内退回，与典当用途不符}
  storage_days: {value: 7, unit: days, min: 1, max: 30, why: 入库通常在当日，容许一周内补登}
  min_paid_share: {value: 0.7, unit: share, min: 0.1, max: 1, why: 综合费可预扣，六个月每月千分之四十二约为四分之一}
  min_back_share: {value: 0.5, unit: share, min: 0.1, max: 1, why: 退回一半以上才不是费用或找零}
  min_cash: {value: 500000, unit: CNY, min: 50000, max: 50000000, why: 每月五十万元现金已超出小额零散典当}
  min_cash_share: {value: 0.5, unit: share, min: 0.1, max: 1, why: 多数当金以现金付出，与转账为主的经营不符}
  max_receipt_gap: {value: 0.2, unit: share, min: 0, max: 1, why: 取现与付当有数日之差，两成以内视为凭据相符}
measures:
  reach: {unit: ratio, zh: 达到界线的倍数（两项较高者）, en: "times the line (the higher of two)", threshold: min_reach, full: 5}
  ticket_count: {unit: count, zh: 对不上的当票, en: tickets that do not match}
  unpaid_tickets: {unit: count, zh: 无对应付款, en: without a payout}
  returned_tickets: {unit: count, zh: 当金退回, en: money came back}
  unstored_tickets: {unit: count, zh: 无入库, en: without goods in store}
  principal: {unit: CNY, zh: 涉及当金, en: pawn money on them}
  cash_amount: {unit: CNY, zh: 现金当金, en: payouts in cash}
  cash_share: {unit: share, zh: 现金占当金付出, en: cash of all payouts}
  cash_gap: {unit: share, zh: 现金与凭据不符, en: cash not matched}
--- */
-- How the definition is read
-- * Subject: the firm's control group. Tickets are new ones; a renewal pays nothing out and stores nothing. The way of
--   payment (payment_method) is how the pawn money was paid.
-- * Payout: transfers from anybody in the firm's group to anybody in the pawner's (by token; by name only where the
--   receiving account has no identity) on the ticket's day and payout_days after it, together at least min_paid_share of
--   what that pawner's tickets of the day promise. One opaque payment (clearing or no counterparty) of a fitting amount
--   counts as paid: it cannot be denied. Judged on the last of those days, for tickets not paid in cash, where the bank
--   of every reported account of the firm is covered on each of them; an account that the firm declares but no bank
--   reports leaves it open.
-- * Money back: from the pawner's group to the firm's within back_days of the first payout, at least min_back_share of
--   the principal, beyond 1.5 times the principal of what that group redeemed there in the same days, for itself or
--   for others. Judged on the day of the money.
-- * Goods: movables only (real estate and rights are registered, not stored); an entry "in" of the ticket within
--   storage_days. Judged on the last of them, where the goods ledger of the firm has begun by the ticket's day and has
--   any movement in those days; without one the ledger may not have come, which is not the ticket's fault.
-- * Cash: over the window the larger of cash tickets in the ledger and cash withdrawn from the firm's accounts; share
--   of it and of tickets paid by transfer. "Check receipts": fires only where more than max_receipt_gap of that cash is
--   matched neither way - cash tickets beyond withdrawals and cash redemptions, or withdrawals beyond cash tickets with
--   goods. Spoken on days of a cash ticket or a withdrawal.
-- * A defect is of the day on which it is known; a hit needs one on its evening, its figures cover the window.
WITH pawnshops AS (
    SELECT institution, party_key, group_key FROM firms WHERE sector = 'pawn'
),
ledger AS (
    SELECT pawnshops.group_key, pawn_tickets.institution, pawn_tickets.record_id, pawn_tickets.ticket_no,
           pawn_tickets.customer_token, pawn_tickets.customer_name,
           COALESCE(pawn_tickets.customer_token, 'name|' || pawn_tickets.customer_name) AS pawner,
           pawn_tickets.item_class, pawn_tickets.principal, pawn_tickets.pawned_day, pawn_tickets.redeemed_day,
           pawn_tickets.redeemer_token, pawn_tickets.redeemer_account_key,
           CASE
               WHEN pawn_tickets.payment_method IS NULL OR pawn_tickets.payment_method = '' THEN 'unknown'
               WHEN pawn_tickets.payment_method LIKE '%现%' THEN 'cash' ELSE 'transfer' END AS method,
           CASE WHEN COALESCE(NULLIF(pawn_tickets.original_ticket_no, ''), pawn_tickets.ticket_no)
                     = pawn_tickets.ticket_no THEN 1 ELSE 0 END AS is_new
    FROM pawn_tickets
    JOIN pawnshops ON pawnshops.institution = pawn_tickets.institution
    WHERE pawn_tickets.pawned_day <= $to_day
),
tickets AS (
    -- exact: no ticket older than this falls due, is paid back or counts as cash in a window of the range
    SELECT * FROM ledger
    WHERE is_new = 1
      AND pawned_day >= $from_day - 2 * $window_days - $payout_days - $back_days - $storage_days
),
accounts AS (
    SELECT DISTINCT pawnshops.institution, entities.canonical_key, entities.institution AS bank, entities.is_reported,
           entities.account_role
    FROM pawnshops
    JOIN entities ON entities.party_key = pawnshops.party_key
),
banks AS (
    SELECT DISTINCT institution, bank FROM accounts WHERE is_reported
),
bank_counts AS (
    SELECT institution, count(*) AS banks FROM banks GROUP BY institution
),
hidden AS (
    SELECT DISTINCT accounts.institution
    FROM accounts
    LEFT JOIN accounts AS reported ON reported.institution = accounts.institution
        AND reported.canonical_key = accounts.canonical_key AND reported.is_reported
    WHERE accounts.account_role <> 'settlement' AND reported.canonical_key IS NULL
),
covered AS (
    SELECT banks.institution, coverage.day
    FROM banks
    JOIN bank_counts ON bank_counts.institution = banks.institution
    JOIN coverage ON coverage.institution = banks.bank AND coverage.status <> 'missing'
    LEFT JOIN hidden ON hidden.institution = banks.institution
    WHERE hidden.institution IS NULL
      AND coverage.day BETWEEN $from_day - 2 * $window_days - $payout_days - $back_days - $storage_days AND $to_day
    GROUP BY banks.institution, coverage.day, bank_counts.banks
    HAVING count(*) = bank_counts.banks
),
covered_tickets AS (
    SELECT tickets.record_id
    FROM tickets
    JOIN covered ON covered.institution = tickets.institution
        AND covered.day BETWEEN tickets.pawned_day AND tickets.pawned_day + $payout_days
    WHERE tickets.method = 'transfer' AND tickets.pawner IS NOT NULL
    GROUP BY tickets.record_id
    HAVING count(*) = $payout_days + 1
),
pawners AS (
    SELECT DISTINCT tickets.group_key, tickets.pawner, entities.group_key AS person_group
    FROM tickets
    JOIN entities ON entities.party_token = tickets.customer_token
    UNION
    SELECT DISTINCT tickets.group_key, tickets.pawner, entities.group_key
    FROM tickets
    JOIN entities ON entities.party_token IS NULL AND entities.party_name = tickets.customer_name
),
moves AS (
    SELECT transfers.from_group AS group_key, transfers.to_group AS person_group, 0 AS is_back, transfers.day,
           transfers.amount_cny, transfers.to_kind AS kind, transfers.from_party AS own_party, transfers.transfer_id,
           transfers.out_record, transfers.in_record
    FROM transfers
    JOIN (SELECT DISTINCT group_key FROM pawnshops) AS payers ON payers.group_key = transfers.from_group
    WHERE transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - 2 * $window_days - $payout_days - $back_days - $storage_days AND $to_day
    UNION ALL
    SELECT transfers.to_group, transfers.from_group, 1, transfers.day, transfers.amount_cny, transfers.from_kind,
           transfers.to_party, transfers.transfer_id, transfers.out_record, transfers.in_record
    FROM transfers
    JOIN (SELECT DISTINCT group_key FROM pawnshops) AS payees ON payees.group_key = transfers.to_group
    WHERE transfers.from_group <> transfers.to_group
      AND transfers.day BETWEEN $from_day - 2 * $window_days - $payout_days - $back_days - $storage_days AND $to_day
),
promised AS (
    SELECT group_key, pawner, pawned_day, CAST(sum(principal) AS BIGINT) AS principal
    FROM tickets
    WHERE method = 'transfer' AND pawner IS NOT NULL
    GROUP BY group_key, pawner, pawned_day
),
payouts AS (
    SELECT promised.group_key, promised.pawner, promised.pawned_day, promised.principal, min(moves.day) AS first_day,
           CAST(COALESCE(sum(moves.amount_cny), 0) AS BIGINT) AS paid, count(*) - count(moves.amount_cny) AS unvalued
    FROM promised
    JOIN pawners ON pawners.group_key = promised.group_key AND pawners.pawner = promised.pawner
    JOIN moves ON moves.group_key = promised.group_key AND moves.person_group = pawners.person_group
        AND moves.is_back = 0 AND moves.day BETWEEN promised.pawned_day AND promised.pawned_day + $payout_days
    GROUP BY promised.group_key, promised.pawner, promised.pawned_day, promised.principal
),
opaque AS (
    SELECT DISTINCT promised.group_key, promised.pawner, promised.pawned_day
    FROM promised
    JOIN moves ON moves.group_key = promised.group_key AND moves.is_back = 0
        AND (moves.kind = 'clearing' OR (moves.person_group = 0 AND moves.kind NOT IN ('cash', 'bank')))
        AND moves.day BETWEEN promised.pawned_day AND promised.pawned_day + $payout_days
        AND (moves.amount_cny IS NULL
             OR moves.amount_cny BETWEEN CAST($min_paid_share * promised.principal AS BIGINT) AND promised.principal)
),
unpaid AS (
    SELECT tickets.group_key, tickets.record_id, tickets.pawned_day + $payout_days AS day, tickets.principal
    FROM tickets
    JOIN covered_tickets ON covered_tickets.record_id = tickets.record_id
    LEFT JOIN payouts ON payouts.group_key = tickets.group_key AND payouts.pawner = tickets.pawner
        AND payouts.pawned_day = tickets.pawned_day
    LEFT JOIN opaque ON opaque.group_key = tickets.group_key AND opaque.pawner = tickets.pawner
        AND opaque.pawned_day = tickets.pawned_day
    WHERE opaque.pawner IS NULL AND COALESCE(payouts.unvalued, 0) = 0
      AND (payouts.paid IS NULL OR payouts.paid < $min_paid_share * payouts.principal)
),
back_days AS (
    SELECT payouts.group_key, payouts.pawner, payouts.pawned_day, payouts.principal, payouts.first_day, moves.day,
           CAST(sum(sum(moves.amount_cny)) OVER (
               PARTITION BY payouts.group_key, payouts.pawner, payouts.pawned_day ORDER BY moves.day
               ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
           ) AS BIGINT) AS back
    FROM payouts
    JOIN pawners ON pawners.group_key = payouts.group_key AND pawners.pawner = payouts.pawner
    JOIN moves ON moves.group_key = payouts.group_key AND moves.person_group = pawners.person_group
        AND moves.is_back = 1 AND moves.day BETWEEN payouts.first_day AND payouts.first_day + $back_days
    GROUP BY payouts.group_key, payouts.pawner, payouts.pawned_day, payouts.principal, payouts.first_day, moves.day
),
hands AS (
    -- who is in a redemption: the pawner, the recorded redeemer, the holder of the paying account
    SELECT ledger.record_id, entities.group_key AS person_group
    FROM ledger
    JOIN entities ON entities.party_token = ledger.customer_token
    WHERE ledger.redeemed_day BETWEEN $from_day - 2 * $window_days - $payout_days - 2 * $back_days AND $to_day
    UNION
    SELECT ledger.record_id, entities.group_key
    FROM ledger
    JOIN entities ON entities.party_token = ledger.redeemer_token
    WHERE ledger.redeemed_day BETWEEN $from_day - 2 * $window_days - $payout_days - 2 * $back_days AND $to_day
    UNION
    SELECT ledger.record_id, entities.group_key
    FROM ledger
    JOIN entities ON entities.account_key = ledger.redeemer_account_key
    WHERE ledger.redeemed_day BETWEEN $from_day - 2 * $window_days - $payout_days - 2 * $back_days AND $to_day
    UNION
    SELECT ledger.record_id, entities.group_key
    FROM ledger
    JOIN entities ON entities.party_token IS NULL AND entities.party_name = ledger.customer_name
    WHERE ledger.redeemed_day BETWEEN $from_day - 2 * $window_days - $payout_days - 2 * $back_days AND $to_day
),
redeemed AS (
    SELECT group_key, pawner, pawned_day, day, CAST(sum(principal) AS BIGINT) AS principal
    FROM (
        SELECT DISTINCT back_days.group_key, back_days.pawner, back_days.pawned_day, back_days.day, ledger.record_id,
               ledger.principal
        FROM back_days
        JOIN pawners ON pawners.group_key = back_days.group_key AND pawners.pawner = back_days.pawner
        JOIN hands ON hands.person_group = pawners.person_group
        JOIN ledger ON ledger.record_id = hands.record_id AND ledger.group_key = back_days.group_key
            AND ledger.redeemed_day BETWEEN back_days.first_day - $back_days AND back_days.day
    ) AS redemptions
    GROUP BY group_key, pawner, pawned_day, day
),
returned AS (
    SELECT tickets.group_key, tickets.record_id, back_days.day, tickets.principal, back_days.pawner,
           back_days.first_day
    FROM back_days
    JOIN tickets ON tickets.group_key = back_days.group_key AND tickets.pawner = back_days.pawner
        AND tickets.pawned_day = back_days.pawned_day AND tickets.method = 'transfer'
    LEFT JOIN redeemed ON redeemed.group_key = back_days.group_key AND redeemed.pawner = back_days.pawner
        AND redeemed.pawned_day = back_days.pawned_day AND redeemed.day = back_days.day
    WHERE back_days.back - 1.5 * COALESCE(redeemed.principal, 0) >= $min_back_share * back_days.principal
),
goods AS (
    SELECT institution, ticket_no, min(moved_day) AS moved_day
    FROM pawn_items
    WHERE movement = 'in' AND moved_day <= $to_day
    GROUP BY institution, ticket_no
),
movement_days AS (
    SELECT DISTINCT institution, moved_day FROM pawn_items WHERE moved_day <= $to_day
),
goods_since AS (
    SELECT institution, min(moved_day) AS first_day FROM movement_days GROUP BY institution
),
stored AS (
    SELECT tickets.record_id, max(goods.moved_day) AS moved_day,
           max(CASE WHEN movement_days.moved_day IS NOT NULL AND goods_since.first_day <= tickets.pawned_day
                    THEN 1 ELSE 0 END) AS is_kept
    FROM tickets
    LEFT JOIN goods_since ON goods_since.institution = tickets.institution
    LEFT JOIN goods ON goods.institution = tickets.institution AND goods.ticket_no = tickets.ticket_no
    LEFT JOIN movement_days ON movement_days.institution = tickets.institution
        AND movement_days.moved_day BETWEEN tickets.pawned_day AND tickets.pawned_day + $storage_days
    WHERE tickets.item_class = 'movable'
    GROUP BY tickets.record_id
),
unstored AS (
    SELECT tickets.group_key, tickets.record_id, tickets.pawned_day + $storage_days AS day, tickets.principal
    FROM tickets
    JOIN stored ON stored.record_id = tickets.record_id AND stored.is_kept = 1
    WHERE stored.moved_day IS NULL OR stored.moved_day > tickets.pawned_day + $storage_days
),
defects AS (
    SELECT group_key, record_id, day, principal, 'unpaid' AS kind FROM unpaid
    UNION ALL
    SELECT group_key, record_id, day, principal, 'returned' FROM returned
    UNION ALL
    SELECT group_key, record_id, day, principal, 'unstored' FROM unstored
),
withdrawn AS (
    SELECT moves.group_key, moves.day, CAST(COALESCE(sum(moves.amount_cny), 0) AS BIGINT) AS amount
    FROM moves
    JOIN (SELECT DISTINCT party_key FROM pawnshops) AS own ON own.party_key = moves.own_party
    WHERE moves.is_back = 0 AND moves.kind = 'cash'
    GROUP BY moves.group_key, moves.day
),
evenings AS (
    SELECT group_key, day AS end_day FROM defects
    UNION
    SELECT group_key, day FROM withdrawn
    UNION
    SELECT group_key, pawned_day FROM tickets WHERE method = 'cash'
    UNION
    SELECT group_key, pawned_day + $payout_days FROM tickets
),
asked AS (
    SELECT group_key, end_day FROM evenings WHERE end_day BETWEEN $from_day AND $to_day
),
paid_by AS (
    -- the ledger's payouts of the window by method; cash with goods, or too young to have been stored
    SELECT asked.group_key, asked.end_day,
           CAST(sum(CASE WHEN tickets.method = 'cash' THEN tickets.principal ELSE 0 END) AS BIGINT) AS cash,
           CAST(sum(CASE WHEN tickets.method = 'transfer' THEN tickets.principal ELSE 0 END) AS BIGINT) AS transferred,
           CAST(sum(CASE
               WHEN tickets.method = 'cash' AND (
                   tickets.item_class <> 'movable' OR stored.moved_day <= asked.end_day
                   OR tickets.pawned_day > asked.end_day - $storage_days)
               THEN tickets.principal ELSE 0 END) AS BIGINT) AS backed,
           CAST(max(CASE WHEN tickets.method = 'cash' AND tickets.pawned_day = asked.end_day THEN 1 ELSE 0 END) AS BIGINT)
               AS is_cash_day
    FROM asked
    JOIN tickets ON tickets.group_key = asked.group_key
        AND tickets.pawned_day BETWEEN asked.end_day - $window_days + 1 AND asked.end_day
    LEFT JOIN stored ON stored.record_id = tickets.record_id
    GROUP BY asked.group_key, asked.end_day
),
taken AS (
    SELECT asked.group_key, asked.end_day, CAST(sum(withdrawn.amount) AS BIGINT) AS amount,
           max(withdrawn.day) AS last_day
    FROM asked
    JOIN withdrawn ON withdrawn.group_key = asked.group_key
        AND withdrawn.day BETWEEN asked.end_day - $window_days + 1 AND asked.end_day
    GROUP BY asked.group_key, asked.end_day
),
tills AS (
    SELECT asked.group_key, asked.end_day, CAST(sum(ledger.principal) AS BIGINT) AS amount
    FROM asked
    JOIN ledger ON ledger.group_key = asked.group_key AND ledger.redeemer_account_key IS NULL
        AND ledger.redeemed_day BETWEEN asked.end_day - $window_days + 1 AND asked.end_day
    GROUP BY asked.group_key, asked.end_day
),
covered_windows AS (
    -- withdrawals can be told from none only where the whole window is covered
    SELECT asked.group_key, asked.end_day, count(DISTINCT pawnshops.institution) AS firms, count(covered.day) AS days
    FROM asked
    JOIN pawnshops ON pawnshops.group_key = asked.group_key
    LEFT JOIN covered ON covered.institution = pawnshops.institution
        AND covered.day BETWEEN asked.end_day - $window_days + 1 AND asked.end_day
    GROUP BY asked.group_key, asked.end_day
),
volumes AS (
    SELECT asked.group_key, asked.end_day,
           GREATEST(COALESCE(paid_by.cash, 0), COALESCE(taken.amount, 0)) AS cash,
           COALESCE(paid_by.transferred, 0) AS transferred,
           GREATEST(
               COALESCE(paid_by.cash, 0) - COALESCE(taken.amount, 0) - COALESCE(tills.amount, 0),
               COALESCE(taken.amount, 0) - COALESCE(paid_by.backed, 0), 0
           ) AS unmatched,
           CASE WHEN COALESCE(paid_by.is_cash_day, 0) = 1 OR taken.last_day = asked.end_day THEN 1 ELSE 0 END AS is_cash_day,
           CASE WHEN covered_windows.days >= covered_windows.firms * $window_days THEN 1 ELSE 0 END AS is_covered
    FROM asked
    JOIN covered_windows ON covered_windows.group_key = asked.group_key AND covered_windows.end_day = asked.end_day
    LEFT JOIN paid_by ON paid_by.group_key = asked.group_key AND paid_by.end_day = asked.end_day
    LEFT JOIN taken ON taken.group_key = asked.group_key AND taken.end_day = asked.end_day
    LEFT JOIN tills ON tills.group_key = asked.group_key AND tills.end_day = asked.end_day
),
heavy AS (
    SELECT group_key, end_day, cash, is_covered,
           CAST(cash AS DOUBLE) / (cash + transferred) AS cash_share, CAST(unmatched AS DOUBLE) / cash AS cash_gap,
           LEAST(CAST(cash AS DOUBLE) / $min_cash,
                 CAST(cash AS DOUBLE) / (cash + transferred) / $min_cash_share) AS reach
    FROM volumes
    WHERE is_cash_day = 1 AND cash >= $min_cash AND cash >= $min_cash_share * (cash + transferred)
),
mismatched AS (
    SELECT asked.group_key, asked.end_day, count(DISTINCT defects.record_id) AS ticket_count,
           count(DISTINCT CASE WHEN defects.kind = 'unpaid' THEN defects.record_id END) AS unpaid_tickets,
           count(DISTINCT CASE WHEN defects.kind = 'returned' THEN defects.record_id END) AS returned_tickets,
           count(DISTINCT CASE WHEN defects.kind = 'unstored' THEN defects.record_id END) AS unstored_tickets,
           max(defects.day) AS last_day
    FROM asked
    JOIN defects ON defects.group_key = asked.group_key
        AND defects.day BETWEEN asked.end_day - $window_days + 1 AND asked.end_day
    GROUP BY asked.group_key, asked.end_day
),
principals AS (
    SELECT group_key, end_day, CAST(sum(principal) AS BIGINT) AS principal
    FROM (
        SELECT DISTINCT asked.group_key, asked.end_day, defects.record_id, defects.principal
        FROM asked
        JOIN defects ON defects.group_key = asked.group_key
            AND defects.day BETWEEN asked.end_day - $window_days + 1 AND asked.end_day
    ) AS once
    GROUP BY group_key, end_day
),
due AS (
    -- the tickets that fall due on the evening: how many can be judged, and whether the firm keeps a goods ledger
    SELECT tickets.group_key, tickets.pawned_day + $payout_days AS end_day,
           CAST(sum(CASE WHEN tickets.method = 'cash' OR covered_tickets.record_id IS NOT NULL THEN 1 ELSE 0 END) AS DOUBLE)
               / count(*) AS known_share,
           max(CASE WHEN movement_days.moved_day IS NULL THEN 1 ELSE 0 END) AS is_unkept
    FROM tickets
    LEFT JOIN covered_tickets ON covered_tickets.record_id = tickets.record_id
    LEFT JOIN (
        SELECT tickets.record_id, max(movement_days.moved_day) AS moved_day
        FROM tickets
        JOIN movement_days ON movement_days.institution = tickets.institution
            AND movement_days.moved_day BETWEEN tickets.pawned_day + $payout_days - $window_days + 1
                AND tickets.pawned_day + $payout_days
        GROUP BY tickets.record_id
    ) AS movement_days ON movement_days.record_id = tickets.record_id
    WHERE tickets.pawned_day + $payout_days BETWEEN $from_day AND $to_day
    GROUP BY tickets.group_key, tickets.pawned_day
),
judged AS (
    SELECT asked.group_key, asked.end_day, COALESCE(mismatched.ticket_count, 0) AS ticket_count,
           COALESCE(mismatched.unpaid_tickets, 0) AS unpaid_tickets,
           COALESCE(mismatched.returned_tickets, 0) AS returned_tickets,
           COALESCE(mismatched.unstored_tickets, 0) AS unstored_tickets,
           COALESCE(principals.principal, 0) AS principal, heavy.cash AS cash_amount, heavy.cash_share, heavy.cash_gap,
           GREATEST(
               CASE WHEN mismatched.last_day = asked.end_day AND mismatched.ticket_count >= $min_tickets
                    THEN CAST(mismatched.ticket_count AS DOUBLE) / $min_tickets ELSE 0 END,
               CASE WHEN heavy.is_covered = 1 AND heavy.cash_gap > $max_receipt_gap THEN heavy.reach ELSE 0 END
           ) AS reach,
           CASE WHEN due.known_share < 0.3 OR due.is_unkept = 1 OR heavy.is_covered = 0 THEN 1 ELSE 0 END AS is_unknown
    FROM asked
    LEFT JOIN mismatched ON mismatched.group_key = asked.group_key AND mismatched.end_day = asked.end_day
    LEFT JOIN principals ON principals.group_key = asked.group_key AND principals.end_day = asked.end_day
    LEFT JOIN heavy ON heavy.group_key = asked.group_key AND heavy.end_day = asked.end_day
    LEFT JOIN due ON due.group_key = asked.group_key AND due.end_day = asked.end_day
),
hits AS (
    SELECT 'group' AS subject_kind, group_key AS subject_id, end_day - $window_days + 1 AS window_from,
           end_day AS window_to,
           CASE WHEN reach > 0 AND reach >= $min_reach THEN 'high' ELSE 'not_enough_data' END AS severity,
           reach, ticket_count, unpaid_tickets, returned_tickets, unstored_tickets, principal, cash_amount, cash_share,
           cash_gap
    FROM judged
    WHERE (reach > 0 AND reach >= $min_reach) OR is_unknown = 1
),
money_back AS (
    SELECT hits.subject_id, hits.window_to, moves.out_record, moves.in_record
    FROM hits
    JOIN returned ON returned.group_key = hits.subject_id AND returned.day BETWEEN hits.window_from AND hits.window_to
    JOIN pawners ON pawners.group_key = returned.group_key AND pawners.pawner = returned.pawner
    JOIN moves ON moves.group_key = returned.group_key AND moves.person_group = pawners.person_group
        AND moves.is_back = 1 AND moves.day BETWEEN returned.first_day AND returned.day
    WHERE hits.severity <> 'not_enough_data'
),
proof AS (
    SELECT hits.subject_id, hits.window_to, 'pawn_tickets' AS record_kind, defects.record_id, defects.kind AS role
    FROM hits
    JOIN defects ON defects.group_key = hits.subject_id AND defects.day BETWEEN hits.window_from AND hits.window_to
    WHERE hits.severity <> 'not_enough_data'
    UNION
    SELECT subject_id, window_to, 'transactions', out_record, 'money_back' FROM money_back WHERE out_record IS NOT NULL
    UNION
    SELECT subject_id, window_to, 'transactions', in_record, 'money_back' FROM money_back WHERE in_record IS NOT NULL
    UNION
    SELECT hits.subject_id, hits.window_to, 'pawn_tickets', tickets.record_id, 'paid_in_cash'
    FROM hits
    JOIN tickets ON tickets.group_key = hits.subject_id AND tickets.method = 'cash'
        AND tickets.pawned_day BETWEEN hits.window_from AND hits.window_to
    WHERE hits.severity <> 'not_enough_data' AND hits.cash_gap > $max_receipt_gap
    UNION
    SELECT hits.subject_id, hits.window_to, 'transactions', moves.out_record, 'cash_withdrawn'
    FROM hits
    JOIN moves ON moves.group_key = hits.subject_id AND moves.is_back = 0 AND moves.kind = 'cash'
        AND moves.day BETWEEN hits.window_from AND hits.window_to
    JOIN (SELECT DISTINCT party_key FROM pawnshops) AS own ON own.party_key = moves.own_party
    WHERE hits.severity <> 'not_enough_data' AND hits.cash_gap > $max_receipt_gap AND moves.out_record IS NOT NULL
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity, proof.record_kind,
       proof.record_id, proof.role, hits.reach, hits.ticket_count, hits.unpaid_tickets, hits.returned_tickets,
       hits.unstored_tickets, hits.principal, hits.cash_amount, hits.cash_share, hits.cash_gap
FROM hits
JOIN proof ON proof.subject_id = hits.subject_id AND proof.window_to = hits.window_to
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'none' AS record_kind, 0 AS record_id,
       'none' AS role, reach, ticket_count, unpaid_tickets, returned_tickets, unstored_tickets, principal, cash_amount,
       cash_share, cash_gap
FROM hits
WHERE severity = 'not_enough_data'
