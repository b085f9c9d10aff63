internal import Ledger
public import Primitives

extension EconomyState {
  /// Runs one transaction of the open block to its end. It never fails: a fault, a rejection and a
  /// success are all outcomes.
  public mutating func execute(_ call: TransactionCall) -> Outcome {
    let price = effectivePrice(maximum: call.maximumPrice, tip: call.tip)
    let start = ledger.events.records.count
    let account = ledger.accounts.find(call.sender)
    if let fault = fault(call, of: account) {
      return Outcome(
        status: .invalid(fault), gasUsed: 0, effectivePrice: price, fee: .zero,
        events: start..<start)
    }
    let needed = gasTable.needed(call.call)
    let used = min(needed, call.gasLimit / 1_000 * 1_000)
    // The fault check has bounded gas x price by a balance, and both are multiples that make the
    // quotient exact (economics N01).
    let fee = Amount(UInt128(used) * price / genesis.network.weiPerUnit)
    let sender = account ?? ledger.account(call.sender)
    ledger.advanceNonce(sender)
    ledger.post(.token, fee, from: sender, to: feeAccount)
    let savepoint = savepoint()
    let status: Outcome.Status
    do throws(Rejection) {
      guard needed <= call.gasLimit else {
        throw Kernel.rejection(
          .outOfGas, Word(UInt128(call.gasLimit)), Word(UInt128(needed)))
      }
      status = .success(try perform(call, by: sender))
    } catch {
      undo(to: savepoint)
      status = .rejected(error)
    }
    closeScope()
    return Outcome(
      status: status, gasUsed: used, effectivePrice: price, fee: fee,
      events: start..<ledger.events.records.count)
  }

  /// What `execute` would answer for the operation alone, without nonce, fee and funds for gas; all
  /// of it is undone (`eth_call`, `eth_estimateGas`). A value that is no whole number of units is a
  /// fault here too.
  /// - Parameter now: the clock's time; the operation is tried at it, as the next block would have
  ///   it, but before the next timer, which a preview does not run.
  public mutating func preview(_ call: TransactionCall, at now: LogicalTime? = nil) -> Outcome {
    if let fault = fractionFault(call) {
      return Outcome(
        status: .invalid(fault), gasUsed: 0, effectivePrice: genesis.network.baseFee, fee: .zero,
        events: 0..<0)
    }
    let savepoint = savepoint()
    let start = ledger.events.records.count
    let status: Outcome.Status
    if let now { advanceClock(to: now) }
    do throws(Rejection) {
      let sender = ledger.account(call.sender)
      status = .success(try perform(call, by: sender))
    } catch {
      status = .rejected(error)
    }
    undo(to: savepoint)
    return Outcome(
      status: status, gasUsed: gasTable.needed(call.call), effectivePrice: genesis.network.baseFee,
      fee: .zero, events: start..<start)
  }

  /// Never back, and never past what falls due.
  private mutating func advanceClock(to now: LogicalTime) {
    var seconds = now.seconds
    if let due = ledger.nextTimerDue() { seconds = min(seconds, max(due.seconds, 1) - 1) }
    if seconds > ledger.time.seconds { ledger.set(.time, seconds) }
  }

  /// The price that is taken, in wei per gas: the smaller of the maximum and base + tip, rounded
  /// down to the quantum, never below the base.
  public borrowing func effectivePrice(maximum: UInt128, tip: UInt128) -> UInt128 {
    let rules = genesis.network
    let (offered, overflow) = rules.baseFee.addingReportingOverflow(tip)
    let price = min(maximum, overflow ? maximum : offered)
    return max(rules.baseFee, price - price % rules.priceQuantum)
  }

  /// Why the transaction cannot be part of a block, in order; nil where it can.
  public borrowing func fault(_ call: TransactionCall) -> TransactionFault? {
    fault(call, of: ledger.accounts.find(call.sender))
  }

  /// The same, where the sender's account is known already.
  private borrowing func fault(
    _ call: TransactionCall, of account: AccountIndex?
  ) -> TransactionFault? {
    let nonce = account.map { ledger.accounts[$0].nonce } ?? 0
    if call.nonce < nonce { return .nonceTooLow(expected: nonce) }
    if call.nonce > nonce { return .nonceTooHigh(expected: nonce) }
    return fundsFault(call, spendable: account.map { ledger.accounts[$0].spendable } ?? .zero)
      ?? fractionFault(call)
  }

  /// That the value is no whole number of units.
  private borrowing func fractionFault(_ call: TransactionCall) -> TransactionFault? {
    let unit = genesis.network.weiPerUnit
    return call.value % unit == 0 ? nil : .fractionalValue(weiPerUnit: unit)
  }

  /// The faults that do not depend on the nonce.
  public borrowing func fundsFault(
    _ call: TransactionCall, spendable: Amount
  ) -> TransactionFault? {
    let rules = genesis.network
    if call.maximumPrice < rules.baseFee { return .underpriced(base: rules.baseFee) }
    if call.gasLimit < Kernel.intrinsicGas { return .intrinsicGas(needed: Kernel.intrinsicGas) }
    if call.gasLimit > rules.blockGasLimit {
      return .exceedsBlockGas(limit: rules.blockGasLimit)
    }
    let has = wideMultiply(spendable.units, rules.weiPerUnit)
    let gas = wideMultiply(UInt128(call.gasLimit), call.maximumPrice)
    let (needs, overflow) = gas.addingReportingOverflow(UInt256(high: 0, low: call.value))
    return overflow || has < needs
      ? .insufficientFunds(has: has, needs: overflow ? .max : needs) : nil
  }

  mutating func perform(
    _ call: TransactionCall, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    if call.value != 0, call.call.module != 0, !takesValue(call.call) {
      throw Kernel.rejection(.valueNotAccepted)
    }
    try guardMatrix(call, by: sender)
    return try apply(call.call.operation, of: call, by: sender)
  }

  private borrowing func takesValue(_ call: DecodedCall) -> Bool {
    guard let module = Registry.module(call.module), Int(call.place) < module.calls.count else {
      return false
    }
    return module.calls[Int(call.place)].isPayable
  }

  /// Pause, emergency and block list, before the module's own guards. A plain transfer is judged as
  /// the token's `transfer`; what nobody understands is refused for that.
  private borrowing func guardMatrix(
    _ call: TransactionCall, by sender: AccountIndex
  ) throws(Rejection) {
    var (module, place) = (call.call.module, call.call.place)
    switch call.call.operation {
    case .refused: return
    case .value: (module, place) = (Token.number, Token.transferPlace)
    default: break
    }
    if compliance.isQuiet(module) { return }
    try guardCompliance(
      module: module, place: place, parties(of: call.call.operation, to: call.to), by: sender)
  }

  /// A plain transfer: the transaction's value in units, under the token's own rules.
  mutating func transferValue(
    _ call: TransactionCall, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    let amount = Amount(call.value / genesis.network.weiPerUnit)
    _ = try apply(Token.Transfer(to: call.to, amount: amount), by: sender)
    return .nothing
  }
}
