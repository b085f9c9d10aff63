internal import Economy
internal import Ledger
internal import Primitives

/// Turns bytes into operations: which of all declared calls, by whom, with which arguments. Types
/// and meanings come from the declarations, so that a new operation is met without a word here.
struct ArgumentChoice {
  private var rest: ArraySlice<UInt8>
  /// Who may act: members, then who holds the offices.
  private let actors: [Address]
  private let holders: [Access.Role: Address]
  /// Everybody that an argument may name.
  private let accounts: [Address]
  private let roles: [Digest]
  private let texts: [String]
  private let spans: [UInt64]
  private let calls: [(module: ModuleDeclaration, call: CallDeclaration)]

  init(_ genesis: Genesis, _ members: [Address], _ bytes: [UInt8]) {
    rest = bytes[...]
    let offices = genesis.plans.access.roles
    var held: [Access.Role: Address] = [:]
    for office in offices {
      if let role = Access.Role(rawValue: office.name) { held[role] = office.holders.first }
    }
    holders = held
    actors = members + offices.flatMap(\.holders)
    accounts =
      members + offices.flatMap(\.holders) + genesis.accountNames.map { SystemAddress.account($0) }
      + Registry.modules.map(\.address) + [.zero]
    roles = offices.map { Access.id($0.name) }
    texts =
      genesis.accountNames + genesis.parameters.map(\.pointer) + ["", "a", "ünïcödé"]
    spans = Self.spans(genesis)
    calls = Registry.modules.flatMap { module in module.calls.map { (module, $0) } }
  }

  private static func spans(_ genesis: Genesis) -> [UInt64] {
    let locks: [UInt64] =
      switch genesis.plans.staking.rates {
      case .tiers(_, let locks): locks.map(\.duration.count)
      case .periods(let periods): periods.map(\.duration.count)
      }
    return locks + [0, 1, 3_600, 86_400, 2_628_000, 31_536_000, .max]
  }

  /// No bytes are left.
  var isOver: Bool { rest.isEmpty }

  /// The next byte; zero where none is left.
  mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// True for one byte in eight.
  var isSometimes: Bool {
    mutating get { byte() & 7 == 0 }
  }

  private mutating func pick<Element>(_ all: [Element]) -> Element? {
    guard !all.isEmpty else { return nil }
    let place = all.count > 256 ? Int(byte()) << 8 | Int(byte()) : Int(byte())
    return all[place % all.count]
  }

  private mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }

  // Operations

  /// The next operation: who sends it, to which module, and its call data.
  mutating func operation(
    _ state: borrowing EconomyState
  ) -> (sender: Address, module: ModuleDeclaration, data: [UInt8]) {
    let (module, call) = pick(calls) ?? calls[0]
    let how = byte()
    var sender = actors[Int(how) % actors.count]
    // Who has the office, as a rule; everybody tries it now and then.
    if let role = call.role, how < 208, let holder = holders[role] { sender = holder }
    return (sender, module, data(call, by: sender, state, depth: 0))
  }

  private mutating func data(
    _ call: CallDeclaration, by sender: Address, _ state: borrowing EconomyState, depth: Int
  ) -> [UInt8] {
    var trees: [ABITree] = []
    for parameter in call.parameters {
      trees.append(tree(parameter.field, by: sender, state, depth: depth))
    }
    let selector = Selector(call.selector).bytes
    do throws(ABIFailure) {
      return try ABITree.encode(trees, as: call.parameters.map(\.type), after: selector)
    } catch {
      return selector
    }
  }

  // Arguments

  private mutating func tree(
    _ field: ABIField, by sender: Address, _ state: borrowing EconomyState, depth: Int
  ) -> ABITree {
    switch field.type {
    case .bool: return .flag(byte() & 1 == 1)
    case .address: return .account(account(sender))
    case .string: return .text(pick(texts) ?? "")
    case .fixedBytes(let count): return .bytes(word(count))
    case .bytes:
      // A batch carries calls.
      let kind = byte()
      if kind < 128, depth < 2, let (_, call) = pick(calls) {
        return .bytes(data(call, by: sender, state, depth: depth + 1))
      }
      return .bytes(bytes(Int(kind % 68)))
    case .uint(let bits): return .number(fitted(number(field.meaning, sender, state), bits))
    case .int(let bits): return .number(fitted(number(field.meaning, sender, state), bits - 1))
    case .array(let element):
      let count = Int(byte() % 4)
      return list(element, field, count: count, by: sender, state, depth)
    case .fixedArray(let element, let count):
      return list(element, field, count: count, by: sender, state, depth)
    case .tuple(let fields):
      var trees: [ABITree] = []
      for part in fields { trees.append(tree(part, by: sender, state, depth: depth)) }
      return .list(trees)
    }
  }

  private mutating func list(
    _ type: ABIType, _ field: ABIField, count: Int, by sender: Address,
    _ state: borrowing EconomyState, _ depth: Int
  ) -> ABITree {
    let part = ABIField(field.name, type, meaning: field.elementMeaning ?? .count)
    var trees: [ABITree] = []
    for _ in 0..<count { trees.append(tree(part, by: sender, state, depth: depth)) }
    return .list(trees)
  }

  private mutating func account(_ sender: Address) -> Address {
    let how = byte()
    if how < 32 { return sender }
    if how < 192 { return actors[Int(how) % actors.count] }
    return pick(accounts) ?? .zero
  }

  private mutating func word(_ count: Int) -> [UInt8] {
    if count == 32, byte() < 192, let role = pick(roles) { return role.bytes }
    return bytes(count)
  }

  private mutating func number(
    _ meaning: Meaning, _ sender: Address, _ state: borrowing EconomyState
  ) -> UInt256 {
    switch meaning {
    case .units: return units(state.balance(of: sender).units)
    case .seconds:
      return UInt256(UInt128(pick(spans) ?? 0))
    case .time:
      let now = state.ledger.time.seconds
      let span = pick(spans) ?? 0
      let (later, isOver) = now.addingReportingOverflow(span)
      return UInt256(UInt128(byte() & 3 == 0 ? now - min(now, span) : isOver ? .max : later))
    case .basisPoints:
      let shares: [UInt128] = [0, 1, 50, 100, 500, 1_000, 2_500, 5_000, 9_999, 10_000, 10_001]
      return UInt256(pick(shares) ?? 0)
    default: return anything(state)
    }
  }

  /// A part of a balance, or its edges.
  private mutating func units(_ balance: UInt128) -> UInt256 {
    switch byte() % 16 {
    case 0: return .zero
    case 1: return UInt256(1)
    case 2: return UInt256(balance)
    case 3: return UInt256(balance) + UInt256(1)
    case 4: return byte() & 1 == 0 ? .max : UInt256(UInt128.max)
    case 5: return UInt256(UInt128(byte()))
    case 6...9: return UInt256(balance / 256 * UInt128(byte()))
    default: return UInt256(balance >> UInt128(byte() % 48))
    }
  }

  /// A number of any meaning: small, near a parameter in force, or of the most bits.
  private mutating func anything(_ state: borrowing EconomyState) -> UInt256 {
    switch byte() % 8 {
    case 0: return byte() & 1 == 0 ? .max : UInt256(UInt128(UInt64.max))
    case 1, 2:
      let count = state.ledger.parameters.table.count
      guard count > 0 else { return .zero }
      let value = state.ledger.parameters.table[(Int(byte()) << 8 | Int(byte())) % count].value
      return UInt256(byte() & 1 == 0 ? value + 1 : value - min(value, 1))
    case 3: return UInt256(UInt128(byte()) << 8 | UInt128(byte()))
    default: return UInt256(UInt128(byte() % 24))
    }
  }

  private func fitted(_ number: UInt256, _ bits: Int) -> UInt256 {
    if bits >= 256 { return number }
    if bits > 128 {
      return UInt256(high: number.high & ((1 << UInt128(bits - 128)) - 1), low: number.low)
    }
    return UInt256(bits == 128 ? number.low : number.low & ((1 << UInt128(max(0, bits))) - 1))
  }
}
