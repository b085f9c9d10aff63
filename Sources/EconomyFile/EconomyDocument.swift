public import Primitives

/// An economy as its file and overlays state it, read and checked: the numbers of a whole network
/// before its first block.
///
/// Every section of the file has a typed form here or, where no module reads it yet, stands in
/// `tree`. Only `EconomyFile.load` makes one, so a document is sound by construction.
public struct EconomyDocument: Sendable, Equatable {
  /// The file's own version, such as "1.0-draft".
  public let specVersion: String
  /// The economy's short name, such as "dta".
  public let economyID: String
  public let title: String
  public let time: Time
  public let token: Token
  public let network: Network
  public let access: Access
  /// Accounts that money flows through, in file order, without "user", which stands for every
  /// member.
  public let flowAccounts: [String]
  public let allocations: [Allocation]
  public let pools: [Pool]
  public let staking: Staking
  public let fees: Fees
  public let burns: Burns
  public let governance: Governance
  public let releaseGovernor: ReleaseGovernor?
  public let milestones: [Milestone]
  public let bounds: [Bound]
  /// What overlays move out of genesis wallets.
  public let grants: [Grant]
  /// The whole document, members sorted (RFC 8785): any pointer can be followed in it.
  public let tree: JSONValue

  /// A section as a tree, such as "twins"; nil where the file has none.
  public func section(_ name: String) -> JSONValue? { tree[name] }

  /// The wallets of all allocations in file order. An account may hold several of kind
  /// `milestoneBurn`, each with its own share.
  public var wallets: [Wallet] { allocations.flatMap(\.children).flatMap(\.wallets) }

  /// The pool of an account name, or nil.
  public func pool(_ id: String) -> Pool? { pools.first { $0.id == id } }

  /// Every named account once: wallets in allocation order, then flow accounts. Deriving their
  /// addresses is the Economy floor's.
  public var namedAccounts: [String] {
    var names: [String] = []
    for name in wallets.map(\.account) + flowAccounts where !names.contains(name) {
      names.append(name)
    }
    return names
  }
}

extension EconomyDocument {
  /// Genesis in calendar time.
  public struct Time: Sendable, Equatable {
    /// The date of the file; a network may start at another (`init --genesis-time`).
    public let genesis: LogicalTime
  }

  /// The token of the economy. Its supply is fixed: there is no mint.
  public struct Token: Sendable, Equatable {
    /// One to six characters.
    public let symbol: String
    public let name: String
    /// 0 to 18.
    public let decimals: Int
    public let totalSupply: Amount
    public let burnable: Bool
    public let pausable: Bool
    public let blacklist: Bool
    public let accessControl: Bool
  }
}

/// Reading of the sections that stand for themselves.
extension EconomyDocument.Time {
  init(_ fields: Fields) {
    fields.prose("ref", "decision")
    let text = fields.text("genesis")
    let seconds = fields.whole("genesisUnix", in: 0...253_402_300_799)
    genesis = LogicalTime(seconds)
    if fields.node.value["genesisUnix"] != nil, !text.isEmpty {
      let expected = Self.calendar(seconds)
      if text != expected {
        fields.required("genesis")?.fail(
          "\"\(text)\" is not the second \(seconds) of genesisUnix",
          repair: "write \"\(expected)\", or correct genesisUnix")
      }
    }
    fields.finish()
  }

  /// The instant as RFC 3339 in UTC, by the proleptic Gregorian calendar counted from March.
  static func calendar(_ seconds: UInt64) -> String {
    let days = seconds / 86_400 + 719_468
    let era = days / 146_097
    let ofEra = days % 146_097
    let year = (ofEra - ofEra / 1_460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * year + year / 4 - year / 100)
    let shifted = (5 * ofYear + 2) / 153
    let day = ofYear - (153 * shifted + 2) / 5 + 1
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let calendarYear = String(year + era * 400 + (month <= 2 ? 1 : 0))
    let padded = String(repeating: "0", count: max(0, 4 - calendarYear.utf8.count)) + calendarYear
    let rest = seconds % 86_400
    return "\(padded)-\(two(month))-\(two(day))T\(two(rest / 3_600)):\(two(rest / 60 % 60)):"
      + "\(two(rest % 60))Z"
  }
}

extension EconomyDocument.Token {
  init(_ fields: Fields) {
    let reading = fields.reading
    fields.prose("ref", "decision")
    symbol = fields.text("symbol")
    if symbol.count > 6 || !symbol.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) {
      fields.required("symbol")?.fail(
        "\"\(symbol)\" is no symbol", repair: "write 1 to 6 characters of ASCII without spaces")
    }
    name = fields.text("name")
    // The supply needs the decimals, and every other amount needs the supply.
    var places = 0
    if reading.isSound({ places = Int(fields.whole("decimals", in: 0...18)) }),
      fields.node.value["decimals"] != nil
    {
      reading.decimals = places
    }
    decimals = places
    var supply = Amount.zero
    if reading.isSound({ supply = fields.amount("totalSupply") }), reading.decimals != nil,
      fields.node.value["totalSupply"] != nil
    {
      if supply == .zero {
        fields.required("totalSupply")?.fail("there is no supply", repair: "write what exists")
      } else {
        reading.supply = supply.units
      }
    }
    totalSupply = supply
    enum Model: String, CaseIterable { case fixed }
    _ = fields.choice("supplyModel", Model.self)
    if fields.flag("mintAfterGenesis") {
      fields.required("mintAfterGenesis")?.fail(
        "nothing is minted after genesis", repair: "write false")
    }
    burnable = fields.flag("burnable")
    pausable = fields.flag("pausable")
    blacklist = fields.flag("blacklist")
    accessControl = fields.flag("accessControl")
    fields.finish()
  }
}
