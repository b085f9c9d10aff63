"""Staking by the published formulas (F0, F2, F4 to F7b), in whole numbers of Python.

Written from the formulas and the economy files alone; it shares no code and no structure with the
engine. A run keeps what the accounts hold and answers with what a golden scenario may compare.
"""

BPS = 10_000
DAY = 86_400
YEAR = 31_536_000
SCALE = 10**24
RATE_SCALE = 10**8


class Accumulator:
    """F4: an index over a total weight, anchored where the weight changes and where epochs open."""

    def __init__(self, capped):
        self.capped = capped
        self.weight = 0
        self.time = self.start = 0
        self.index = self.carry = self.rem = 0
        self.budget = 0
        self.moved = 0  # of what flowed since the anchor, how much has left the source

    def flow(self, t, source):
        if self.weight == 0:
            return 0
        t = min(t, self.start + DAY)
        paced = self.budget * (t - self.start) // DAY
        paced -= self.budget * (self.time - self.start) // DAY
        if self.capped:
            ceiling = (self.weight * (t - self.time) + self.rem) // (RATE_SCALE * YEAR)
            paced = min(paced, ceiling)
        return min(paced, source + self.moved)

    def index_at(self, t, source):
        if self.weight == 0:
            return self.index
        return self.index + (self.flow(t, source) * SCALE + self.carry) // self.weight

    def collect(self, t, source):
        due = self.flow(t, source) - self.moved
        self.moved += due
        return due

    def anchor(self, t, source, weight):
        """Returns what has to leave the source."""
        due = self.collect(t, source)
        flowed = self.moved
        if self.weight:
            self.index = self.index_at(t, source - due)
            earned = self.weight * (min(t, self.start + DAY) - self.time) + self.rem
            self.rem = earned % (RATE_SCALE * YEAR)
            self.carry = (flowed * SCALE + self.carry) % self.weight
        self.time, self.moved, self.weight = t, 0, weight
        if weight == 0:
            self.rem = 0
        return due

    def open(self, t, budget):
        self.start, self.budget = t, budget


class Position:
    def __init__(self, owner, principal, lock, start):
        self.owner, self.principal, self.lock, self.start = owner, principal, lock, start
        self.end = start + lock * DAY
        self.tier = None
        self.past = False
        self.weight = self.fee_weight = 0
        self.paid = self.fraction = self.pending = 0
        self.fee_paid = self.fee_fraction = self.fee_pending = 0


class Staking:
    def __init__(self, economy, smoothing, members, scores):
        terms = economy["staking"]
        self.terms = terms
        self.rows = terms.get("periods")
        self.members = dict(members)
        self.scores = scores
        self.payable = self.principal = 0
        self.revenue = 0
        self.fee_account = self.fee_payable = 0
        self.burned = self.topups = self.spent = 0
        self.smoothing = smoothing
        self.has_fees = bool(terms.get("dynamic", {}).get("feeShare"))
        entry = next(p for p in economy["pools"] if p["id"] == terms["pool"])
        unit = 10 ** economy["token"]["decimals"]
        self.years = [int(tokens) * unit for tokens in entry["emission"]["yearTokens"]]
        self.pool = sum(self.years)
        self.epoch = 0
        self.rewards, self.fees = Accumulator(True), Accumulator(False)
        self.rewards.open(0, self.budget())
        self.fees.open(0, 0)
        self.positions = []
        self.number = self.time = 0

    def scheduled(self, epochs):
        total = 0
        for amount in self.years:
            part = min(epochs, 365)
            total += amount * part // 365
            epochs -= part
            if epochs == 0:
                break
        return total

    def budget(self):
        return max(0, self.scheduled(self.epoch + 1) + self.topups - self.spent)

    # Rates

    def tier_of(self, principal):
        fitting = [t for t in self.terms["tiers"] if int(t["minPrincipal"]["units"]) <= principal]
        return fitting[-1]["id"] if fitting else self.terms["tiers"][0]["id"]

    def apr(self, p):
        if self.rows:
            days = self.rows[0]["days"] if p.past else p.lock
            return next(r["aprBps"] for r in self.rows if r["days"] == days)
        tier = next(t for t in self.terms["tiers"] if t["id"] == p.tier)
        spread = 0
        if not p.past:
            spread = next(k["rangeBps"] for k in self.terms["locks"] if k["days"] == p.lock)
        return tier["aprMinBps"] + (tier["aprMaxBps"] - tier["aprMinBps"]) * spread // BPS

    def bonus(self, owner):
        rules = self.terms["bonuses"]
        total = 0
        for item in rules["items"]:
            score = self.scores.get(owner, {}).get(item["id"])
            if score is not None:
                floor = rules["floorBps"]
                total += floor + (item["maxBps"] - floor) * score // BPS
        return min(total, rules["aggregateCapBps"])

    def burn_rate(self, p):
        if not self.rows:
            return 0
        days = self.rows[0]["days"] if p.past else p.lock
        return next(r["rewardBurnBps"] for r in self.rows if r["days"] == days)

    def rho(self, p):
        return self.apr(p) * (BPS + self.bonus(p.owner))

    # Flows

    def spend(self, due):
        self.pool -= due
        self.payable += due
        self.spent += due

    def pay_fees(self, due):
        self.fee_account -= due
        self.fee_payable += due

    def advance(self, t):
        while True:
            epoch = (self.epoch + 1) * DAY
            ends = [p.end for p in self.positions if not p.past]
            due = min(ends + [epoch])
            if due > t:
                break
            self.time = due
            if epoch == due:
                self.turn(due)
            for p in sorted((p for p in self.positions if not p.past and p.end == due),
                            key=lambda p: p.number):
                self.end_lock(p, due)
        self.time = t

    def turn(self, t):
        self.epoch += 1
        moved = self.revenue // self.smoothing
        # Revenue reaches the pool as the epoch opens; the closing epoch is settled without it.
        self.spend(self.rewards.anchor(t, self.pool, self.rewards.weight))
        self.pay_fees(self.fees.anchor(t, self.fee_account, self.fees.weight))
        self.revenue -= moved
        self.pool += moved
        self.topups += moved
        self.rewards.open(t, self.budget())
        if self.has_fees:
            period = self.terms["dynamic"]["feeShare"]["smoothingEpochs"]
            self.fees.open(t, self.fee_account // period)

    def end_lock(self, p, t):
        rate = self.burn_rate(p)
        if rate:
            self.collect(t)
            self.settle(p, t)
            burned = p.pending * rate // BPS
            p.pending -= burned
            self.payable -= burned
            self.burned += burned
        p.past = True
        self.reweigh(p, t)

    def collect(self, t):
        self.spend(self.rewards.collect(t, self.pool))
        self.pay_fees(self.fees.collect(t, self.fee_account))

    def settle(self, p, t):
        index = self.rewards.index_at(t, self.pool)
        earned = p.weight * (index - p.paid) + p.fraction
        p.pending += earned // SCALE
        p.fraction, p.paid = earned % SCALE, index
        index = self.fees.index_at(t, self.fee_account)
        earned = p.fee_weight * (index - p.fee_paid) + p.fee_fraction
        p.fee_pending += earned // SCALE
        p.fee_fraction, p.fee_paid = earned % SCALE, index

    def fraction(self, p):
        """What a reader sees at this second: settling changes nothing."""
        index = self.rewards.index_at(self.time, self.pool)
        return (p.weight * (index - p.paid) + p.fraction) % SCALE

    def weigh(self, p, weight, fee_weight, t):
        if weight != p.weight:
            total = self.rewards.weight - p.weight + weight
            self.spend(self.rewards.anchor(t, self.pool, total))
            p.weight = weight
        if self.has_fees and fee_weight != p.fee_weight:
            total = self.fees.weight - p.fee_weight + fee_weight
            self.pay_fees(self.fees.anchor(t, self.fee_account, total))
            p.fee_weight = fee_weight

    def reweigh(self, p, t):
        self.settle(p, t)
        self.weigh(p, p.principal * self.rho(p), p.principal, t)

    # Steps

    def minimum(self, lock):
        if self.rows:
            row = next((r for r in self.rows if r["days"] == lock), None)
            return None if row is None else int(row["minPrincipal"]["units"])
        if all(k["days"] != lock for k in self.terms["locks"]):
            return None
        return int(self.terms["minPrincipal"]["units"])

    def stake(self, t, owner, principal, lock):
        least = self.minimum(lock)
        if least is None or principal < least or principal > self.members[owner]:
            return None
        p = Position(owner, principal, lock, t)
        self.number += 1
        p.number = self.number
        if not self.rows:
            p.tier = self.tier_of(principal)
        self.members[owner] -= principal
        self.principal += principal
        self.weigh(p, principal * self.rho(p), principal, t)
        p.paid, p.fee_paid = self.rewards.index, self.fees.index
        self.positions.append(p)
        return p

    def claim(self, t, p):
        self.collect(t)
        self.settle(p, t)
        burned = p.pending * self.burn_rate(p) // BPS
        paid, fee = p.pending - burned, p.fee_pending
        p.pending = p.fee_pending = 0
        self.payable -= paid + burned
        self.fee_payable -= fee
        self.burned += burned
        self.members[p.owner] += paid + fee
        return {"paid": paid, "burned": burned, "feeShare": fee, "base": paid + burned}

    def compound(self, t, p):
        self.settle(p, t)
        if p.pending < int(self.terms["compound"]["minPending"]["units"]):
            return None
        self.collect(t)
        burned = p.pending * self.burn_rate(p) // BPS
        added, fee = p.pending - burned, p.fee_pending
        p.pending = p.fee_pending = 0
        self.payable -= added + burned
        self.burned += burned
        self.fee_payable -= fee
        self.members[p.owner] += fee
        self.principal += added
        p.principal += added
        if not self.rows:
            p.tier = self.tier_of(p.principal)
        self.reweigh(p, t)
        return {"compounded": added, "burned": burned}

    def close(self, t, p):
        self.weigh(p, 0, 0, t)
        self.positions.remove(p)
        self.principal -= p.principal

    def unstake(self, t, p):
        if not p.past:
            return None
        result = self.claim(t, p)
        self.close(t, p)
        self.members[p.owner] += p.principal
        result["returned"] = p.principal
        return result

    def early_exit(self, t, p):
        if p.past:
            return None
        terms = self.terms["earlyExit"]
        top = p.principal * terms["maxPenaltyBps"] * (p.end - t)
        penalty = -(-top // (BPS * p.lock * DAY))
        burned = penalty * terms["burnShareBps"] // BPS
        self.collect(t)
        self.settle(p, t)
        forfeited, fee = p.pending, p.fee_pending
        self.fee_payable -= fee
        self.members[p.owner] += fee
        self.close(t, p)
        self.burned += burned
        self.payable -= forfeited
        self.pool += penalty - burned + forfeited
        self.topups += penalty - burned + forfeited
        self.members[p.owner] += p.principal - penalty
        return {"returned": p.principal - penalty, "penalty": penalty, "burned": burned,
                "forfeited": forfeited}

    def score(self, t, owner, bonus, value):
        held = self.scores.setdefault(owner, {})
        held[bonus] = value
        for p in self.positions:
            if p.owner == owner:
                self.reweigh(p, t)
