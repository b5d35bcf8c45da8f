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
# # 5 研究一条线索 · Study one scheme
#
# 一条预警：凭什么、证据有哪些、资金从哪里来到哪里去。结果是线索，不是认定。
#
# One alert: what it rests on, its evidence, where the money went. A lead, not a conclusion.

# %%
import os

import altair as alt
import pandas as pd

from pipelines.notebook import Notebook

alt.renderers.enable("svg")
nb = Notebook(os.environ.get("FUNDWATCH_HOME", "../var/demo"))
first, last = nb.days
print(f"{first} ～ {last}")

alerts = nb.alerts()
alerts.head(10)

# %%
ALERT = alerts["alert_id"].iloc[0]
evidence = nb.evidence(ALERT)
print(f"{ALERT}：证据 {len(evidence)} 条 records")
evidence.head(10)

# %% [markdown]
# ## 资金去向 · Where the money went
#
# 金额单位为分，按先进先出分摊。Amounts in fen, allocated first in first out.

# %%
try:
    edges = nb.trace(ALERT, hops=3)
except Exception as error:
    edges = pd.DataFrame(columns=["hop", "payer", "payee", "amount", "transfers", "first", "last"])
    print(error)
edges.head(15)

# %%
hops = edges.assign(yuan=edges["amount"].astype(float) / 100).groupby("hop", as_index=False)["yuan"].sum()
alt.Chart(hops, title="每层流过的金额（元）").mark_bar().encode(x="hop:O", y="yuan:Q").properties(width=320)

# %%
top = edges.assign(yuan=edges["amount"].astype(float) / 100).nlargest(12, "yuan")
alt.Chart(top, title="最大的十二条边").mark_bar().encode(
    y=alt.Y("payee:N", sort="-x", title="收款方"), x=alt.X("yuan:Q", title="元"), color=alt.Color("hop:O", title="层")
).properties(width=460)

# %%
nb.close()
