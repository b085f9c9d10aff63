public import Primitives

/// What an economy comes to, for `freehold check`: in words and as JSON.
public struct EconomySummary: Sendable, Equatable {
  /// A line of the table of allocations; a child stands under its allocation.
  public struct Row: Sendable, Equatable {
    public let id: String
    public let isChild: Bool
    public let share: BasisPoints
    public let amount: Amount
    /// How many wallets hold it.
    public let wallets: Int
  }

  /// A pool and its schedule.
  public struct PoolRow: Sendable, Equatable {
    public let id: String
    public let kind: EconomyDocument.PoolKind
    public let amount: Amount
    public let startEpoch: UInt64
    /// "10 years", "4 phases" or "on demand".
    public let schedule: String
  }

  /// The economy's title.
  public let title: String
  /// The economy's id, such as `dta`.
  public let economyID: String
  /// The chain id, 1 to 4,503,599,627,370,476.
  public let chainID: UInt64
  /// The token's symbol.
  public let symbol: String
  /// The token's decimals, 0 to 18.
  public let decimals: Int
  /// The whole supply in base units.
  public let supply: Amount
  /// One row an allocation, in file order.
  public let allocations: [Row]
  /// One row a pool, in file order.
  public let pools: [PoolRow]
  /// What is counted, by name, in the order of the file.
  public let counts: [(name: String, count: Int)]
  /// Names of access without an address.
  public let unboundNames: [String]
  public let development: Bool

  /// Summarises a document.
  public init(_ document: EconomyDocument) {
    title = document.title
    economyID = document.economyID
    chainID = document.network.chainID
    symbol = document.token.symbol
    decimals = document.token.decimals
    supply = document.token.totalSupply
    allocations = document.allocations.flatMap { allocation in
      [
        Row(
          id: allocation.id, isChild: false, share: allocation.share, amount: allocation.amount,
          wallets: allocation.children.reduce(0) { $0 + $1.wallets.count })
      ]
        + allocation.children.map {
          Row(
            id: $0.id, isChild: true, share: $0.share, amount: $0.amount, wallets: $0.wallets.count
          )
        }
    }
    pools = document.pools.map { pool in
      let wallet = document.wallets.first { $0.account == pool.id }
      return PoolRow(
        id: pool.id, kind: pool.kind, amount: wallet?.amount ?? .zero,
        startEpoch: pool.emission.startEpoch, schedule: Self.schedule(pool.emission))
    }
    counts = [
      ("wallets", document.wallets.count), ("accounts", document.namedAccounts.count),
      ("pools", document.pools.count), ("parameters", document.parameters().count),
      ("milestones", document.milestones.count), ("roles", document.access.roles.count),
      ("names", document.access.names.count), ("grants", document.grants.count),
    ]
    unboundNames = document.access.unboundNames
    development = document.network.development
  }

  public static func == (left: EconomySummary, right: EconomySummary) -> Bool {
    left.json == right.json
  }

  /// The summary for people: lines of at most a hundred columns.
  public var text: String {
    var lines = [
      "\(title) (\(economyID)), chain \(chainID)\(development ? ", development network" : "")",
      "supply  \(tokens(supply)) \(symbol), fixed; \(decimals) decimals, "
        + "\(grouped(supply.units)) units",
      "",
      Self.columns("allocation", "share", "tokens", "wallets"),
    ]
    for row in allocations {
      lines.append(
        Self.columns(
          (row.isChild ? "  " : "") + row.id, percent(row.share), tokens(row.amount),
          "\(row.wallets)"))
    }
    let parts = allocations.filter { !$0.isChild }
    lines.append(
      Self.columns(
        "sum", percent(BasisPoints(parts.reduce(0) { $0 + $1.share.value })),
        tokens(parts.reduce(.zero) { $0 + $1.amount }), "\(parts.reduce(0) { $0 + $1.wallets })"))
    lines += ["", Self.columns("pool", "from epoch", "tokens", "schedule")]
    for pool in pools {
      lines.append(
        Self.columns(pool.id, "\(pool.startEpoch)", tokens(pool.amount), pool.schedule))
    }
    lines += ["", counts.map { "\($0.count) \($0.name)" }.joined(separator: ", ")]
    if !unboundNames.isEmpty {
      lines.append(
        "\(unboundNames.count) names of access have no address yet; an overlay binds them")
    }
    return lines.joined(separator: "\n")
  }

  /// The summary for machines; amounts in units as texts.
  public var json: String {
    var writer = JSONWriter(capacity: 4_096)
    writer.beginObject()
    for (name, value) in [("economyId", economyID), ("title", title), ("symbol", symbol)] {
      writer.name(name)
      writer.string(value)
    }
    writer.name("chainId")
    writer.number(chainID)
    writer.name("decimals")
    writer.number(decimals)
    writer.name("supply")
    writer.quotedNumber(supply.units)
    writer.name("development")
    writer.bool(development)
    writer.name("allocations")
    writer.beginArray()
    for row in allocations {
      writer.beginObject()
      writer.name("id")
      writer.string(row.id)
      writer.name("child")
      writer.bool(row.isChild)
      writer.name("bps")
      writer.number(row.share.value)
      writer.name("units")
      writer.quotedNumber(row.amount.units)
      writer.name("wallets")
      writer.number(row.wallets)
      writer.endObject()
    }
    writer.endArray()
    writer.name("pools")
    writer.beginArray()
    for pool in pools {
      writer.beginObject()
      writer.name("id")
      writer.string(pool.id)
      writer.name("kind")
      writer.string(pool.kind.rawValue)
      writer.name("units")
      writer.quotedNumber(pool.amount.units)
      writer.name("startEpoch")
      writer.number(pool.startEpoch)
      writer.name("schedule")
      writer.string(pool.schedule)
      writer.endObject()
    }
    writer.endArray()
    writer.name("counts")
    writer.beginObject()
    for (name, count) in counts {
      writer.name(name)
      writer.number(count)
    }
    writer.endObject()
    writer.name("unboundNames")
    writer.beginArray()
    for name in unboundNames { writer.string(name) }
    writer.endArray()
    writer.endObject()
    return writer.text
  }

  private static func schedule(_ emission: EconomyDocument.Emission) -> String {
    switch emission {
    case .yearAmounts(_, let years, _): "\(years.count) years"
    case .phases(_, let phases, _): "\(phases.count) phases"
    case .onDemand: "on demand"
    }
  }

  private func tokens(_ amount: Amount) -> String {
    let text = TokenAmount.text(amount.units, decimals: decimals)
    guard let whole = UInt128(text) else { return text }
    return grouped(whole)
  }

  private func percent(_ share: BasisPoints) -> String {
    TokenAmount.text(UInt128(share.value), decimals: 2) + "%"
  }

  /// A line of a table: a name, two numbers set right, and a note.
  private static func columns(
    _ name: String, _ first: String, _ second: String, _ note: String
  ) -> String {
    func pad(_ text: String, _ width: Int) -> String {
      String(repeating: " ", count: max(1, width - text.count))
    }
    return name + pad(name, 28) + pad(first, 11) + first + pad(second, 16) + second + "  " + note
  }
}
