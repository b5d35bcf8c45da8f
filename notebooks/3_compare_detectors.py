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
# # 3 比较检测器 · Compare detectors
#
# 现行检测器与三种常见检测器在同一张特征表上比：排序是否一致，前 50 名重合多少，与办公室的结论是否相符。
#
# The detector in force beside three common ones on the same features: do they rank alike, who is in the first 50.

# %%
import os

import altair as alt
import pandas as pd

from pipelines.notebook import Notebook

alt.renderers.enable("svg")
nb = Notebook(os.environ.get("FUNDWATCH_HOME", "../var/demo"))
first, last = nb.days
print(f"{first} ～ {last}")

features = nb.features(last)
known = [name for name in features.columns if name not in ("subject", "as_of_day", "peer", "known_share", "score", "percentile")]
print(f"{len(features)} 个主体，{len(known)} 个特征 features")

# %% [markdown]
# ## 同一张表 · The same table
#
# 缺失值取同类中位数，再按秩变换；现行检测器自己处理缺失与同类。Gaps take the median; then ranks.

# %%
from pyod.models.ecod import ECOD
from pyod.models.hbos import HBOS
from sklearn.ensemble import IsolationForest

matrix = features[known].fillna(features[known].median()).fillna(0.0).rank(pct=True).to_numpy()
scores = pd.DataFrame({"subject": features["subject"]})
scores["plain_forest"] = -IsolationForest(n_estimators=200, random_state=7).fit(matrix).score_samples(matrix)
scores["ecod"] = ECOD().fit(matrix).decision_scores_
scores["hbos"] = HBOS().fit(matrix).decision_scores_
if "percentile" in features:
    scores["in_force"] = features["percentile"]
names = [name for name in scores.columns if name != "subject"]
ranks = scores[names].rank(pct=True)
ranks.corr(method="spearman").round(2)

# %% [markdown]
# ## 前 50 名 · The first 50

# %%
TOP = 50
top = {name: set(scores.nlargest(TOP, name)["subject"]) for name in names}
overlap = pd.DataFrame(
    [{"one": one, "other": other, "shared": len(top[one] & top[other])} for one in names for other in names]
)
base = alt.Chart(overlap, title=f"前 {TOP} 名的重合 shared among the first {TOP}").encode(x="one:N", y="other:N")
(base.mark_rect().encode(color="shared:Q") + base.mark_text(color="white").encode(text="shared:Q")).properties(
    width=240, height=240
)

# %% [markdown]
# ## 与办公室的结论 · Against the office's conclusions
#
# 只有已判断的主体算数；少于 20 个时，这些数字说明不了什么。Below 20 decided subjects these figures say little.

# %%
labels = nb.labels()
judged = scores.merge(labels, on="subject")
print(f"已判断 decided: {len(judged)}，其中跟进 followed up: {int(judged['label'].sum())}")
if judged["label"].nunique() == 2:
    from sklearn.metrics import average_precision_score

    base_rate = judged["label"].mean()
    found = {name: average_precision_score(judged["label"], judged[name].fillna(0)) for name in names}
    table = pd.Series(found, name="average_precision").round(3).to_frame().assign(base_rate=round(base_rate, 3))
else:
    table = "结论只有一种，无法比较 only one kind of conclusion so far"
table

# %%
nb.close()
