/* ---
id: public_to_private
code: T16
version: 2
name:
  zh: 公转私
  en: From a firm's accounts to private accounts
sectors: [bank, micro_loan, guarantee, pawn]
severity: high
window_days: 30
lookback_days: 430
opens_alert: true
reads: [entities, firms, guarantee_deposits, pair_day, pawn_tickets, reference_caps, reference_lexicon, relationships, remark_terms, transfers]
requires: [transfers]
claim:
  zh: "{window_days} 日内单位账户付给 {payee_count} 名自然人共 {person_out} 元，占单位全部转出的 {person_share}，未见放款、当票、退保证金、按月工资或完税分红的说明"
  en: "Within {window_days} days the firm's accounts paid {payee_count} people {person_out} yuan, {person_share} of all that the firm paid out, without a loan, a pawn ticket, a deposit refund, monthly wages or a taxed dividend to explain it"
explanation:
  zh: 经营单位的钱多付给供货商、税务和职工；大部分转到私人账户而看不出用途，常见于套取资金、向出资人付息或虚开。已有台账、完税记录或按月发薪历史能说明的付款先行扣除；新近的工资、收购款、劳务平台由排除规则另行判断。
  en: A trading firm pays suppliers, taxes and staff. Where most of its money goes to private accounts with no purpose shown, funds may be drawn off, investors paid or invoices sold. What the books, a tax entry or a history of monthly wages explain is left out first; recent wages, farm purchases and labour platforms are weighed by the suppressors.
no_data:
  zh: 有交易无法折算人民币，或转出金额中收款方性质已知的不足三成，占比无从判断
  en: some transfers have no value in CNY, or for less than a third of the money the kind of payee is known, so the share cannot be judged
legal_basis:
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第十三条第三项", valid_from: 2021-05-01, valid_to: null}
  - {text: "《人民币银行结算账户管理办法》（中国人民银行令〔2003〕第5号）第四十条、第四十二条", valid_from: 2003-09-01, valid_to: null}
false_positives:
  zh: 新员工工资、劳务报酬、农产品收购与合作社分配、已代扣个人所得税的分红、归还股东借款
  en: wages of new staff, labour pay, purchases from farmers and co-operative distributions, dividends with tax withheld, repaid shareholder loans
blind_spots:
  zh: 以工资名义按月付给从未付入的人；先转到实际控制人（同一控制组）再付给他人的，只在其他规则中可见；经支付机构付给个人的收款人不可见；分红当日尚未缴税的暂时命中
  en: monthly payments called wages to people who never paid in; money that first moves to the controller (same group) is left to other rules; payees behind payment firms are not seen; a dividend whose tax is paid later fires until then
parameters:
  min_person_out: {value: 500000, unit: CNY, min: 50000, max: 50000000, why: 自然人转账的大额报告标准}
  min_payees: {value: 10, unit: persons, min: 3, max: 500, why: 十个个人收款方已超出股东及其家人}
  min_scale: {value: 1, unit: ratio, min: 1, max: 20, why: 等于一即恰好达到上面两条之一}
  min_person_share: {value: 0.5, unit: share, min: 0.1, max: 1.0, why: 经营中的单位大部分资金付给单位和税务}
  min_wage_days: {value: 2, unit: days, min: 1, max: 3, why: 此前已有两次按月发薪，本次才算固定工资；头两个月由排除规则判断}
  payin_days: {value: 400, unit: days, min: 30, max: 3650, why: 向前查看收款人是否曾经付入的天数，与代发工资一致}
measures:
  payee_count: {unit: persons, zh: 收款自然人, en: people paid, threshold: none}
  person_out: {unit: CNY, zh: 付给自然人, en: paid to people, threshold: none}
  amount_out: {unit: CNY, zh: 单位转出合计, en: paid out by the firm, threshold: none}
  scale: {unit: ratio, zh: 达到人数或金额标准的倍数, en: times the line of persons or amount, threshold: min_scale, full: 3}
  person_share: {unit: share, zh: 付给自然人占转出, en: share paid to people, threshold: min_person_share, full: 0.95}
--- */
-- 第 1 版把工资全留给排除规则，而排除规则要求工资或收购款各自占对私付款的八成：既发工资又向农户收购的合作社，
-- 两样都说得清，却哪一样都不够八成。第 2 版先扣除有发薪历史的工资，余下的再看是否达标。
-- 解释：
-- 1. 付款方是控制组里的单位（from_kind 为 firm），自然人成员自己的收支不算“公”；收款方是组外自然人，按主体计人数。
--    单位付给本组自然人（如法定代表人）属组内往来，不计。
-- 2. “≥ 50% of out”：分母是单位对组外的全部转出（含现金和清算机构；银行收费除外），分子只取未说明的对私付款。
-- 3. 金额与人数满足其一即可：各除以标准取较大者为 scale，强度取 scale 与占比中较弱的一个，
--    否则只付几个人工资的小单位会因占比高而排在前面。
-- 4. “未说明”（unexplained）逐笔扣除：申报的放款（is_loan）；三日内有该客户当票的典当付款、有退还该客户保证金记录的付款；
--    付给登记股东的分红，且窗口内向公共单位缴纳的个人所得税不少于按当日有效税率（reference_caps 的 tax.dividend，
--    付款为税后）应代扣的数额。没有有效税率时不作此项扣除。附言写“工资”本身不足以说明，须有历史：
--    同一人在此前 20 至 75 日内已有 min_wage_days 个发薪日（工资类附言），且 payin_days 内从未向本组付过款。
-- 5. 触发：评估日当日有一笔未说明的对私付款（股东付款在缴税不足时算）。只读窗口内的数据。
-- 6. 收款方性质已知（不是 unknown）的金额不足三成，或有金额无法折算，答“无从判断”。
-- 剪枝（不漏）：W 日窗口至多跨两个 W 日桶，其中一桶的笔数或金额不少于所需的一半；性质不明或无法折算的付款照样放行。
WITH buckets AS (
  SELECT from_group AS group_key
  FROM transfers
  WHERE from_kind = 'firm' AND to_kind IN ('person', 'unknown') AND NOT is_loan AND from_group <> to_group
    AND day BETWEEN $from_day - $window_days + 1 AND $to_day
  GROUP BY from_group, day // $window_days
  HAVING count(*) * 2 >= $min_payees OR COALESCE(sum(amount_cny), 0) * 2 >= $min_person_out OR count(*) > count(amount_cny)
),
candidates AS (
  SELECT DISTINCT group_key FROM buckets
),
legs AS (
  SELECT t.transfer_id, t.from_group AS group_key, t.to_party, t.to_kind, t.day, t.amount_cny, t.is_loan, t.remark,
    t.out_record, t.in_record
  FROM transfers AS t JOIN candidates AS c ON c.group_key = t.from_group
  WHERE t.from_kind = 'firm' AND t.from_group <> t.to_group AND t.to_kind <> 'bank'
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
-- 台账说明的客户付款：当票、退还保证金。
booked AS (
  SELECT f.group_key, d.customer_token AS party_token, d.day
  FROM firms AS f
  JOIN (
    SELECT institution, customer_token, pawned_day AS day FROM pawn_tickets
    UNION ALL
    SELECT institution, customer_token, flow_day AS day FROM guarantee_deposits WHERE flow_type = 'refunded'
  ) AS d ON d.institution = f.institution
  WHERE d.customer_token IS NOT NULL AND d.day BETWEEN $from_day - $window_days - 2 AND $to_day
),
-- 登记股东（自然人）与本组单位；无起止日期的视为一直有效。
holdings AS (
  SELECT r.subject_token AS party_token, r.object_token,
    COALESCE(DATEDIFF('day', DATE '1970-01-01', r.valid_from), 0) AS since_day,
    COALESCE(DATEDIFF('day', DATE '1970-01-01', r.valid_to), 9999999) AS until_day
  FROM relationships AS r
  WHERE r.relation = 'shareholder' AND r.subject_token IS NOT NULL AND r.object_token IS NOT NULL
),
tokens AS (
  SELECT DISTINCT e.party_token, e.party_key, e.group_key
  FROM entities AS e
  JOIN (
    SELECT party_token FROM booked
    UNION
    SELECT party_token FROM holdings
    UNION
    SELECT object_token FROM holdings
  ) AS named ON named.party_token = e.party_token
),
booked_legs AS (
  SELECT DISTINCT l.transfer_id
  FROM legs AS l
  JOIN tokens AS k ON k.party_key = l.to_party
  JOIN booked AS b ON b.group_key = l.group_key AND b.party_token = k.party_token AND b.day BETWEEN l.day - 3 AND l.day
  WHERE l.to_kind = 'person'
),
share_legs AS (
  SELECT DISTINCT l.transfer_id
  FROM legs AS l
  JOIN tokens AS owner ON owner.party_key = l.to_party
  JOIN holdings AS h ON h.party_token = owner.party_token AND l.day BETWEEN h.since_day AND h.until_day
  JOIN tokens AS firm ON firm.party_token = h.object_token AND firm.group_key = l.group_key
  WHERE l.to_kind = 'person'
),
-- 附言已在 remark_terms 里比对过，这里只比对编号。
wage_moves AS (
  SELECT DISTINCT t.transfer_id, t.from_group AS group_key, t.to_party, t.day
  FROM remark_terms AS m
  JOIN transfers AS t ON t.transfer_id = m.transfer_id AND t.day = m.day
  JOIN candidates AS c ON c.group_key = t.from_group
  WHERE m.class = 'salary' AND m.day BETWEEN $from_day - $window_days + 1 - 75 AND $to_day
    AND t.day BETWEEN $from_day - $window_days + 1 - 75 AND $to_day
    AND t.from_kind = 'firm' AND t.to_kind = 'person' AND t.from_group <> t.to_group
),
staff_legs AS (
  SELECT l.transfer_id, l.group_key, l.to_party, l.day
  FROM wage_moves AS l
  JOIN wage_moves AS e ON e.group_key = l.group_key AND e.to_party = l.to_party AND e.day BETWEEN l.day - 75 AND l.day - 20
  GROUP BY 1, 2, 3, 4
  HAVING count(DISTINCT e.day) >= $min_wage_days
),
wage_legs AS (
  SELECT l.transfer_id
  FROM staff_legs AS l
  LEFT JOIN pair_day AS p ON p.to_group = l.group_key AND p.from_party = l.to_party
    AND p.day BETWEEN l.day - $payin_days + 1 AND l.day
  GROUP BY 1
  HAVING count(p.day) = 0
),
tax_legs AS (
  SELECT DISTINCT l.transfer_id
  FROM legs AS l
  JOIN reference_lexicon AS x ON x.class = 'income_tax' AND l.day BETWEEN x.valid_from_day AND x.valid_to_day
    AND l.remark LIKE '%' || x.term || '%'
  WHERE l.to_kind = 'public'
),
marked AS (
  SELECT l.*, b.transfer_id IS NOT NULL OR w.transfer_id IS NOT NULL OR l.is_loan AS is_booked, s.transfer_id IS NOT NULL AS is_share,
    x.transfer_id IS NOT NULL AS is_tax
  FROM legs AS l
  LEFT JOIN booked_legs AS b ON b.transfer_id = l.transfer_id
  LEFT JOIN wage_legs AS w ON w.transfer_id = l.transfer_id
  LEFT JOIN share_legs AS s ON s.transfer_id = l.transfer_id
  LEFT JOIN tax_legs AS x ON x.transfer_id = l.transfer_id
),
daily AS (
  SELECT group_key, day,
    CASE WHEN to_kind = 'person' AND NOT is_booked THEN to_party END AS payee,
    CASE WHEN to_kind = 'person' AND NOT is_booked AND is_share THEN 1 ELSE 0 END AS is_share,
    CAST(sum(COALESCE(amount_cny, 0)) AS BIGINT) AS went,
    CAST(sum(CASE WHEN is_tax THEN COALESCE(amount_cny, 0) ELSE 0 END) AS BIGINT) AS tax,
    CAST(sum(CASE WHEN to_kind = 'unknown' THEN COALESCE(amount_cny, 0) ELSE 0 END) AS BIGINT) AS unknown_out,
    CAST(count(*) - count(amount_cny) AS BIGINT) AS unvalued,
    CAST(sum(CASE WHEN to_kind = 'person' AND NOT is_booked AND amount_cny IS NULL THEN 1 ELSE 0 END) AS BIGINT)
      AS unvalued_private,
    max(CASE WHEN to_kind IN ('person', 'unknown') AND NOT is_booked THEN 1 ELSE 0 END) AS is_trigger
  FROM marked
  GROUP BY 1, 2, 3, 4
),
-- 剪枝（不漏）：金额逐日相加即窗口合计，不同收款人不超过逐日人数之和；够不上的日子不必数人。
volumes AS (
  SELECT group_key, day, max(is_trigger) AS is_trigger, max(CASE WHEN is_share = 0 THEN is_trigger ELSE 0 END) AS is_plain,
    count(payee) AS payees, sum(went) AS went, sum(CASE WHEN payee IS NOT NULL THEN went ELSE 0 END) AS private_out,
    sum(unknown_out) AS unknown_out, sum(unvalued) AS unvalued
  FROM daily GROUP BY 1, 2
),
reachable AS (
  SELECT group_key, day, is_trigger, is_plain,
    sum(payees) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS payees,
    sum(went) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS went,
    sum(private_out) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS private_out,
    sum(unknown_out) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS unknown_out,
    sum(unvalued) OVER (PARTITION BY group_key ORDER BY day RANGE BETWEEN $window_days - 1 PRECEDING AND CURRENT ROW) AS unvalued
  FROM volumes
),
evenings AS (
  SELECT group_key, day, day // $window_days AS bucket, is_plain FROM reachable
  WHERE is_trigger = 1 AND day BETWEEN $from_day AND $to_day
    AND (unvalued > 0 OR unknown_out * 10 > went * 7
      OR ((payees >= $min_payees OR private_out >= $min_person_out)
        AND CAST(private_out AS DOUBLE) / NULLIF(went, 0) >= $min_person_share))
),
-- 等值连接（组，桶）后再按日期筛：每一天落在本桶与下一桶的评估日窗口里。
placed AS (
  SELECT *, day // $window_days AS bucket FROM daily
  UNION ALL
  SELECT *, day // $window_days + 1 AS bucket FROM daily
),
payees AS (
  SELECT e.group_key, e.day, e.is_plain, p.payee, p.is_share, sum(p.went) AS went, sum(p.tax) AS tax,
    sum(p.unknown_out) AS unknown_out, sum(p.unvalued) AS unvalued, sum(p.unvalued_private) AS unvalued_private
  FROM evenings AS e
  JOIN placed AS p ON p.group_key = e.group_key AND p.bucket = e.bucket AND p.day BETWEEN e.day - $window_days + 1 AND e.day
  GROUP BY 1, 2, 3, 4, 5
),
totals AS (
  SELECT group_key, day, is_plain,
    CAST(sum(went) AS BIGINT) AS amount_out, CAST(sum(tax) AS BIGINT) AS tax,
    CAST(sum(unknown_out) AS BIGINT) AS unknown_out, CAST(sum(unvalued) AS BIGINT) AS unvalued,
    CAST(sum(unvalued_private) AS BIGINT) AS unvalued_private,
    count(DISTINCT CASE WHEN is_share = 0 THEN payee END) AS plain_payees,
    count(DISTINCT payee) AS all_payees,
    CAST(sum(CASE WHEN payee IS NOT NULL AND is_share = 0 THEN went ELSE 0 END) AS BIGINT) AS plain_out,
    CAST(sum(CASE WHEN is_share = 1 THEN went ELSE 0 END) AS BIGINT) AS dividends
  FROM payees GROUP BY 1, 2, 3
),
-- 税率以百分数的百分之一存放：付款为税后，税额 ≥ 付款 × r ÷ (1 − r) 才算已代扣。
taxed AS (
  SELECT t.*, t.dividends > 0 AND r.value IS NOT NULL AND t.tax * (10000 - r.value) >= t.dividends * r.value AS is_taxed
  FROM totals AS t
  LEFT JOIN reference_caps AS r ON r.code = 'tax.dividend' AND t.day BETWEEN r.valid_from_day AND r.valid_to_day
),
judged AS (
  SELECT group_key, day, amount_out, unknown_out, unvalued, unvalued_private,
    CASE WHEN is_taxed THEN plain_payees ELSE all_payees END AS payee_count,
    CASE WHEN is_taxed THEN plain_out ELSE plain_out + dividends END AS person_out
  FROM taxed
  WHERE is_plain = 1 OR NOT is_taxed
),
rated AS (
  SELECT *, CAST(person_out AS DOUBLE) / NULLIF(amount_out, 0) AS person_share,
    GREATEST(CAST(payee_count AS DOUBLE) / $min_payees, CAST(person_out AS DOUBLE) / $min_person_out) AS scale,
    -- 金额无法折算的付款，对私的两头都可能改变结论，对公的只会压低占比：占比已经不足时不必再问。
    (unvalued_private > 0 AND amount_out >= $min_person_out)
      OR (unvalued > 0 AND (payee_count >= $min_payees OR person_out >= $min_person_out)
        AND COALESCE(CAST(person_out AS DOUBLE) / NULLIF(amount_out, 0), 1) >= $min_person_share)
      OR (unknown_out * 10 > amount_out * 7 AND amount_out >= $min_person_out) AS is_unclear
  FROM judged
),
hits AS (
  SELECT 'group' AS subject_kind, group_key AS subject_id, day - $window_days + 1 AS window_from, day AS window_to,
    CASE WHEN is_unclear THEN 'not_enough_data' ELSE 'high' END AS severity,
    payee_count, person_out, amount_out, scale, person_share
  FROM rated
  WHERE is_unclear OR (scale >= $min_scale AND person_share >= $min_person_share)
),
moves AS (
  SELECT h.*, CASE WHEN m.is_share THEN 'shareholder' ELSE 'private' END AS role, m.out_record, m.in_record
  FROM hits AS h
  JOIN marked AS m ON m.group_key = h.subject_id AND m.day BETWEEN h.window_from AND h.window_to
  WHERE h.severity = 'high' AND m.to_kind = 'person' AND NOT m.is_booked
)
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  out_record AS record_id, role, payee_count, person_out, amount_out, scale, person_share
FROM moves WHERE out_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  in_record AS record_id, role, payee_count, person_out, amount_out, scale, person_share
FROM moves WHERE in_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'none' AS record_kind,
  0 AS record_id, 'none' AS role, payee_count, person_out, amount_out, scale, person_share
FROM hits WHERE severity = 'not_enough_data'
