/* ---
id: remark_keywords
code: T06
version: 1
name: {zh: 附言关键词, en: Telling words in remarks}
sectors: [bank, micro_loan, guarantee, pawn]
severity: medium
window_days: 90
lookback_days: 90
opens_alert: false
reads: [remark_terms, transfers]
requires: [transfers]
claim:
  zh: "{window_days} 日内与 {counterparty_count} 个对手往来的 {hit_count} 笔资金，其附言含投资、返利、养老床位一类用词，合计 {amount} 元"
  en: "Within {window_days} days {hit_count} payments to or from {counterparty_count} counterparties carry remarks of investment, returns, care beds and the like, {amount} yuan in all"
explanation:
  zh: 附言中出现集资常用的词，变体写法已还原，贷款利息、利息税、退款一类否定说法已排除。附言由付款人自填，只作辅助，不单独成立预警。
  en: Remarks hold words common in fundraising; disguised spellings are read, negated phrases such as loan interest, interest tax and refunds are left out. A remark is the payer's own word, so this only adds weight and opens no alert alone.
no_data:
  zh: 部分带关键词的交易无法折算人民币，合计金额无从判断
  en: some payments with such words have no value in CNY, so their sum cannot be judged
legal_basis:
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第八条、第十二条、第十三条第三项", valid_from: 2021-05-01, valid_to: null}
  - {text: "《中国人民银行办公厅关于进一步加强对涉嫌非法集资资金交易监测预警工作的指导意见》（银办发〔2016〕201号）", valid_from: 2016-09-29, valid_to: null}
false_positives:
  zh: 持牌机构的理财与保险款、合作社经批准的分红、亲友间借款的利息、商户会员费
  en: products of licensed institutions, approved dividends of co-operatives, interest on loans among relatives, membership fees of shops
blind_spots:
  zh: 附言空白或写成“货款”“往来款”；词表未收的新词和图片、谐音；经清算机构的款项看不到对手；未随流水报送附言的机构
  en: empty or neutral remarks; new words and puns that the lexicon lacks; payments through clearing names show no counterparty; institutions that send no remarks
parameters:
  min_hits: {value: 3, unit: count, min: 1, max: 100, why: 一两笔附言可能是误写}
  min_counterparties: {value: 3, unit: persons, min: 1, max: 100, why: 同一对手反复书写不构成面向不特定对象的迹象}
  min_amount: {value: 20000, unit: CNY, min: 1000, max: 1000000, why: 更小的合计是日常往来}
measures:
  hit_count: {unit: count, zh: 带关键词的笔数, en: payments with such words, threshold: min_hits, full: 30}
  counterparty_count: {unit: persons, zh: 涉及对手, en: counterparties, threshold: min_counterparties, full: 20}
  amount: {unit: CNY, zh: 合计金额, en: sum, threshold: min_amount, full: 200000}
--- */
-- How the definition is read
-- * A hit is a transfer in or out whose remark holds a strong term of the lexicon after normalisation and negation;
--   both are done once in the relation remark_terms, so this query reads no text. Several terms are one hit.
-- * Counterparties are parties outside the control group, people and firms. Licensed institutions and public bodies are
--   none: who is one comes from an authority's register, and 理财, 利息 or 份额 are their everyday words. Clearing
--   names, cash, the bank and unnamed parties have no one who could be counted.
-- * A declared loan's disbursement and repayment (is_loan) speak of the loan, not of a return.
-- * Trigger: a day with such a transfer.
-- Prune (exact): a window of W days meets at most two neighbouring buckets of W days, which together hold no fewer hits.
WITH told AS (
  SELECT DISTINCT transfer_id, day
  FROM remark_terms
  WHERE class = 'fundraising_strong' AND day BETWEEN $from_day - $window_days + 1 AND $to_day
),
marked AS (
  SELECT t.day, t.from_group, t.to_group, t.from_party, t.to_party, t.from_kind, t.to_kind, t.amount_cny, t.out_record,
    t.in_record
  FROM transfers AS t
  JOIN told ON told.transfer_id = t.transfer_id AND told.day = t.day
  WHERE t.from_group <> t.to_group AND NOT t.is_loan
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
),
mentions AS (
  SELECT to_group AS group_key, day, from_party AS other, amount_cny, out_record, in_record, 'keyword_in' AS way
  FROM marked
  WHERE to_group <> 0 AND to_kind <> 'clearing' AND from_party <> 0 AND from_kind IN ('person', 'firm', 'unknown')
  UNION ALL
  SELECT from_group AS group_key, day, to_party AS other, amount_cny, out_record, in_record, 'keyword_out' AS way
  FROM marked
  WHERE from_group <> 0 AND from_kind <> 'clearing' AND to_party <> 0 AND to_kind IN ('person', 'firm', 'unknown')
),
buckets AS (
  SELECT group_key, day // $window_days AS bucket, count(*) AS mentioned
  FROM mentions
  GROUP BY group_key, day // $window_days
),
candidates AS (
  SELECT DISTINCT group_key FROM (
    SELECT group_key, bucket, sum(mentioned) AS mentioned
    FROM (
      SELECT group_key, bucket, mentioned FROM buckets
      UNION ALL
      SELECT group_key, bucket + 1 AS bucket, mentioned FROM buckets
    ) AS neighbours
    GROUP BY group_key, bucket
  ) AS pairs
  WHERE mentioned >= $min_hits
),
legs AS (
  SELECT m.* FROM mentions AS m JOIN candidates AS c ON c.group_key = m.group_key
),
days AS (
  SELECT group_key, other, day, count(*) AS mentioned, CAST(sum(COALESCE(amount_cny, 0)) AS BIGINT) AS amount,
    CAST(sum(CASE WHEN amount_cny IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS unvalued
  FROM legs
  GROUP BY group_key, other, day
),
-- A counterparty stays for W days after each mention or until the next one, so that it counts once.
stays AS (
  SELECT group_key, day AS enters,
    LEAST(day + $window_days,
          COALESCE(LEAD(day) OVER (PARTITION BY group_key, other ORDER BY day), day + $window_days)) AS leaves
  FROM days
),
steps AS (
  SELECT group_key, day, CAST(sum(others) AS BIGINT) AS others, CAST(sum(mentioned) AS BIGINT) AS mentioned,
    CAST(sum(amount) AS BIGINT) AS amount, CAST(sum(unvalued) AS BIGINT) AS unvalued, max(is_trigger) AS is_trigger
  FROM (
    SELECT group_key, enters AS day, 1 AS others, 0 AS mentioned, 0 AS amount, 0 AS unvalued, 0 AS is_trigger FROM stays
    UNION ALL
    SELECT group_key, leaves, -1, 0, 0, 0, 0 FROM stays
    UNION ALL
    SELECT group_key, day, 0, mentioned, amount, unvalued, 1 FROM days
    UNION ALL
    SELECT group_key, day + $window_days, 0, -mentioned, -amount, -unvalued, 0 FROM days
  ) AS changes
  GROUP BY group_key, day
),
windows AS (
  SELECT group_key, day, is_trigger,
    CAST(sum(others) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS counterparty_count,
    CAST(sum(mentioned) OVER (
      PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS hit_count,
    CAST(sum(amount) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS amount,
    sum(unvalued) OVER (PARTITION BY group_key ORDER BY day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
      AS unvalued
  FROM steps
),
hits AS (
  SELECT 'group' AS subject_kind, group_key AS subject_id, day - $window_days + 1 AS window_from, day AS window_to,
    CASE WHEN amount >= $min_amount THEN 'medium' ELSE 'not_enough_data' END AS severity,
    hit_count, counterparty_count, amount
  FROM windows
  WHERE is_trigger = 1 AND day BETWEEN $from_day AND $to_day AND hit_count >= $min_hits
    AND counterparty_count >= $min_counterparties AND (amount >= $min_amount OR unvalued > 0)
),
moves AS (
  SELECT h.*, l.way, l.out_record, l.in_record
  FROM hits AS h
  JOIN legs AS l ON l.group_key = h.subject_id AND l.day BETWEEN h.window_from AND h.window_to
  WHERE h.severity <> 'not_enough_data'
)
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  out_record AS record_id, way AS role, hit_count, counterparty_count, amount
FROM moves WHERE out_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  in_record AS record_id, way AS role, hit_count, counterparty_count, amount
FROM moves WHERE in_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'none' AS record_kind,
  0 AS record_id, 'none' AS role, hit_count, counterparty_count, amount
FROM hits WHERE severity = 'not_enough_data'
