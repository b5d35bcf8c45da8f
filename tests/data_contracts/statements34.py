"""Synthetic statements of the 34-column feed: invented people, balances that follow."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

HEADERS = [
    "交易卡号",
    "交易账号",
    "账户开户名称",
    "开户人证件号码",
    "交易时间",
    "交易金额",
    "交易余额",
    "收付标志",
    "交易对手账卡号",
    "现金标志",
    "对手户名",
    "对手身份证号",
    "对手开户银行",
    "摘要说明",
    "交易币种",
    "交易网点名称",
    "交易网点代码",
    "交易发生地",
    "交易是否成功",
    "传票号",
    "终端号",
    "IP地址",
    "MAC地址",
    "对手交易余额",
    "交易流水号",
    "日志号",
    "凭证种类",
    "凭证号",
    "交易柜员号",
    "商户名称",
    "商户号",
    "备注",
    "交易类型",
    "查询反馈结果原因",
]

Row = dict[str, str]


def yuan(fen: int) -> str:
    """Return hundredths as yuan with two decimals."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02d}"


def statement(count: int, *, accounts: int = 1, seed: int = 1, minutes: int = 37) -> list[Row]:
    """Return ``count`` entries in booking order over some accounts."""
    draw = random.Random(seed)
    balances = [1_000_000 + 1000 * place for place in range(accounts)]
    start = datetime(2024, 7, 1, 8, 0, 0)
    rows: list[Row] = []
    for place in range(count):
        account = draw.randrange(accounts)
        fen = draw.randrange(1, 50_000)
        is_in = draw.random() < 0.5
        balances[account] += fen if is_in else -fen
        rows.append(
            {
                "交易账号": f"26{account:013d}",
                "账户开户名称": f"户名{account}",
                "开户人证件号码": "11010519491231002X",
                "交易时间": str(start + timedelta(minutes=minutes * place)),
                "交易金额": yuan(fen),
                "交易余额": yuan(balances[account]),
                "收付标志": "贷" if is_in else "借",
                "交易对手账卡号": f"31{place:013d}",
                "现金标志": "转",
                "对手户名": f"对手{place}",
                "交易币种": "CNY",
                "交易是否成功": "是",
                "交易流水号": f"S{place:06d}",
            }
        )
    return rows


def text_of(rows: Sequence[Mapping[str, str]], *, headers: Sequence[str] = HEADERS, titles: Sequence[str] = ()) -> str:
    """Return CSV text with title lines above the header."""
    cells = [[row.get(name, "") for name in headers] for row in rows]
    quoted = [[f'"{cell}"' if "," in cell else cell for cell in row] for row in cells]
    lines = [*titles, ",".join(headers), *(",".join(row) for row in quoted)]
    return "\n".join(lines) + "\n"


def write(path: Path, rows: Sequence[Mapping[str, str]], encoding: str = "utf-8") -> Path:
    """Write a CSV file and return its path."""
    path.write_text(text_of(rows), encoding=encoding, newline="")
    return path
