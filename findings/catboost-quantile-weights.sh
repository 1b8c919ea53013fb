#!/usr/bin/env bash
# Package: catboost 1.2.10 (on the CPU, with numpy 2.2.6)
# Behaviour: with loss_function="Quantile:alpha=..." or "MAE", sample_weight
#   hardly changes the forecast: the values in the leaves are those without
#   weights. Games of weight 0 move the forecast quantiles as much as all
#   others do. No warning. "MultiQuantile" with the same levels uses the
#   weights, and so do "RMSE" and leaf_estimation_method="Gradient" (the
#   default for Quantile, MAE and MultiQuantile is "Exact").
# The wrong good guess: the documented formulas of both losses contain the
#   weights, so a game of weight 0 is the same as a game left out, and Quantile
#   and MultiQuantile differ only in how many levels they fit.
# Who meets it: whoever forecasts a range of attendance or a stock level by
#   quantile and gives old games, or those of a season with closed or limited
#   gates, little weight.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install --quiet catboost==1.2.10 numpy==2.2.6
cd "$tmp"
"$tmp/venv/bin/python" - <<'PY'
import sys

import numpy as np
from catboost import CatBoostRegressor

# 120 games at which only 6,000 or so were let in, then 81 usual games.
rng = np.random.default_rng(0)
limited, usual = rng.normal(6000, 800, 120), rng.normal(22000, 2500, 81)
gate = np.concatenate([limited, usual])
weekday = rng.integers(0, 7, (201, 1)).astype(float)
weight = np.r_[np.zeros(120), np.ones(81)]  # the limited games should not count


def forecast(loss, rows=slice(None), weight=None, **options):
    model = CatBoostRegressor(
        loss_function=loss, iterations=300, random_seed=0, thread_count=1,
        verbose=0, allow_writing_files=False, **options)
    model.fit(weekday[rows], gate[rows], sample_weight=weight)
    return np.atleast_1d(model.predict(weekday).mean(axis=0))


ok = True
print(f"{'mean forecast':27} weight 0   left out   no weights")
for loss in ("Quantile:alpha=0.1", "Quantile:alpha=0.5", "MAE", "RMSE",
             "MultiQuantile:alpha=0.1,0.5"):
    weighted = forecast(loss, weight=weight)
    left_out = forecast(loss, slice(120, None))
    plain = forecast(loss)
    for w, o, p in zip(weighted, left_out, plain):
        print(f"{loss:27} {w:8,.0f}  {o:9,.0f}  {p:11,.0f}")
    if loss.startswith(("Quantile", "MAE")):  # weights do nothing to speak of
        ok &= bool((abs(weighted - plain) < 300).all())
        ok &= bool((left_out - weighted > 10000).all())
    else:                                     # weights do what they should
        ok &= bool((abs(weighted - left_out) < 300).all())

way_out = forecast("Quantile:alpha=0.1", weight=weight, leaf_estimation_method="Gradient")[0]
print(f'Quantile:alpha=0.1 with leaf_estimation_method="Gradient": {way_out:,.0f}')
ok &= way_out > 17000
print("as described" if ok else "CHANGED: not as described above")
sys.exit(0 if ok else 1)
PY
