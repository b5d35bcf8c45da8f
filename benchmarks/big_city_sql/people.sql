-- One row per account number that can occur: reported ones first, then as many again elsewhere.
SELECT
    CAST(i AS INTEGER) AS id,
    i < $accounts AS is_reported,
    '62' || lpad(CAST(i * 7919 + 1000003 AS VARCHAR), 17, '0') AS account,
    CAST('0x' || substr(md5('62' || lpad(CAST(i * 7919 + 1000003 AS VARCHAR), 17, '0')), 1, 15) AS BIGINT) AS account_key,
    CASE WHEN i % 3 = 0 THEN '60' || lpad(CAST(i * 104729 + 77 AS VARCHAR), 17, '0') END AS card,
    CASE WHEN i % 20 = 0
         THEN '安康市' || substr('汉滨石泉宁陕紫阳岚皋平利镇坪白河旬阳汉阴', 1 + 2 * CAST(i % 10 AS INTEGER), 2) || CAST(i AS VARCHAR) || '商贸有限公司'
         ELSE substr('王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗', 1 + CAST(hash(i, $seed, 1) % 20 AS INTEGER), 1)
              || substr('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超兰霞平', 1 + CAST(hash(i, $seed, 2) % 20 AS INTEGER), 1)
              || CASE WHEN hash(i, $seed, 3) % 3 = 0 THEN '' ELSE substr('国春华文建志秀玉海云', 1 + CAST(hash(i, $seed, 4) % 10 AS INTEGER), 1) END
    END AS name,
    -- Seven accounts in ten belong to a holder of their own, the rest are second accounts.
    CASE WHEN i % 10 < 7 THEN i ELSE hash(i, $seed, 5) % $accounts END AS holder,
    i % 20 = 0 AS is_firm,
    '61' || lpad(CAST(i % 12 + 1 AS VARCHAR), 4, '0') || '-B' AS institution,
    CASE WHEN i % 10 = 9 THEN DATE '1950-01-01' ELSE DATE '1970-01-01' END + CAST(hash(i, $seed, 6) % 12000 AS INTEGER) AS birth_on
FROM range(2 * $accounts) AS numbers(i)
