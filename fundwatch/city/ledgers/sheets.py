"""The month-end workbooks: states whole, flows of the month, in the columns that such firms send."""

from __future__ import annotations

from fundwatch.city.ledgers.firm import Lender, Row, yuan_text
from fundwatch.city.world import World
from fundwatch.domain.keys import date_of

HEADERS: dict[str, dict[str, tuple[str, ...]]] = {
    "micro_loan": {
        "贷款台账": (
            "合同编号",
            "借据号",
            "借款人",
            "证件号码",
            "借款人类型",
            "合同金额",
            "放款金额",
            "放款日期",
            "到期日",
            "年利率(%)",
            "费用",
            "还款方式",
            "担保方式",
            "担保人证件号码",
            "贷款用途",
            "收款账号",
            "五级分类",
            "状态",
        ),
        "还款流水": (
            "借据号",
            "类型",
            "日期",
            "应还本金",
            "应还利息",
            "应还费用",
            "实还本金",
            "实还利息",
            "实还费用",
            "付款人户名",
            "付款账号",
        ),
        "融资台账": ("融入类型", "资金方", "资金方证件号码", "金额", "起始日", "到期日"),
        "机构概况": ("机构名称", "统一社会信用代码", "月份", "净资产", "注册资本", "贷款余额", "放贷专户", "基本户"),
    },
    "guarantee": {
        "担保台账": (
            "担保合同号",
            "被担保人",
            "证件号",
            "债权人(银行)",
            "主合同号",
            "担保类型",
            "担保金额",
            "在保余额",
            "风险权重",
            "保费率",
            "保证金",
            "起始日",
            "到期日",
            "反担保",
            "是否关联方",
        ),
        "代偿台账": ("担保合同号", "代偿日期", "代偿金额", "追回金额", "核销"),
        "保证金流水": ("担保合同号", "被担保人", "证件号", "类型", "日期", "金额", "账号"),
        "机构概况": ("机构名称", "统一社会信用代码", "月份", "净资产", "注册资本", "在保余额", "保证金专户", "基本户"),
    },
    "pawn": {
        "当票台账": (
            "当票号",
            "原当票号",
            "当户姓名",
            "证件号",
            "当物类别",
            "当物名称",
            "唯一标识",
            "重量(克)",
            "估价金额",
            "当金",
            "月综合费率(‰)",
            "月利率(‰)",
            "典当日",
            "到期日",
            "续当次数",
            "状态",
            "赎当日期",
            "赎当人",
            "赎当人证件号",
            "赎当付款账号",
            "付款方式",
        ),
        "当物出入库": ("当票号", "出入库", "日期", "当物名称", "唯一标识", "保管人"),
        "机构概况": ("机构名称", "统一社会信用代码", "月份", "净资产", "注册资本", "典当余额", "银行借款", "基本户"),
    },
}


def _overview(world: World, lender: Lender, month: str, day: int) -> Row:
    party = world.party(lender.party)
    row = {
        "机构名称": party.name,
        "统一社会信用代码": party.number,
        "月份": month,
        "净资产": yuan_text(lender.net_assets),
        "注册资本": yuan_text(lender.net_assets * 9 // 10),
        "放贷专户": world.account(lender.special).number,
        "保证金专户": world.account(lender.special).number,
        "基本户": world.account(lender.basic).number,
    }
    since, debt = lender.bank_debt
    open_amount = yuan_text(lender.outstanding(day))
    return row | {
        "贷款余额": open_amount,
        "在保余额": open_amount,
        "典当余额": open_amount,
        "银行借款": yuan_text(debt if since and since <= day else 0),
    }


def sheets_of(world: World, lender: Lender, day: int) -> dict[str, list[tuple[str, ...]]]:
    """Return the sheets of the month that ends on ``day``: header first, all text; sheets without rows are left out."""
    month = f"{date_of(day):%Y-%m}"
    sheets: dict[str, list[tuple[str, ...]]] = {}
    for sheet, headers in HEADERS[lender.sector].items():
        rows: list[Row] = [stock.state(day) for stock in lender.stocks.get(sheet, []) if stock.since <= day]
        rows += [
            flow.row
            for flow in sorted(lender.flows.get(sheet, []), key=lambda flow: flow.day)
            if f"{date_of(flow.day):%Y-%m}" == month
        ]
        if sheet == "机构概况":
            rows = [_overview(world, lender, month, day)]
        if rows:
            sheets[sheet] = [headers, *(tuple(row[header] for header in headers) for row in rows)]
    return sheets
