# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # 2 调一条规则 · Tune a rule
#
# 看取舍 → 试一个值 → 预览预警会怎样变 → 用一条命令提出。提出之后须由另一人批准才生效。
#
# See the trade-off, try a value, preview what it does to alerts, propose it by one command; a second person approves.

# %%
import os

import altair as alt
import pandas as pd

from pipelines.notebook import Notebook

alt.renderers.enable("svg")
nb = Notebook(os.environ.get("FUNDWATCH_HOME", "../var/demo"))
first, last = nb.days
print(f"{first} ～ {last}")

RULE, PARAMETER = "many_payers_one_collector", "min_payers"
nb.rule(RULE)

# %% [markdown]
# ## 取舍 · The trade-off
#
# 每个取值下：命中多少次、涉及多少主体，其中办公室已跟进（followed_up）、已排除（cleared）、尚未判断（undecided）各多少。
# 没有判断过的主体不算误报。Undecided subjects are not false alarms.

# %%
curve = nb.tradeoff(RULE, PARAMETER, [10, 15, 20, 30, 45, 60, 90], first, last)
curve

# %%
parts = curve.melt(PARAMETER, ["followed_up", "cleared", "undecided"], var_name="office", value_name="number")
bars = alt.Chart(parts, title=f"{RULE}：{PARAMETER}").mark_bar().encode(
    x=alt.X(f"{PARAMETER}:O"), y=alt.Y("number:Q", title="主体 subjects"), color="office:N"
)
now = alt.Chart(curve[curve["is_in_force"]]).mark_tick(color="black", thickness=2, width=40).encode(
    x=alt.X(f"{PARAMETER}:O"), y="subjects:Q"
)
(bars + now).properties(width=420, height=220)

# %% [markdown]
# ## 试一个值 · Try a value

# %%
VALUE = 15
tried = nb.hits(RULE, first, last, **{PARAMETER: VALUE})
tried.sort_values("strength", ascending=False).head(10)

# %% [markdown]
# ## 预览 · Preview
#
# 先看“丢失已确认”（lost_confirmed）：办公室已确认而新设置不再提示的线索。Look first at confirmed leads that would be lost.

# %%
preview = nb.backtest(RULE, first, last, **{PARAMETER: VALUE})
preview.attrs["summary"]

# %%
columns = ["kind", "subject", "alert_id", "confirmed", "score_before", "score_after", "typologies_after"]
preview.reindex(columns=columns).head(20)

# %%
alt.Chart(preview, title="评分前后 score before and after").mark_point(filled=True).encode(
    x=alt.X("score_before:Q", scale=alt.Scale(domain=[0, 100])),
    y=alt.Y("score_after:Q", scale=alt.Scale(domain=[0, 100])),
    color="kind:N",
).properties(width=300, height=300) if not preview.empty else "没有变化 nothing changes"

# %% [markdown]
# ## 提出 · Propose
#
# 在终端运行这一条命令；之后由另一人 `fundwatch rules approve CHANGE --as NAME`。Run it in a terminal.

# %%
tomorrow = (pd.Timestamp(last) + pd.Timedelta(days=30)).date()
print(nb.propose_command(RULE, author="您的姓名", reason="回测：见本笔记", from_day=tomorrow, **{PARAMETER: VALUE}))

# %%
nb.close()
