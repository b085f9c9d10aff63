internal import Ledger
package import Primitives

extension EconomyState {
  /// Runs an operation of the open block as `execute` does, compliance and guards included, but
  /// takes no nonce and no fee: for scenarios whose balances are stated without fees, and whose
  /// members stake all that they hold.
  package mutating func executeFree(_ call: DecodedCall, by sender: Address) -> Outcome {
    let start = ledger.events.records.count
    let account = ledger.account(sender)
    let savepoint = savepoint()
    let status: Outcome.Status
    do throws(Rejection) {
      let transaction = TransactionCall(
        sender: sender, nonce: 0, gasLimit: 0, maximumPrice: 0, tip: 0,
        to: SystemAddress.module(call.module), value: 0, call: call)
      status = .success(try perform(transaction, by: account))
    } catch {
      undo(to: savepoint)
      status = .rejected(error)
    }
    closeScope()
    return Outcome(
      status: status, gasUsed: 0, effectivePrice: 0, fee: .zero,
      events: start..<ledger.events.records.count)
  }

  /// Settles the payment of a service through the waterfall, the payer's discount counted, as the
  /// modules that sell services do; nil where the payer cannot pay it, or it is below the least.
  package mutating func settleFree(
    _ gross: Amount, category: String, from payer: Address, to provider: Address
  ) -> FeeSettlement? {
    guard let category = feeCategory(category), gross >= minimumGross(), gross > .zero,
      let account = ledger.accounts.find(payer), ledger.accounts[account].spendable >= gross
    else { return nil }
    let settlement = settleService(
      gross, category, discount: stakingBenefits(of: account).feeDiscount, from: account,
      to: ledger.account(provider))
    closeScope()
    return settlement
  }

  /// Pays a reward out of a pool within its budget, as the modules that reward work do.
  /// - Returns: what was paid: nothing where there is no such pool, or its budget is spent.
  package mutating func rewardFree(
    _ amount: Amount, pool: String, to receiver: Address
  ) -> Amount {
    guard let pool = poolIndex(pool) else { return .zero }
    let paid = min(amount, poolBudget(pool))
    guard paid > .zero else { return .zero }
    spendPool(pool, paid, to: ledger.account(receiver))
    closeScope()
    return paid
  }
}

// Operations as values, for those who act without call data.

extension Staking.Stake {
  package init(_ amount: Amount, lock: Seconds) {
    self.amount = amount
    self.lock = lock
  }
}

extension Staking.Claim {
  package init(_ position: Staking.ReceiptID) { self.position = position }
}

extension Staking.Compound {
  package init(_ position: Staking.ReceiptID) { self.position = position }
}

extension Staking.Unstake {
  package init(_ position: Staking.ReceiptID) { self.position = position }
}

extension Staking.ExitEarly {
  package init(_ position: Staking.ReceiptID) { self.position = position }
}

extension Staking.SetBonusScore {
  package init(_ account: Address, bonus: UInt8, score: BasisPoints) {
    self.account = account
    self.bonus = bonus
    self.score = score
  }
}

extension Vesting.Release {
  package init(_ grant: UInt64) { self.grant = grant }
}

extension Vesting.ReleaseTo {
  package init(_ grant: UInt64, to: Address, _ amount: Amount) {
    self.grant = grant
    self.to = to
    self.amount = amount
  }
}

extension Vesting.Achieve {
  package init(_ milestone: String) { self.milestone = milestone }
}
