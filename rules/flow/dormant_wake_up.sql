/* ---
id: dormant_wake_up
code: T14
version: 1
name:
  zh: 休眠账户激活
  en: A dormant account wakes up
sectors: [bank]
severity: medium
window_days: 30
lookback_days: 395
opens_alert: true
reads: [accounts, coverage, entities, transactions, transfers]
requires: [transfers]
claim:
  zh: "账户沉寂至少 {min_silent_days} 日后重新启用，{active_days} 日内发生 {entry_count} 笔收付，单边合计 {amount} 元"
  en: "After at least {min_silent_days} days of silence the account was used again: {entry_count} entries in {active_days} days, {amount} yuan on the larger side"
explanation:
  zh: 长期不用的账户突然频繁大额收付，常见于出借、买卖的账户或专门启用的归集户。银行主动记账（结息、收费）不算使用。沉寂须由报送数据证明：要么该行报送已覆盖整个沉寂期且无缺报，要么账户信息载明的最近动账日期足够早。
  en: An account unused for long that suddenly moves large sums is often lent, sold or put to use for collecting. The bank's own entries (interest, fees) are no use. Silence must be proven by the data; either the feed covers it without gaps, or the account's stated last entry is old enough.
no_data:
  zh: 沉寂期内有缺报，或报送起始晚于沉寂期起点而账户信息未载明最近动账日期、开户日期，或有交易无法折算人民币
  en: the feed has gaps in the silent time, or is younger than it while the account's last entry or opening is not stated, or some entries have no value in CNY
legal_basis:
  - {text: "《金融机构大额交易和可疑交易报告管理办法》（中国人民银行令〔2016〕第3号）第十一条", valid_from: 2017-07-01, valid_to: null}
  - {text: "《防范和处置非法集资条例》（国务院令第737号）第十三条第三项", valid_from: 2021-05-01, valid_to: null}
false_positives:
  zh: 用旧账户收售房款、拆迁或征地补偿款后集中支用；季节性使用的账户
  en: a house sale or land compensation paid to an old account and then spent; accounts used once a season
blind_spots:
  zh: 报送起始前的最近动账日期若只是结息扣费，会把休眠账户当作在用；报送起始不足沉寂期一半时不作判断；未报送的账户不评估
  en: where the last entry stated before the feed began was only interest or a fee, a dormant account passes as used; nothing is said before the feed is half as old as the silent time; accounts whose statements are not received
parameters:
  min_silent_days: {value: 180, unit: days, min: 60, max: 365, why: 银行通常把半年无交易的个人户列为不动户}
  min_entries: {value: 10, unit: count, min: 3, max: 500, why: 卖房、继承用不了这么多笔}
  min_amount: {value: 200000, unit: CNY, min: 10000, max: 50000000, why: 追诉标准 100 万元的两成}
measures:
  entry_count: {unit: count, zh: 激活后笔数, en: entries since, threshold: min_entries, full: 40}
  amount: {unit: CNY, zh: 单边合计, en: larger side, threshold: min_amount, full: 1000000}
  active_days: {unit: days, zh: 激活至今天数, en: days since, threshold: none}
--- */
-- 解释：
-- 1. 休眠是账户的属性：一个人的工资户天天在用，另一张旧卡仍可以休眠。故按账户判断，主体仍是户主的控制组；
--    同组同日有几个账户命中，报金额大的。
-- 2. 客户主动的分录 = 银行计息收费之外的一切收付，含现金、组内往来和本人账户互转（后者不在 transfers 里，
--    另从 transactions 补上）。它们都会打破沉寂；计入“≥ min_entries 笔、≥ min_amount”的只有与组外的往来。
-- 3. 激活日 w：当日有分录而 [w − min_silent_days + 1, w − 1] 没有。w 之前既然沉寂，评估日 t ∈ [w, w + W − 1] 的
--    W 日窗口内的分录就是 w 以来的分录。金额取转入、转出合计中较大的一边：过路的钱不重复算。
-- 4. 沉寂的证明：开户晚于沉寂期起点的是新户（见 T03），不算；沉寂期内开户行有缺报日，无从判断；报送已覆盖整个
--    沉寂期且开户日期已知，成立；报送较晚的，看 accounts 的期初最近动账日期：足够早则成立，不够早则不算，
--    没有载明（或是 w 之后的状态）则无从判断。亲见的沉寂不到 min_silent_days 的一半时，不提示“无从判断”。
-- 5. 触发：评估日当日有与组外的往来。
-- 剪枝一（不漏）：只看评估日有与组外往来、流水有报送的账户；窗口内的笔数与金额不超过所读各日之和；W 日窗口至多跨两个 W 日桶，
-- 较大一边在其中一桶不少于所需金额的一半；无法折算的放行。
-- 剪枝二（不漏）：激活日都在所读窗口内，故窗口之前、任何激活日的沉寂期都含有的那些天里有客户主动分录的账户不可能命中；
-- 先看紧靠窗口的 W 日，在用的账户多半由此排除，再为余下的账户读整个沉寂期。
-- 剪枝三（不漏）：不看本人互转时的沉寂期只会更长，先用它筛出有空档的账户，再为这些账户补本人互转。
WITH touched AS (
  SELECT DISTINCT e.canonical_key AS account
  FROM (
    SELECT to_account AS account FROM transfers
    WHERE from_kind <> 'bank' AND from_group <> to_group AND to_account <> 0 AND day BETWEEN $from_day AND $to_day
    UNION ALL
    SELECT from_account FROM transfers
    WHERE to_kind <> 'bank' AND from_group <> to_group AND from_account <> 0 AND day BETWEEN $from_day AND $to_day
  ) AS sides
  JOIN entities AS e ON e.canonical_key = sides.account
  WHERE e.is_reported AND e.party_kind <> 'clearing'
),
buckets AS (
  SELECT account, bucket, count(*) AS entries, max(is_own) AS is_own, COALESCE(sum(came), 0) AS came,
    COALESCE(sum(went), 0) AS went, sum(unvalued) AS unvalued
  FROM (
    SELECT t.to_account AS account, t.day // $window_days AS bucket, t.amount_cny AS came, 0 AS went,
      CASE WHEN t.amount_cny IS NULL THEN 1 ELSE 0 END AS unvalued, CASE WHEN t.in_record IS NULL THEN 0 ELSE 1 END AS is_own
    FROM transfers AS t JOIN touched AS c ON c.account = t.to_account
    WHERE t.from_kind <> 'bank' AND t.from_group <> t.to_group AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
    UNION ALL
    SELECT t.from_account, t.day // $window_days, 0, t.amount_cny, CASE WHEN t.amount_cny IS NULL THEN 1 ELSE 0 END,
      CASE WHEN t.out_record IS NULL THEN 0 ELSE 1 END
    FROM transfers AS t JOIN touched AS c ON c.account = t.from_account
    WHERE t.to_kind <> 'bank' AND t.from_group <> t.to_group AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
  ) AS legs
  GROUP BY 1, 2
),
candidates AS (
  SELECT account FROM buckets GROUP BY account
  HAVING sum(entries) >= $min_entries AND max(is_own) = 1
    AND (sum(unvalued) > 0
      OR (GREATEST(sum(came), sum(went)) >= $min_amount AND 2 * max(GREATEST(came, went)) >= $min_amount))
),
busy AS (
  SELECT DISTINCT account FROM (
    SELECT t.to_account AS account FROM transfers AS t JOIN candidates AS c ON c.account = t.to_account
    WHERE t.from_kind <> 'bank'
      AND t.day BETWEEN GREATEST($to_day - $min_silent_days, $from_day - 2 * $window_days) + 1 AND $from_day - $window_days
    UNION ALL
    SELECT t.from_account FROM transfers AS t JOIN candidates AS c ON c.account = t.from_account
    WHERE t.to_kind <> 'bank'
      AND t.day BETWEEN GREATEST($to_day - $min_silent_days, $from_day - 2 * $window_days) + 1 AND $from_day - $window_days
  ) AS sides
),
quiet AS (
  SELECT c.account FROM candidates AS c LEFT JOIN busy AS b ON b.account = c.account WHERE b.account IS NULL
),
entry_days AS (
  SELECT account, day, CAST(sum(entries) AS BIGINT) AS entries, CAST(sum(came) AS BIGINT) AS came,
    CAST(sum(went) AS BIGINT) AS went, CAST(sum(unvalued) AS BIGINT) AS unvalued
  FROM (
    SELECT t.to_account AS account, t.day, CASE WHEN t.from_group <> t.to_group THEN 1 ELSE 0 END AS entries,
      CASE WHEN t.from_group <> t.to_group THEN COALESCE(t.amount_cny, 0) ELSE 0 END AS came, 0 AS went,
      CASE WHEN t.from_group <> t.to_group AND t.amount_cny IS NULL THEN 1 ELSE 0 END AS unvalued
    FROM transfers AS t JOIN quiet AS c ON c.account = t.to_account
    WHERE t.from_kind <> 'bank' AND t.day BETWEEN $from_day - $window_days + 1 - $min_silent_days AND $to_day
    UNION ALL
    SELECT t.from_account, t.day, CASE WHEN t.from_group <> t.to_group THEN 1 ELSE 0 END, 0,
      CASE WHEN t.from_group <> t.to_group THEN COALESCE(t.amount_cny, 0) ELSE 0 END,
      CASE WHEN t.from_group <> t.to_group AND t.amount_cny IS NULL THEN 1 ELSE 0 END
    FROM transfers AS t JOIN quiet AS c ON c.account = t.from_account
    WHERE t.to_kind <> 'bank' AND t.day BETWEEN $from_day - $window_days + 1 - $min_silent_days AND $to_day
  ) AS legs
  GROUP BY 1, 2
),
gapped AS (
  SELECT account, day FROM (
    SELECT account, day, LAG(day) OVER (PARTITION BY account ORDER BY day) AS previous FROM entry_days
  ) AS followed
  WHERE day >= $from_day - $window_days + 1 AND (previous IS NULL OR day - previous >= $min_silent_days)
),
feeds AS (
  SELECT institution, min(day) AS first_day FROM coverage GROUP BY 1
),
named AS (
  SELECT DISTINCT g.account, e.account_key, e.party_key, e.party_token, e.group_key, e.institution, e.opened_day
  FROM (SELECT DISTINCT account FROM gapped) AS g
  JOIN entities AS e ON e.canonical_key = g.account
  WHERE e.is_reported AND e.party_kind <> 'clearing'
),
holders AS (
  SELECT n.account, n.group_key, n.institution, f.first_day, max(n.opened_day) AS opened_day,
    max(DATEDIFF('day', DATE '1970-01-01', a.opening_last_entry_on)) AS last_entry_day
  FROM named AS n
  LEFT JOIN feeds AS f ON f.institution = n.institution
  LEFT JOIN accounts AS a ON a.account_key = n.account_key
  GROUP BY 1, 2, 3, 4
),
-- 剪枝四（不漏）：补上本人互转后激活日只会提前；既没有足够早的最近动账日期，亲见的沉寂也不到一半的，不会有结论。
provable AS (
  SELECT DISTINCT h.account
  FROM holders AS h JOIN gapped AS g ON g.account = h.account
  WHERE (h.last_entry_day <= g.day - $min_silent_days OR 2 * (g.day - h.first_day) >= $min_silent_days)
    AND COALESCE(h.opened_day, 0) <= g.day - $min_silent_days
),
numbers AS (
  SELECT n.account, n.account_key, n.party_key, n.party_token
  FROM named AS n JOIN provable AS p ON p.account = n.account
),
own_moves AS (
  SELECT DISTINCT n.account, x.booked_day AS day
  FROM numbers AS n
  JOIN transactions AS x ON x.account_key = n.account_key
  LEFT JOIN entities AS f ON f.account_key = x.counterparty_key
  WHERE x.booked_day BETWEEN $from_day - $window_days + 1 - $min_silent_days AND $to_day
    AND x.succeeded AND NOT x.is_reversal
    AND (f.party_key = n.party_key OR x.counterparty_token = n.party_token)
),
all_days AS (
  SELECT account, day, CAST(sum(entries) AS BIGINT) AS entries, CAST(sum(came) AS BIGINT) AS came,
    CAST(sum(went) AS BIGINT) AS went, CAST(sum(unvalued) AS BIGINT) AS unvalued
  FROM (
    SELECT d.account, d.day, d.entries, d.came, d.went, d.unvalued
    FROM entry_days AS d JOIN provable AS g ON g.account = d.account
    UNION ALL
    SELECT account, day, 0, 0, 0, 0 FROM own_moves
  ) AS parts
  GROUP BY 1, 2
),
wakes AS (
  SELECT account, day AS wake_day FROM (
    SELECT account, day, LAG(day) OVER (PARTITION BY account ORDER BY day) AS previous FROM all_days
  ) AS followed
  WHERE day >= $from_day - $window_days + 1 AND (previous IS NULL OR day - previous >= $min_silent_days)
),
gaps AS (
  SELECT w.account, w.wake_day, count(*) AS missing_days
  FROM wakes AS w
  JOIN holders AS h ON h.account = w.account
  JOIN coverage AS c ON c.institution = h.institution AND c.status = 'missing'
    AND c.day BETWEEN w.wake_day - $min_silent_days + 1 AND w.wake_day - 1
  WHERE c.day BETWEEN $from_day - $window_days + 1 - $min_silent_days AND $to_day
  GROUP BY 1, 2
),
proofs AS (
  SELECT w.account, w.wake_day, h.group_key, h.first_day,
    CASE
      WHEN h.opened_day > w.wake_day - $min_silent_days THEN 'new'
      WHEN g.missing_days > 0 OR h.first_day IS NULL THEN 'unclear'
      WHEN h.first_day <= w.wake_day - $min_silent_days + 1 THEN CASE WHEN h.opened_day IS NULL THEN 'unclear' ELSE 'dormant' END
      WHEN h.last_entry_day IS NULL OR h.last_entry_day >= w.wake_day THEN 'unclear'
      WHEN h.last_entry_day <= w.wake_day - $min_silent_days THEN 'dormant'
      ELSE 'used'
    END AS state
  FROM wakes AS w
  JOIN holders AS h ON h.account = w.account
  LEFT JOIN gaps AS g ON g.account = w.account AND g.wake_day = w.wake_day
),
running AS (
  SELECT p.account, p.wake_day, p.group_key, p.state, d.day, d.entries,
    CAST(sum(d.entries) OVER (PARTITION BY p.account, p.wake_day ORDER BY d.day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS entry_count,
    CAST(sum(d.came) OVER (PARTITION BY p.account, p.wake_day ORDER BY d.day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS came,
    CAST(sum(d.went) OVER (PARTITION BY p.account, p.wake_day ORDER BY d.day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS went,
    CAST(sum(d.unvalued) OVER (PARTITION BY p.account, p.wake_day ORDER BY d.day ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT)
      AS unvalued
  FROM proofs AS p
  JOIN all_days AS d ON d.account = p.account AND d.day BETWEEN p.wake_day AND p.wake_day + $window_days - 1
  WHERE p.state = 'dormant' OR (p.state = 'unclear' AND 2 * (p.wake_day - p.first_day) >= $min_silent_days)
),
rated AS (
  SELECT *, GREATEST(came, went) AS amount,
    CASE WHEN state = 'dormant' AND GREATEST(came, went) >= $min_amount THEN 1 ELSE 0 END AS is_clear
  FROM running
  WHERE entries > 0 AND day BETWEEN $from_day AND $to_day AND entry_count >= $min_entries
    AND (GREATEST(came, went) >= $min_amount OR unvalued > 0)
),
hits AS (
  SELECT 'group' AS subject_kind, group_key AS subject_id, day - $window_days + 1 AS window_from, day AS window_to,
    CASE WHEN is_clear = 1 THEN 'medium' ELSE 'not_enough_data' END AS severity,
    entry_count, amount, day - wake_day + 1 AS active_days, account, wake_day
  FROM (
    SELECT r.*, ROW_NUMBER() OVER (PARTITION BY group_key, day ORDER BY is_clear DESC, amount DESC, account) AS place
    FROM rated AS r
  ) AS ranked
  WHERE place = 1
),
moves AS (
  SELECT h.*, 'credit' AS role, t.out_record, t.in_record
  FROM hits AS h
  JOIN transfers AS t ON t.to_account = h.account AND t.day BETWEEN h.wake_day AND h.window_to
  WHERE h.severity = 'medium' AND t.from_group <> t.to_group AND t.from_kind <> 'bank'
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
  UNION ALL
  SELECT h.*, 'debit' AS role, t.out_record, t.in_record
  FROM hits AS h
  JOIN transfers AS t ON t.from_account = h.account AND t.day BETWEEN h.wake_day AND h.window_to
  WHERE h.severity = 'medium' AND t.from_group <> t.to_group AND t.to_kind <> 'bank'
    AND t.day BETWEEN $from_day - $window_days + 1 AND $to_day
)
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  out_record AS record_id, role, entry_count, amount, active_days
FROM moves WHERE out_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'transactions' AS record_kind,
  in_record AS record_id, role, entry_count, amount, active_days
FROM moves WHERE in_record IS NOT NULL
UNION ALL
SELECT subject_kind, subject_id, window_from, window_to, severity, 'none' AS record_kind,
  0 AS record_id, 'none' AS role, entry_count, amount, active_days
FROM hits WHERE severity = 'not_enough_data'
