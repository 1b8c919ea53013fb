#!/usr/bin/env bash
# Package: stockpyl 1.0.2 (with numpy 2.2.6, scipy 1.15.3)
# Behaviour: wagner_whitin takes the holding cost as a list, one for each
#   period, but charges all units at the holding cost of the period in which
#   they were ordered, for as long as they are kept. A dear period in the middle
#   is therefore free to pass through: the order quantities are not the best
#   ones and the cost that comes with them is not what they cost.
# The wrong good guess: holding_cost is documented as "holding cost per item
#   per period", a float or a list, and the answer as optimal, so stock kept at
#   the end of period t costs holding_cost[t]. Lists of fixed costs and purchase
#   costs do work that way.
# Who meets it: whoever plans orders over several home stands where keeping
#   stock costs more in some weeks (a rented cold store, a heat wave, a week
#   when the room is needed for a concert).
set -euo pipefail
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
python3 -m venv "$tmp/venv"
"$tmp/venv/bin/pip" install --quiet stockpyl==1.0.2 numpy==2.2.6 scipy==1.15.3
cd "$tmp"
"$tmp/venv/bin/python" -W ignore - <<'PY'
import itertools
import random
import sys

from stockpyl.wagner_whitin import wagner_whitin


def price(orders, holding, fixed, demand):
    """Add up what a plan costs: each order, and what is left after each week."""
    stock = cost = 0
    for order, keep, need in zip(orders, holding, demand):
        stock += order - need
        cost += (fixed if order else 0) + keep * stock
    return cost


def best(holding, fixed, demand):
    """Try every set of weeks in which to order; the first week is in each."""
    weeks, plans = len(demand), []
    for chosen in itertools.product((False, True), repeat=weeks - 1):
        starts = [0] + [i + 1 for i in range(weeks - 1) if chosen[i]] + [weeks]
        orders = [0] * weeks
        for start, end in zip(starts, starts[1:]):
            orders[start] = sum(demand[start:end])
        plans.append((price(orders, holding, fixed, demand), orders))
    return min(plans)


def ask(holding, fixed, demand):
    orders, cost, _, _ = wagner_whitin(len(demand), holding, fixed, demand)
    return [int(order) for order in orders[1:]], float(cost)


# Keeping a case costs 1 a week, but 9 in the second week.
holding, fixed, demand = [1, 9, 1], 300, [100, 100, 100]
orders, stated = ask(holding, fixed, demand)
true, (least, better) = price(orders, holding, fixed, demand), best(holding, fixed, demand)
print(f"stockpyl orders {orders} and states a cost of {stated:.0f}; it costs {true}")
print(f"best is {better} at {least}")
ok = (orders, stated, true, least) == ([300, 0, 0], 600, 1400, 700)

rng, worse, off, steady = random.Random(0), 0, 0, 0
for _ in range(200):
    demand = [rng.randint(5, 90) for _ in range(6)]
    holding = [rng.randint(1, 4) for _ in range(6)]
    orders, stated = ask(holding, 200, demand)
    true = price(orders, holding, 200, demand)
    worse, off = worse + (true > best(holding, 200, demand)[0]), off + (true != stated)
    orders, stated = ask(2, 200, demand)
    steady += price(orders, [2] * 6, 200, demand) == best([2] * 6, 200, demand)[0] == stated
print(f"of 200 random cases: plan not the best {worse}, stated cost wrong {off}")
print(f"of the same with one holding cost for all weeks: right {steady}")
ok = ok and worse > 50 and off > 100 and steady == 200
print("as described" if ok else "CHANGED: not as described above")
sys.exit(0 if ok else 1)
PY
