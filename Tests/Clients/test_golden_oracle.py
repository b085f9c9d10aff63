"""Random golden scenarios whose expected numbers come from an independent program (F4 to F7b).

Each scenario is a file of the published vocabulary; `freehold golden` runs it through the engine
and every comparison has to agree to the unit. More with `--oracle-scenarios N`.
"""

import json
import random
import subprocess

import harness
from staking_oracle import DAY, Staking

ROOT = harness.ROOT


def amounts(economy):
    """Principals that reach every tier or row, and both regimes of the accumulator."""
    unit = 10 ** economy["token"]["decimals"]
    if economy["staking"].get("periods"):
        return unit * 1_000, unit * 600_000, unit * 1_900_000
    return unit * 1_000, unit * 900_000, unit * 60_000_000


def scenario(seed, name, economy):
    rng = random.Random(f"{name} {seed}")
    terms = economy["staking"]
    least, usual, most = amounts(economy)
    members = {who: rng.randrange(usual, most) for who in ("ann", "ben", "cleo", "duc")}
    locks = [row["days"] for row in terms.get("periods") or terms["locks"]]
    bonuses = [item["id"] for item in terms["bonuses"]["items"]]
    scores = {
        who: {bonus: rng.randrange(10_001) for bonus in bonuses if rng.random() < 0.4}
        for who in members
    }
    scores = {who: held for who, held in scores.items() if held}
    smoothing = terms["revenueSmoothingEpochs"]
    model = Staking(economy, smoothing, members, {w: dict(s) for w, s in scores.items()})
    given = {"open": {f"user.{who}": str(units) for who, units in members.items()}}
    given["economySpec"] = f"economy-{name}.json"
    if not model.has_fees:
        given["smoothingEpochs"] = smoothing
    if scores:
        given["scores"] = scores
    when, then, labels, now = [], [], {}, 0
    deposits = usual // 10 if model.has_fees else usual * 5
    for number in range(1, rng.randrange(15, 45)):
        now += rng.choice([0, 1, rng.randrange(DAY), rng.randrange(10 * DAY), DAY, 30 * DAY])
        if rng.random() < 0.2:
            now += DAY - now % DAY
        model.advance(now)
        step = {"step": number, "t": now}
        expect, held, result = {}, None, None
        kinds = ["stake", "stake", "deposit", "advance"]
        if model.positions:
            kinds += ["claim"] * 4 + ["compound"] * 2 + ["earlyExit", "unstake", "unstake"]
            if bonuses:
                kinds.append("score")
        kind = rng.choice(kinds)
        if kind == "stake":
            who = rng.choice(list(members))
            top = max(model.members[who], least + 1)
            principal = rng.choice([rng.randrange(least // 2, top), least, rng.randrange(top)])
            lock = rng.choice(locks + [30, 17])
            held = model.stake(now, who, principal, lock)
            key = "days" if rng.random() < 0.5 else "lockDays"
            step |= {"op": kind, "actor": who, "principal": str(principal), key: lock}
            result = {} if held else None
            if held:
                labels[held.number] = step["position"] = f"p{held.number}"
        elif kind == "deposit":
            units = rng.randrange(1, deposits)
            result = {}
            if model.has_fees:
                step |= {"op": "feeShareDeposit", "units": str(units)}
                model.fee_account += units
            else:
                step |= {"op": "platformRevenue", "to": "staking.revenue", "units": str(units)}
                model.revenue += units
        elif kind == "advance":
            step |= {"op": "advance"}
            result = {}
        elif kind == "score":
            who, bonus = rng.choice(list(members)), rng.choice(bonuses)
            value = rng.randrange(10_001)
            step |= {"op": "score", "actor": who, "bonus": bonus, "score": value}
            model.score(now, who, bonus, value)
            result = {}
        else:
            held = rng.choice(model.positions)
            run = {"claim": model.claim, "compound": model.compound, "unstake": model.unstake,
                   "earlyExit": model.early_exit}[kind]
            result = run(now, held)
            step |= {"op": kind, "actor": held.owner, "position": labels[held.number]}
        when.append(step)
        if result is None:
            then.append({"afterStep": number, "expect": {"accepted": False}})
            continue
        expect |= result
        expect |= {
            "index": model.rewards.index_at(now, model.pool), "payable": model.payable,
            "totalWeight": model.rewards.weight, "budget": model.rewards.budget,
            "pool": model.pool, "spent": model.spent, "topUps": model.topups,
            "totalPrincipal": sum(p.principal for p in model.positions), "epoch": model.epoch,
        }
        if model.has_fees:
            expect |= {"feeAccount": model.fee_account, "feePayable": model.fee_payable,
                       "feeIndex": model.fees.index_at(now, model.fee_account)}
        else:
            expect["revenue"] = model.revenue
        if held in model.positions:
            expect |= {"weight": held.weight, "principal": held.principal, "rho": model.rho(held),
                       "aprBps": model.apr(held), "lockEnd": held.end,
                       "fraction": model.fraction(held)}
            if held.tier:
                expect["tier"] = held.tier
        if held:
            expect[f"user.{held.owner}"] = model.members[held.owner]
        expect = {
            key: value if isinstance(value, (bool, int)) and key in ("aprBps", "rho", "epoch")
            else str(value) for key, value in expect.items()
        }
        then.append({"afterStep": number, "expect": expect})
    return {"id": f"{name.upper()}-{seed}", "economy": name, "given": given, "when": when,
            "then": then}


def test_random_scenarios_agree_with_an_independent_program(tmp_path, oracle_scenarios):
    for name in ("dta", "btt"):
        lines = (ROOT / "economies" / f"{name}.json").read_text().splitlines()
        economy = json.loads("\n".join(x for x in lines if not x.lstrip().startswith("//")))
        scenarios = [scenario(seed, name, economy) for seed in range(oracle_scenarios)]
        file = tmp_path / f"{name}.json"
        file.write_text(json.dumps({"scenarios": scenarios}))
        run = subprocess.run(
            [harness.binary(), "golden", str(file)], capture_output=True, text=True, cwd=ROOT)
        print(run.stdout[-3000:], run.stderr[-2000:])
        assert run.returncode == 0
        comparisons = sum(len(check["expect"]) for one in scenarios for check in one["then"])
        print(f"{name}: {len(scenarios)} scenarios, {comparisons} comparisons agree to the unit")
