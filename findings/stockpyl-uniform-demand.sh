#!/usr/bin/env bash
# Package: stockpyl 1.0.2 (with numpy 2.2.6, scipy 1.15.3)
# Behaviour: a DemandSource of type "UC" (uniform continuous, from lo to hi)
#   draws its demand between lo and hi - lo. Its mean, its standard deviation
#   and its distribution are those of lo to hi. With lo=500 and hi=900 every
#   draw lies between 400 and 500; with lo=0 the draws are right. Simulations
#   use the draws, so they never see the demand that the stock was set for.
# The wrong good guess: draws come from the source's own demand_distribution,
#   as they do for type "UD" (uniform discrete) with the same lo and hi, and a
#   simulation checks the base-stock level that was set by that distribution.
# Who meets it: whoever knows only the least and the most that a game may sell
#   and tries an ordering rule by simulation: it seems never to run out.
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install --quiet stockpyl==1.0.2 numpy==2.2.6 scipy==1.15.3
cd "$tmp"
"$tmp/venv/bin/python" -W ignore - <<'PY'
import sys

import numpy as np
from stockpyl.sim import simulation
from stockpyl.supply_chain_network import single_stage_system

GAMES = 2000


def simulate(kind, lo, hi):
    """Order up to the level that should run out at one game in ten."""
    level = lo + 0.9 * (hi - lo)
    network = single_stage_system(
        holding_cost=1, stockout_cost=9, demand_type=kind, lo=lo, hi=hi,
        shipment_lead_time=1, policy_type="BS", base_stock_level=level)
    cost = simulation(network, GAMES, rand_seed=1, progress_bar=False) / GAMES
    node = network.nodes[0]
    games = node.state_vars[:GAMES]
    sold = np.array([sum(game.inbound_order[None].values()) for game in games])
    left = np.array([sum(game.inventory_level.values()) for game in games])
    out = (left < 0).mean()
    print(f"{kind} {lo:3}-{hi}: mean by stockpyl {node.demand_source.mean:5.0f}; simulated "
          f"mean {sold.mean():5.0f}, from {sold.min():3.0f} to {sold.max():3.0f}; "
          f"ran out {out:6.1%}; cost {cost:5.1f} (theory {9 * (hi - lo) / 20:.0f})")
    return sold, out


ok = True
for lo, hi in ((0, 400), (100, 900), (500, 900)):
    sold, out = simulate("UD", lo, hi)       # whole numbers: right
    ok &= sold.min() >= lo and sold.max() > hi - 5 and 0.08 < out < 0.12
    sold, out = simulate("UC", lo, hi)
    if lo == 0:                              # right by luck: hi - lo is hi
        ok &= sold.max() > hi - 5 and 0.08 < out < 0.12
    else:                                    # between lo and hi - lo
        low, high = sorted((lo, hi - lo))
        ok &= low <= sold.min() < low + 5 and high - 5 < sold.max() <= high and out == 0
print("as described" if ok else "CHANGED: not as described above")
sys.exit(0 if ok else 1)
PY
