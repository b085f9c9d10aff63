internal import Cryptography
internal import Economy
internal import Engine
internal import Primitives

/// `/v1/supply`: the whole supply and where it is, at one block.
enum SupplyRoutes {
  static let all: [Route] = [
    Route(
      "GET", "/v1/supply", operation: "supply", tag: "chain",
      "The supply and where it is: every named account, members together, what is burned.",
      parameters: [RouteTable.noneMatch],
      answers: RouteTable.read(
        .object([
          ("genesis", Schema.named("Amount").described("The supply at genesis.")),
          ("total", Schema.named("Amount").described("What is not burned.")),
          ("burned", .named("Amount")),
          (
            "accounts",
            .list(
              .object([
                ("name", .text), ("address", .named("Address")), ("balance", .named("Amount")),
              ]))
          ),
          ("members", Schema.named("Amount").described("What no named account holds.")),
          ("asOf", .named("AsOf")),
        ]), "Accounts and members together are the total.")
    ) { (rest, _) throws(Problem) in
      try answer(rest)
    }
  ]

  private struct Facts: Sendable {
    let total: Amount
    let burned: Amount
    let balances: [Amount]
  }

  private static func answer(_ rest: REST) throws(Problem) -> RESTAnswer {
    let genesis = rest.chain.genesis
    let names = genesis.accountNames.filter { $0 != SystemAddress.burnedName }
    let addresses = names.map { SystemAddress.account($0) }
    let (facts, block) = try rest.atHead { (state) throws(Problem) in
      Facts(
        total: state.totalSupply(), burned: state.balance(of: .zero),
        balances: addresses.map { state.balance(of: $0) })
    }
    let held = facts.balances.reduce(UInt128(0)) { $0 + $1.units }
    var writer = JSONWriter(capacity: 4_096)
    func write(_ name: String, _ units: UInt128) {
      writer.name(name)
      rest.coder.write(units: UInt256(units), to: &writer)
    }
    writer.beginObject()
    write("genesis", genesis.token.supply.units)
    write("total", facts.total.units)
    write("burned", facts.burned.units)
    writer.name("accounts")
    writer.beginArray()
    for (place, balance) in facts.balances.enumerated() {
      writer.beginObject()
      writer.member("name", text: names[place])
      writer.member("address", text: addresses[place].checksummed)
      write("balance", balance.units)
      writer.endObject()
    }
    writer.endArray()
    // Every unit that is not burned stands in some account.
    write("members", facts.total.units - held)
    writer.name(ModuleRoutes.asOf)
    writer.asOf(block)
    writer.endObject()
    return RESTAnswer(writer, .head(block))
  }
}
