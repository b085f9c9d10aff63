internal import Cryptography
internal import Economy
internal import EconomyFile
internal import Primitives

/// What a scenario is given, as a document laid over the economy (decisions 30 and 34): units come
/// out of genesis wallets in file order, past pools and past every wallet that the scenario names,
/// so that the supply never changes.
struct GoldenOverlay {
  /// Who pays what a step brings in from outside.
  static let payer = "outside"

  private let document: EconomyDocument
  private let scenario: GoldenScenario
  private var wallets: [(name: String, units: UInt128)] = []
  private var grants: [JSONValue] = []

  init(_ scenario: GoldenScenario, over document: EconomyDocument) {
    self.document = document
    self.scenario = scenario
  }

  /// A member's address.
  static func address(_ name: String) -> Address {
    Address(truncating: Word(Keccak256.hash(Array("freehold.golden.user.\(name)".utf8))))
  }

  /// The overlay's text.
  mutating func text() throws(GoldenFault) -> String {
    let named = scenario.wallets(among: document.namedAccounts)
    for wallet in document.wallets where !named.contains(wallet.account) {
      switch wallet.release {
      case .pool, .milestoneBurn: continue
      default: wallets.append((wallet.account, wallet.amount.units))
      }
    }
    for (name, units) in scenario.given.accounts { try set(name, to: units) }
    for (name, units) in scenario.given.open { try give(units, to: Self.address(name)) }
    try give(outside(), to: Self.address(Self.payer))
    var members = [Offices.overlay(document), JSONMember("grants", .array(grants))]
    if let staking = staking() { members.append(JSONMember("staking", staking)) }
    return JSONValue.object(members).text
  }

  /// What the steps bring in from outside.
  private func outside() throws(GoldenFault) -> UInt128 {
    var sum: UInt128 = 0
    for step in scenario.steps {
      switch step.action {
      case .deposit(_, let units), .feeShare(let units):
        let (next, overflow) = sum.addingReportingOverflow(units)
        guard !overflow else { throw GoldenFault("/when", "deposits exceed every supply") }
        sum = next
      default: break
      }
    }
    return sum
  }

  private func staking() -> JSONValue? {
    var members: [JSONMember] = []
    if let epochs = scenario.given.smoothingEpochs {
      members.append(JSONMember("revenueSmoothingEpochs", .number("\(epochs)")))
    }
    if let epochs = scenario.given.feeSmoothingEpochs {
      let share = JSONValue.object([JSONMember("smoothingEpochs", .number("\(epochs)"))])
      members.append(JSONMember("dynamic", .object([JSONMember("feeShare", share)])))
    }
    return members.isEmpty ? nil : .object(members)
  }

  /// Makes a named account hold exactly so much, out of the wallets or into the last of them.
  private mutating func set(_ name: String, to units: UInt128) throws(GoldenFault) {
    guard document.namedAccounts.contains(name) else {
      throw GoldenFault("/given/\(name)", "the economy has no account \"\(name)\"")
    }
    let held = document.wallets.filter { $0.account == name }.reduce(UInt128(0)) {
      $0 + $1.amount.units
    }
    if units > held { try give(units - held, to: name) }
    if units < held, let spare = wallets.last {
      grant(held - units, from: name, to: spare.name)
    }
  }

  private mutating func give(_ units: UInt128, to address: Address) throws(GoldenFault) {
    try give(units, to: Hex.text(address.bytes))
  }

  private mutating func give(_ units: UInt128, to receiver: String) throws(GoldenFault) {
    var needed = units
    for place in wallets.indices where needed > 0 && wallets[place].units > 0 {
      let part = min(needed, wallets[place].units)
      wallets[place].units -= part
      needed -= part
      grant(part, from: wallets[place].name, to: receiver)
    }
    guard needed == 0 else {
      throw GoldenFault("/given/open", "the wallets lack \(needed) units of what is given")
    }
  }

  private mutating func grant(_ units: UInt128, from wallet: String, to receiver: String) {
    let tokens = DecimalText.format(Amount(units), decimals: document.token.decimals)
    grants.append(
      .object([
        JSONMember("to", .string(receiver)), JSONMember("tokens", .string(tokens)),
        JSONMember("units", .string("\(units)")), JSONMember("from", .string(wallet)),
      ]))
  }
}

extension GoldenScenario {
  /// The wallets that the scenario names anywhere: their balances are its own affair.
  func wallets(among accounts: [String]) -> [String] {
    var names = given.accounts.map(\.name)
    for step in steps {
      switch step.action {
      case .vesting(let wallet?, _), .release(let wallet): names.append(wallet)
      case .deposit(let to?, _): names.append(to)
      case .transfer(let to, _): names.append(to)
      default: break
      }
    }
    for check in checks {
      for member in check.expect {
        names.append(member.name)
        // As in "vested.team.core".
        names.append(String(member.name.drop { $0 != "." }.dropFirst()))
        names += member.value.members?.map(\.name) ?? []
      }
    }
    return accounts.filter { names.contains($0) }
  }

  /// Every member that it names.
  var members: [String] {
    var names = given.open.map(\.name)
    for step in steps {
      if let actor = step.actor { names.append(actor) }
      switch step.action {
      case .transfer(let to, _), .transferPosition(let to): names.append(to)
      default: break
      }
    }
    var members: [String] = []
    for name in names where !members.contains(name) { members.append(name) }
    return members
  }
}
