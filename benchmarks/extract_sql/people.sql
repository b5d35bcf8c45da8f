/* Invented people: names, resident identity numbers and bank cards whose check digits are right (GB 11643, Luhn). */
SELECT
    n,
    substr('赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜', CAST(h % 32 AS INTEGER) + 1, 1)
        || substr('伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚', CAST(h // 32 % 20 AS INTEGER) + 1, 1)
        || substr('一丁七万三上下与丰中丹主久义之乐九书二云', CAST(h // 640 % 20 AS INTEGER) + 1, 1) AS name,
    body || substr('10X98765432', CAST(list_sum(list_transform(range(1, 18), lambda i:
        CAST(substr(body, i, 1) AS INTEGER) * [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2][i])) % 11 AS INTEGER)
        + 1, 1) AS identity,
    digits || CAST((10 - list_sum(list_transform(range(1, 19), lambda i:
        CASE WHEN i % 2 = 0 THEN CAST(substr(digits, i, 1) AS INTEGER) * 2 // 10
                                 + CAST(substr(digits, i, 1) AS INTEGER) * 2 % 10
             ELSE CAST(substr(digits, i, 1) AS INTEGER) END)) % 10) % 10 AS VARCHAR) AS card,
    '2660' || lpad(CAST(n AS VARCHAR), 11, '0') AS account
FROM (
    SELECT
        n,
        h,
        '6109' || lpad(CAST(h % 30 AS VARCHAR), 2, '0') || CAST(1950 + h // 30 % 55 AS VARCHAR)
            || lpad(CAST(h // 1650 % 12 + 1 AS VARCHAR), 2, '0') || lpad(CAST(h // 19800 % 28 + 1 AS VARCHAR), 2, '0')
            || lpad(CAST(h // 554400 % 1000 AS VARCHAR), 3, '0') AS body,
        '622202' || lpad(CAST(n AS VARCHAR), 12, '0') AS digits
    FROM (SELECT n, CAST(hash(n, $seed) % 1000000000 AS BIGINT) AS h FROM range($people) AS t (n))
)
