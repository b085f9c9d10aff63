public import Ledger
public import Primitives

/// Every operation of every module.
public enum Operation: Sendable {
  /// A plain transfer of the transaction's value.
  case value
  /// What cannot be understood; it is refused when it runs, and its fee is taken.
  indirect case refused(Rejection)
  case token(Token.Operation)
  indirect case access(Access.Operation)
  indirect case compliance(Compliance.Operation)
  indirect case parameters(Parameters.Operation)
  indirect case pools(Pools.Operation)
  indirect case vesting(Vesting.Operation)
  indirect case staking(Staking.Operation)
  indirect case batch(Batch.Operation)
  indirect case multicall(Multicall.Operation)
}

/// The only file that knows all modules: declarations, dispatch, tables, timers and invariants.
///
/// Who calls whom (a module calls only earlier ones, through their declared entry functions):
/// Entry functions are methods of the state, so the lines name only the types that a module
/// mentions; besides, all ask Access for roles, and all that pay ask Compliance (`pay`), the token
/// included. calls: Token -> (nothing)
/// calls: Access -> (nothing)
/// calls: Compliance -> (nothing)
/// calls: Parameters -> (nothing)
/// calls: Pools -> Access, Parameters
/// calls: Vesting -> Pools
/// calls: Staking -> Pools
/// calls: Batch -> (nothing)
/// calls: Multicall -> Batch
public enum Registry {
  /// Every module in dependency order.
  public static let modules: [ModuleDeclaration] = [
    Token.declaration, Access.declaration, Compliance.declaration, Parameters.declaration,
    Pools.declaration, Vesting.declaration, Staking.declaration, Batch.declaration,
    Multicall.declaration,
  ]

  /// The modules whose calls carry calls. What they carry goes through the kernel as if it had been
  /// sent alone, so they name no module and are named by none.
  static let carriers = [Batch.number, Multicall.number]

  /// The module that answers at an address.
  public static func module(at address: Address) -> ModuleDeclaration? {
    guard let number = SystemAddress.moduleNumber(address), let module = module(number),
      module.address == address
    else { return nil }
    return module
  }

  /// The module with that number.
  public static func module(_ number: UInt8) -> ModuleDeclaration? {
    number >= 1 && Int(number) <= modules.count ? modules[Int(number) - 1] : nil
  }

  /// The declaration of a rejection.
  public static func rejection(_ rejection: Rejection) -> RejectionDeclaration? {
    rejection.module == Kernel.number
      ? Kernel.rejections.first { $0.code == rejection.code }
      : module(rejection.module)?.rejection(rejection.code)
  }

  /// The declaration of an event record.
  public static func event(_ record: EventRecord) -> EventDeclaration? {
    record.module == 0 ? Token.transferEvent : module(record.module)?.event(record.code)
  }

  /// The revert data of a rejection as Solidity has it.
  public static func revertData(_ rejection: Rejection) -> [UInt8] {
    let reason = Self.rejection(rejection)?.revertData(rejection) ?? []
    return rejection.place == 0 ? reason : Batch.callFailed(Int(rejection.place) - 1, reason)
  }

  /// What a person reads of a rejection.
  public static func message(_ rejection: Rejection) -> String? {
    guard let message = Self.rejection(rejection)?.message else { return nil }
    return rejection.place == 0
      ? message : "CallFailed: call \(rejection.place - 1) of the batch: \(message)"
  }

  /// The first topic of an event record's log: its signature's digest. Postings, which are most of
  /// all events, are answered without their declaration.
  public static func topic(_ record: EventRecord) -> Word? {
    record.module == 0 ? postingTopic : event(record)?.topic
  }

  private static let postingTopic = Token.transferEvent.topic

  /// The address that emits an event record; postings of assets besides the token are announced by
  /// the module that created them.
  public static func emitter(_ record: EventRecord) -> Address {
    SystemAddress.module(record.module == 0 ? Token.number : record.module)
  }

  /// Understands a transaction's call data. It touches no state, so it runs anywhere.
  /// - Parameters:
  ///   - to: nil for a contract creation.
  ///   - data: the bytes that hold the call data in `range`.
  public static func decode(
    to: Address?, data: [UInt8], range: Range<Int>
  ) -> DecodedCall {
    func refused(_ rejection: Rejection) -> DecodedCall {
      DecodedCall(module: 0, place: 0, operation: .refused(rejection))
    }
    guard let to else { return refused(Kernel.rejection(.contractCreation)) }
    guard let module = module(at: to) else {
      return range.isEmpty
        ? DecodedCall(module: 0, place: 0, operation: .value)
        : refused(Kernel.rejection(.unknownModule, Word(to)))
    }
    guard range.count >= 4 else { return refused(Kernel.rejection(.unknownOperation)) }
    var selector: UInt32 = 0
    for byte in data[range.lowerBound..<range.lowerBound + 4] {
      selector = selector << 8 | UInt32(byte)
    }
    guard let (place, call) = module.call(selector) else {
      return refused(Kernel.rejection(.unknownOperation, Word(UInt128(selector))))
    }
    do throws(ABIFailure) {
      return DecodedCall(
        module: module.number, place: UInt8(truncatingIfNeeded: place),
        operation: try call.decode(Array(data[range]), 4))
    } catch {
      return refused(Kernel.rejection(.malformedArguments, Word(UInt128(selector))))
    }
  }

  /// What is wrong with the declarations: duplicate codes, selectors or numbers, missing codes.
  /// Empty in a sound build; checked at start and in tests.
  public static func verify() -> [String] {
    var faults = Limits.verify()
    for (place, module) in modules.enumerated() {
      if Int(module.number) != place + 1 {
        faults.append("module \(module.name) has number \(module.number), not \(place + 1)")
      }
      let selectors = module.calls.map(\.selector) + module.queries.map(\.selector)
      if selectors.count != selectors.sorted().deduplicated.count {
        faults.append("module \(module.name) declares a selector twice")
      }
      for (place, rejection) in module.rejections.enumerated()
      where Int(rejection.code) != place + 1 {
        faults.append("module \(module.name) declares rejection \(rejection.name) out of order")
      }
    }
    return faults
  }
}

extension Array where Element: Equatable {
  /// Without neighbours that repeat.
  fileprivate var deduplicated: [Element] {
    var result: [Element] = []
    for element in self where result.last != element { result.append(element) }
    return result
  }
}

extension EconomyState {
  mutating func apply(
    _ operation: Operation, of call: TransactionCall, by sender: AccountIndex
  ) throws(Rejection) -> Returned {
    switch operation {
    case .value: return try transferValue(call, by: sender)
    case .refused(let rejection): throw rejection
    case .token(let operation): return try apply(operation, by: sender)
    case .access(let operation): return try apply(operation, by: sender)
    case .compliance(let operation): return try apply(operation, by: sender)
    case .parameters(let operation): return try apply(operation, by: sender)
    case .pools(let operation): return try apply(operation, by: sender)
    case .vesting(let operation): return try apply(operation, by: sender)
    case .staking(let operation): return try apply(operation, by: sender)
    case .batch(let operation): return try apply(operation, of: call, by: sender)
    case .multicall(let operation): return try apply(operation, of: call, by: sender)
    }
  }

  /// Puts every module's plan into the first state, and starts the epochs.
  mutating func openModules() {
    openAccess()
    openCompliance()
    openParameters()
    openPools()
    openVesting()
    openStaking()
    scheduleEpoch()
  }

  /// The end of an epoch and the opening of the next, at one instant. The order is the rule:
  mutating func turnEpoch() {
    ledger.set(.epoch, ledger.value(of: .epoch) + 1)
    // Parameters first: what follows already counts with the new epoch's numbers.
    turnParametersEpoch()
    // Burn matching closes the old epoch, fee and revenue smoothing open the new one.
    turnPoolsEpoch()
    // Staking's budget is drawn from what the pools have released.
    turnStakingEpoch()
    scheduleEpoch()
  }

  private mutating func scheduleEpoch() {
    _ = ledger.schedule(
      at: genesis.time + Seconds((ledger.value(of: .epoch) + 1) * Seconds.day.count), .epoch,
      module: Kernel.number, kind: Kernel.epochTimer, reference: 0)
  }

  /// Runs a timer; the ledger has done its own.
  mutating func run(_ timer: TimerRow) {
    switch UInt8(truncatingIfNeeded: timer.module) {
    case Kernel.number: if timer.kind == Kernel.epochTimer { turnEpoch() }
    case Access.number: runAccess(timer)
    case Compliance.number: runCompliance(timer)
    case Parameters.number: runParameters(timer)
    case Pools.number: runPools(timer)
    case Vesting.number: runVesting(timer)
    case Staking.number: runStaking(timer)
    default: preconditionFailure("timer \(timer.number) has no owner in the registry")
    }
  }

  /// Takes back the newest change of a table.
  mutating func undoLast(of table: UInt8) {
    if ledger.undoLast(of: table) { return }
    switch table {
    case 16...19: token.undoLast(of: table)
    case 20...23: access.undoLast(of: table)
    case 24...27: compliance.undoLast(of: table)
    case 28...31: parameters.undoLast(of: table)
    case 32...35: pools.undoLast(of: table)
    case 36...39: vesting.undoLast(of: table)
    case 40...47: staking.undoLast(of: table)
    case 48: multicall.undoLast()
    default: preconditionFailure("table \(table) has no owner in the registry")
    }
  }

  /// Lets a visitor see all tables in table order.
  mutating func visitTables(_ visitor: inout some TableVisitor) {
    ledger.visit(&visitor)
    token.visit(&visitor)
    access.visit(&visitor)
    compliance.visit(&visitor)
    parameters.visit(&visitor)
    pools.visit(&visitor)
    vesting.visit(&visitor)
    staking.visit(&visitor)
    multicall.visit(&visitor)
  }

  /// The same tables as they stand now.
  borrowing func tableImages() -> [TableImage] {
    ledger.images() + token.images() + access.images() + compliance.images()
      + parameters.images() + pools.images() + vesting.images() + staking.images()
      + multicall.images()
  }

  /// Derives what stands outside loaded rows, in the modules' order: each may read the ones before.
  mutating func rebuildModules() throws(ImageFailure) {
    try rebuildToken()
    try rebuildAccess()
    try rebuildCompliance()
    try rebuildParameters()
    try rebuildPools()
    try rebuildVesting()
    try rebuildStaking()
    try rebuildMulticall()
  }

  /// What is broken between operations; empty in a sound state.
  public borrowing func invariants() -> [String] {
    var broken: [String] = []
    if !ledger.isBalanced { broken.append("the balances do not sum to the supply") }
    broken += token.invariants(accountCount: ledger.accounts.count)
    broken += accessInvariants() + complianceInvariants() + parametersInvariants()
    broken += poolsInvariants() + vestingInvariants() + stakingInvariants()
    broken += multicall.invariants()
    return broken
  }
}
