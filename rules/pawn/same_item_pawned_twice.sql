/* ---
id: same_item_pawned_twice
code: P01
version: 1
name: {zh: 一物多当, en: One item on several pawn tickets}
sectors: [pawn]
severity: high
window_days: 180
lookback_days: 400
opens_alert: true
reads: [firms, pawn_tickets]
requires: [pawn_tickets]
claim:
  zh: "同一当物同时在 {open_tickets} 张未结当票上；{window_days} 日内由 {pawner_count} 名不同当户先后典当；涉及 {item_count} 件当物、未结当金 {principal} 元，其中他行当票 {other_firm_tickets} 张"
  en: "One item is on {open_tickets} open tickets at once; within {window_days} days {pawner_count} different persons pawned it; {item_count} items, {principal} CNY outstanding on them, {other_firm_tickets} of the tickets at other firms"
explanation:
  zh: >-
    以车架号、权属证号、序列号、鉴定证书号等唯一标识比对全市典当行的当票。当物入当后由典当行占有或登记，同一当物不应同时在两张未结当票上，
    也难以在短期内由多名不同的人先后入当。续当沿用原当票号，合为一笔，不重复计。
  en: >-
    Tickets of all pawn firms are compared by what identifies the item: vehicle number, title, serial, certificate. A pawned item is
    held or registered by the firm, so it cannot be on two open tickets, nor will several persons pawn it in turn within a short time.
    Renewals carry the original ticket's number and are one pledge.
legal_basis:
  - {text: 《典当管理办法》（商务部、公安部令2005年第8号）第三条、第二十六条（上线前核对）, valid_from: 2005-04-01, valid_to: null}
  - {text: 《防范和处置非法集资条例》（国务院令第737号）第八条、第十二条, valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 续当换票而未填原当票号且原票仍记在当；同一房产依法设立顺位抵押；证书号填成鉴定机构名称或型号；二手商品先后由不同买家入当。
  en: A renewal on a new ticket without the original number while the old one stays open; lawful second mortgages of one property; the laboratory or the model entered in place of the certificate number; second-hand goods pawned by one buyer after another.
blind_spots:
  zh: 没有唯一标识也没有重量与记号的当物；各行标识写法不同或故意改写；同一标识超过 max_tickets 张当票的视为填写套话，不作比对；未报送台账的典当行。
  en: Items without any mark, or with a mark but no weight where the mark is short; marks altered on purpose; a mark on more than max_tickets tickets is taken for boilerplate and not compared; firms that report no ledger.
no_data:
  zh: 该典当行窗口内当票的唯一标识大多缺失，无从比对
  en: most tickets of the window carry no identifying mark, so items cannot be compared
parameters:
  min_open: {value: 2, unit: count, min: 2, max: 20, why: 当物由典当行占有，第二张未结当票即不应出现}
  min_pawners: {value: 3, unit: persons, min: 2, max: 20, why: 半年内三名不同的人典当同一件当物，难以用转手解释}
  min_reach: {value: 1, unit: ratio, min: 0.5, max: 20, why: 未结张数或不同人数任一达到界线的倍数}
  min_mark_length: {value: 6, unit: count, min: 3, max: 20, why: 六位以下的编号不足以单独识别一件当物，须与类别、重量一并比对}
  max_tickets: {value: 20, unit: count, min: 2, max: 1000, why: 二十张以上共用的是机构名或型号，不是一件当物}
measures:
  reach: {unit: ratio, zh: 达到界线的倍数（未结张数或人数较高者）, en: "times the line (open tickets or persons, the higher)", threshold: min_reach, full: 2}
  open_tickets: {unit: count, zh: 同一当物未结当票, en: open tickets on one item}
  pawner_count: {unit: persons, zh: 先后典当的不同当户, en: different pawners of one item}
  item_count: {unit: count, zh: 涉及当物, en: items}
  principal: {unit: CNY, zh: 未结当金, en: principal outstanding}
  other_firm_tickets: {unit: count, zh: 他行当票, en: tickets of other firms}
--- */
-- How the definition is read
-- * The subject is the control group of the firm that writes a new ticket on an item already pledged: it could have
--   compared the mark, and it is whom the regulator can ask. A firm that lent first and honestly is not the subject
--   but its ticket is evidence.
-- * Fingerprint: the mark in capitals without separators and without a leading word for "number"; from
--   min_mark_length characters on it stands alone, a shorter one only together with class, name and weight ("category
--   + weight + marks"). Without any mark nothing is compared: necklaces agree in weight by chance. Words that mean
--   "none", and one character repeated, are no mark.
-- * Renewals: tickets joined by the original ticket's number (followed over up to eight renewals) are one pledge; its
--   latest ticket says how it stands. A ticket marked renewed is closed too once the same pawner has a later ticket
--   on the item at the same firm, for ledgers that leave the original number out.
-- * Open on an evening: written, not redeemed up to then, and not forfeited (a forfeited ticket ends five days after
--   its due date). The state is told by the days, not by the status column, which knows more than the evening did.
-- * "By different persons": at least min_pawners different pawners (token, else name) among pledges begun in the
--   window. OR with the open tickets: the graver quotient is "reach".
-- * Not enough data: under 30 % of the firm's tickets of the window can be compared (the share of the whole catalogue)
--   and nothing was found. A pair that is found stands, however few tickets have a mark.
-- * Fires on the day of a new ticket that is no renewal; redemptions and renewals cannot make the rule fire.
WITH ledger AS (
    SELECT firms.group_key, pawn_tickets.institution, pawn_tickets.record_id, pawn_tickets.ticket_no,
           COALESCE(NULLIF(pawn_tickets.original_ticket_no, ''), pawn_tickets.ticket_no) AS root,
           COALESCE(pawn_tickets.customer_token, 'name|' || pawn_tickets.customer_name, 'ticket|' || pawn_tickets.ticket_no)
               AS pawner,
           pawn_tickets.item_class || '|' || COALESCE(replace(pawn_tickets.item_name, ' ', ''), '') AS category,
           COALESCE(pawn_tickets.weight_mg, 0) AS weight_mg,
           regexp_replace(
               regexp_replace(upper(COALESCE(pawn_tickets.item_mark, '')), '[^0-9A-Z一-龥]', '', 'g'),
               '^(车架号|证书编号|证书号|权证号|证号|序列号|编号|VIN|SN)', ''
           ) AS mark,
           pawn_tickets.principal, pawn_tickets.pawned_day, pawn_tickets.status,
           COALESCE(pawn_tickets.redeemed_day, 9999999) AS redeemed_day,
           COALESCE(DATEDIFF('day', DATE '1970-01-01', pawn_tickets.due_on) + 5, 9999999) AS lapsed_day
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
tickets AS (
    SELECT ledger.group_key, ledger.institution, ledger.record_id, ledger.ticket_no, roots.root, ledger.pawner,
           ledger.principal, ledger.pawned_day, ledger.status, ledger.redeemed_day, ledger.lapsed_day,
           CASE
               WHEN ledger.mark = '' OR replace(ledger.mark, substr(ledger.mark, 1, 1), '') = ''
                   OR ledger.mark IN ('不详', '未知', '暂无', '无标识', '无编号', '无证书', 'NONE', 'NULL', 'NA',
                                      '123456', '12345678')
               THEN NULL
               WHEN length(ledger.mark) >= $min_mark_length THEN ledger.mark
               WHEN ledger.weight_mg > 0
               THEN ledger.category || '|' || CAST(ledger.weight_mg AS TEXT) || '|' || ledger.mark
           END AS print
    FROM ledger
    JOIN roots ON roots.institution = ledger.institution AND roots.ticket_no = ledger.ticket_no
),
written AS (
    SELECT group_key, pawned_day AS end_day, print
    FROM tickets
    WHERE root = ticket_no AND pawned_day BETWEEN $from_day AND $to_day
),
questions AS (
    SELECT DISTINCT group_key, end_day, print FROM written WHERE print IS NOT NULL
),
seen AS (
    -- what an evening knows of the item, in every firm; exact: only items with a new ticket on that day are asked for
    SELECT questions.group_key, questions.end_day, questions.print, tickets.group_key AS firm_group,
           tickets.institution, tickets.record_id, tickets.root, tickets.pawner, tickets.principal,
           tickets.pawned_day, tickets.status, tickets.redeemed_day, tickets.lapsed_day,
           row_number() OVER (
               PARTITION BY questions.group_key, questions.end_day, questions.print, tickets.institution, tickets.root
               ORDER BY tickets.pawned_day DESC, tickets.record_id
           ) AS place,
           min(tickets.pawned_day) OVER (
               PARTITION BY questions.group_key, questions.end_day, questions.print, tickets.institution, tickets.root
           ) AS begun_day,
           max(tickets.pawned_day) OVER (
               PARTITION BY questions.group_key, questions.end_day, questions.print, tickets.institution, tickets.pawner
           ) AS latest_day
    FROM questions
    JOIN tickets ON tickets.print = questions.print AND tickets.pawned_day <= questions.end_day
),
pledges AS (
    SELECT group_key, end_day, print, firm_group, institution, record_id, pawner, principal, begun_day,
           CASE
               WHEN redeemed_day <= end_day THEN 0
               WHEN status = 'forfeited' AND lapsed_day < end_day THEN 0
               WHEN status = 'renewed' AND latest_day > pawned_day THEN 0
               ELSE 1
           END AS is_open
    FROM seen
    WHERE place = 1
),
items AS (
    SELECT group_key, end_day, print, CAST(sum(is_open) AS BIGINT) AS open_tickets,
           count(DISTINCT CASE WHEN begun_day > end_day - $window_days THEN pawner END) AS pawner_count,
           CAST(sum(CASE WHEN is_open = 1 THEN principal ELSE 0 END) AS BIGINT) AS principal,
           CAST(sum(CASE WHEN firm_group <> group_key AND is_open = 1 THEN 1 ELSE 0 END) AS BIGINT)
               AS other_firm_tickets,
           GREATEST(
               CAST(sum(is_open) AS DOUBLE) / $min_open,
               CAST(count(DISTINCT CASE WHEN begun_day > end_day - $window_days THEN pawner END) AS DOUBLE)
                   / $min_pawners
           ) AS reach
    FROM pledges
    GROUP BY group_key, end_day, print
    HAVING count(*) <= $max_tickets
),
repeated AS (
    SELECT group_key, end_day, print, open_tickets, pawner_count, principal, other_firm_tickets, reach
    FROM items
    WHERE reach >= $min_reach
),
evenings AS (
    SELECT DISTINCT group_key, end_day FROM written
),
known AS (
    SELECT evenings.group_key, evenings.end_day,
           CAST(sum(CASE WHEN tickets.print IS NOT NULL THEN 1 ELSE 0 END) AS DOUBLE) / count(*) AS known_share
    FROM evenings
    JOIN tickets ON tickets.group_key = evenings.group_key
        AND tickets.pawned_day BETWEEN evenings.end_day - $window_days + 1 AND evenings.end_day
    GROUP BY evenings.group_key, evenings.end_day
),
sums AS (
    SELECT group_key, end_day, max(reach) AS reach, max(open_tickets) AS open_tickets,
           max(pawner_count) AS pawner_count, count(*) AS item_count, CAST(sum(principal) AS BIGINT) AS principal,
           CAST(sum(other_firm_tickets) AS BIGINT) AS other_firm_tickets
    FROM repeated
    GROUP BY group_key, end_day
),
hits AS (
    SELECT 'group' AS subject_kind, known.group_key AS subject_id, known.end_day - $window_days + 1 AS window_from,
           known.end_day AS window_to,
           CASE WHEN sums.reach IS NOT NULL THEN 'high' ELSE 'not_enough_data' END AS severity,
           sums.reach, sums.open_tickets, sums.pawner_count, sums.item_count, sums.principal, sums.other_firm_tickets
    FROM known
    LEFT JOIN sums ON sums.group_key = known.group_key AND sums.end_day = known.end_day
    WHERE sums.reach IS NOT NULL OR known.known_share < 0.3
)
SELECT hits.subject_kind, hits.subject_id, hits.window_from, hits.window_to, hits.severity,
       'pawn_tickets' AS record_kind, pledges.record_id,
       CASE WHEN pledges.is_open = 1 THEN 'open_ticket' ELSE 'earlier_ticket' END AS role,
       hits.reach, hits.open_tickets, hits.pawner_count, hits.item_count, hits.principal, hits.other_firm_tickets
FROM hits
JOIN repeated ON repeated.group_key = hits.subject_id AND repeated.end_day = hits.window_to
JOIN pledges ON pledges.group_key = repeated.group_key AND pledges.end_day = repeated.end_day
    AND pledges.print = repeated.print
WHERE hits.severity <> 'not_enough_data'
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'none' AS record_kind, 0 AS record_id,
       'none' AS role, reach, open_tickets, pawner_count, item_count, principal, other_firm_tickets
FROM hits
WHERE severity = 'not_enough_data'
