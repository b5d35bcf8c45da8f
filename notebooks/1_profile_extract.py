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
# # 1 看一批流水 · Profile an extract
#
# 谁报了什么、每天多少笔、哪些列是空的、金额怎么分布。人名、账号均已换成假名（每次打开都不同）。
#
# Who sent what, how many entries a day, which columns are empty, how amounts are spread. People and accounts are pseudonyms.

# %%
import os

import altair as alt
import pandas as pd

from pipelines.notebook import Notebook

alt.renderers.enable("svg")
nb = Notebook(os.environ.get("FUNDWATCH_HOME", "../var/demo"))
first, last = nb.days
print(f"{first} ～ {last}")

# %% [markdown]
# ## 批次 · Batches

# %%
extracts = nb.extracts()
extracts.groupby("institution", as_index=False)[["rows_read", "rows_accepted", "rows_quarantined"]].sum()

# %% [markdown]
# ## 一个月的流水 · One month of entries
#
# 金额单位为分。Amounts are in fen.

# %%
month = nb.table("transactions", (pd.Timestamp(last) - pd.Timedelta(days=29)).date(), last)
assert not month.empty, "no entries in the last 30 days"
daily = month.groupby(["booked_on", "institution"], as_index=False).agg(entries=("amount", "size"))
alt.Chart(daily, title="每日笔数 entries a day").mark_bar().encode(
    x=alt.X("booked_on:T", title="入账日"), y=alt.Y("entries:Q", title="笔数"), color="institution:N"
).properties(width=620, height=220)

# %% [markdown]
# ## 已填的列 · Which columns are filled

# %%
filled = month.notna().mean().rename("share").rename_axis("column").reset_index()
alt.Chart(filled[filled["share"] < 1], title="填写率 share filled").mark_bar().encode(
    x=alt.X("share:Q", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])), y=alt.Y("column:N", sort="-x")
).properties(width=420)

# %% [markdown]
# ## 金额 · Amounts
#
# 整数金额、门槛下金额会在这里露头。Round sums and sums just below a limit show here.

# %%
yuan = month["amount"] / 100
bins = pd.cut(yuan, [0, 10, 100, 1_000, 10_000, 50_000, 100_000, 1_000_000, float("inf")], right=False)
sizes = month.assign(bin=bins.astype(str), low=[one.left for one in bins])
sizes = sizes.groupby(["bin", "low", "direction"], as_index=False).agg(entries=("amount", "size"))
alt.Chart(sizes, title="金额分布（元）").mark_bar().encode(
    x=alt.X("bin:N", sort=alt.SortField("low"), title="金额区间"), y="entries:Q", color="direction:N", xOffset="direction:N"
).properties(width=520, height=220)

# %%
round_share = (yuan % 10_000 == 0).groupby(month["institution"]).mean()
round_share.rename("整万元占比 share of multiples of 10,000").to_frame()

# %% [markdown]
# ## 谁缺报 · Who is missing

# %%
coverage = nb.table("coverage", (pd.Timestamp(last) - pd.Timedelta(days=29)).date(), last)
coverage.groupby(["institution", "status"]).size().unstack(fill_value=0)

# %%
nb.close()
