internal import Cryptography
internal import Ledger
internal import Primitives

/// How a member of a forecast behaves.
public enum AgentKind: Int, CaseIterable, Sendable {
  case whale, staker, compounder, claimer, sybil, holder, seller, customer, contributor, insider
  case market

  /// In reports.
  public var name: String {
    switch self {
    case .whale: "whale"
    case .staker: "stakers"
    case .compounder: "compounders"
    case .claimer: "claimers"
    case .sybil: "sybil accounts"
    case .holder: "holders"
    case .seller: "sellers"
    case .customer: "customers"
    case .contributor: "contributors"
    case .insider: "vesting holders"
    case .market: "market"
    }
  }
}

/// A member: whose random choices are its own, so that they are the same whoever else is there and
/// in whatever order the members are made.
struct Agent {
  /// A stake that it knows of.
  struct Position {
    let receipt: UInt64
    /// Seconds since 1970.
    let lockEnd: UInt64
    var principal: UInt128
  }

  /// In the run's canonical order; what happens in one block happens in this order.
  let number: Int
  let address: Address
  let kind: AgentKind
  /// The agent for whom it stands: sybil accounts share one.
  let person: Int
  var stream: Generator
  /// Where the ledger has it, once it was touched.
  var account: AccountIndex?
  /// Its hour of the day.
  let hour: Int
  /// The day of its next decision.
  var nextDay: Int
  /// The yearly rate below which it does not stake, in basis points.
  let required: UInt64
  /// How much of the liquid start it gets, beside the others' weights.
  let weight: UInt64
  var positions: [Position] = []
  /// Rewards received or compounded, in base units.
  var earned: UInt128 = 0
  /// Principal times days, for the rate that was really paid.
  var stakedDays: UInt128 = 0
  /// What it had at the start.
  var startWealth: UInt128 = 0

  /// A member by its number: its stream follows from the seed and the address alone.
  init(
    number: Int, address: Address, kind: AgentKind, person: Int, seed: UInt64,
    _ assumptions: Assumptions
  ) {
    self.number = number
    self.address = address
    self.kind = kind
    self.person = person
    var bytes = Array("freehold.agent.stream.".utf8)
    seed.appendLittleEndian(to: &bytes)
    bytes.append(contentsOf: address.bytes)
    stream = Generator(seed: Keccak256.hash(bytes).w0)
    hour = stream.below(24)
    let cadence = Int(assumptions[kind == .claimer ? .claimDays : .decisionDays])
    nextDay = kind == .insider ? 0 : stream.below(cadence)
    let (low, high) = (assumptions[.requiredLow], assumptions[.requiredHigh])
    required = low + UInt64(stream.below(Int(high - low) + 1))
    // One in so many: few hold much, many hold little.
    weight = 1_000_000 / UInt64(1 + stream.below(1_000))
  }

  /// The address of a member who is made up: it depends on the number alone.
  static func address(_ name: String) -> Address {
    Address(truncating: Word(Keccak256.hash(Array("freehold.agent.\(name)".utf8))))
  }
}

/// Who takes part.
enum Population {
  /// So many made-up members and a market, in canonical order.
  /// - Parameter order: shuffles the order in which they are made; it changes nothing.
  static func made(
    _ count: Int, seed: UInt64, order: UInt64?, _ assumptions: Assumptions
  ) -> [Agent] {
    let kinds = kinds(count, assumptions)
    let sybil = kinds.firstIndex(of: .sybil) ?? 0
    var numbers = Array(0..<count)
    if let order {
      var generator = Generator(seed: order)
      numbers.shuffle(using: &generator)
    }
    var agents = numbers.map { number in
      Agent(
        number: number, address: Agent.address("\(number)"), kind: kinds[number],
        person: kinds[number] == .sybil ? sybil : number, seed: seed, assumptions)
    }
    agents.sort { $0.number < $1.number }
    return agents
  }

  /// The kind of each number: one whale, then the shares, then holders.
  static func kinds(_ count: Int, _ assumptions: Assumptions) -> [AgentKind] {
    var kinds: [AgentKind] = count > 0 ? [.whale] : []
    let shares: [(AgentKind, Assumption)] = [
      (.staker, .stakers), (.compounder, .compounders), (.claimer, .claimers),
      (.sybil, .sybils), (.seller, .sellers), (.customer, .customers),
      (.contributor, .contributors),
    ]
    for (kind, share) in shares {
      let number = count * Int(assumptions[share]) / 10_000
      kinds += Array(repeating: kind, count: min(number, count - kinds.count))
    }
    kinds += Array(repeating: .holder, count: count - kinds.count)
    return kinds
  }
}
