internal import Cryptography
internal import Economy
internal import Engine
internal import Ledger
internal import Primitives

/// `/v1/accounts/{account}`: everything that the economy knows of an account, in one answer.
enum AccountRoutes {
  /// Grants that one answer shows; `vesting.grantsOf` has the rest.
  static let mostGrants = 100

  static func all(_ example: String) -> [Route] {
    [
      Route(
        "GET", "/v1/accounts/{account}", operation: "account", tag: "accounts",
        "An account: balance, nonce, roles, grants, staking positions, what is held back.",
        parameters: [
          Route.Parameter(
            "account", .path, .named("AccountArgument"),
            "An address, or a name of GET /network.", example: example),
          RouteTable.noneMatch,
        ],
        answers: RouteTable.read(
          .named("Account"), "The account at the newest block; one never seen holds nothing.")
      ) { (rest, call) throws(Problem) in
        try answer(rest, try rest.address(call.variable("account")))
      }
    ]
  }

  /// What an account is.
  static let kinds = ["member", "named", "module", "burned", "system"]

  private struct Facts: Sendable {
    var row: AccountRow?
    var quarantined = Amount.zero
    var blockedSince = LogicalTime(0)
    var votes = Amount.zero
    var delegate = Address.zero
    var roles: [(name: String, until: LogicalTime)] = []
    var grants: [(id: UInt64, facts: Vesting.Facts, releasable: Amount)] = []
    var grantCount = 0
    var positions: [Staking.PositionFacts] = []
    var benefits: Staking.Benefits?
  }

  private static func answer(_ rest: REST, _ address: Address) throws(Problem) -> RESTAnswer {
    let roles = rest.chain.genesis.plans.access.roles.map(\.name)
    let (facts, block) = try rest.atHead { (state) throws(Problem) -> Facts in
      var facts = Facts()
      facts.row = state.ledger.accounts.find(address).map { state.ledger.accounts[$0] }
      facts.quarantined = state.quarantined(of: address)
      facts.blockedSince = state.blockedSince(address)
      facts.votes = Amount(state.votes(of: address))
      facts.delegate = state.delegate(of: address)
      for role in roles where state.hasRole(Access.id(role), address) {
        facts.roles.append((role, state.roleExpiry(Access.id(role), address)))
      }
      let grants = state.grants(of: address, after: 0)
      facts.grantCount = grants.count
      for id in grants.prefix(mostGrants) {
        guard let grant = try? state.grant(id), let releasable = try? state.releasable(id) else {
          continue
        }
        facts.grants.append((id, grant, releasable))
      }
      for id in state.positions(of: address) {
        if let position = try? state.position(id) { facts.positions.append(position) }
      }
      facts.benefits = facts.positions.isEmpty ? nil : state.benefits(of: address)
      return facts
    }
    var writer = JSONWriter(capacity: 2_048)
    write(facts, address, rest, block, to: &writer)
    return RESTAnswer(writer, .head(block))
  }

  private static func write(
    _ facts: Facts, _ address: Address, _ rest: REST, _ block: Block, to writer: inout JSONWriter
  ) {
    func amount(_ name: String, _ amount: Amount) {
      writer.name(name)
      rest.coder.write(units: UInt256(amount.units), to: &writer)
    }
    let name = rest.coder.vocabulary.name(address)
    writer.beginObject()
    writer.member("address", text: address.checksummed)
    writer.name("name")
    if let name { writer.string(name) } else { writer.null() }
    writer.member("kind", text: kind(address, facts.row))
    amount("balance", facts.row?.balance ?? .zero)
    amount("spendable", facts.row?.spendable ?? .zero)
    amount("frozen", facts.row?.frozen ?? .zero)
    amount("quarantined", facts.quarantined)
    writer.member("nonce", number: facts.row?.nonce ?? 0)
    writer.name("blockedSince")
    if facts.blockedSince == LogicalTime(0) {
      writer.null()
    } else {
      writer.string(TimeText.text(instant: facts.blockedSince.seconds))
    }
    amount("votes", facts.votes)
    writer.member("delegate", text: facts.delegate.checksummed)
    writer.name("roles")
    writer.beginArray()
    for role in facts.roles {
      writer.beginObject()
      writer.member("role", text: role.name)
      writer.member("until", text: TimeText.text(instant: role.until.seconds))
      writer.endObject()
    }
    writer.endArray()
    writer.member("grantCount", number: facts.grantCount)
    writer.name("grants")
    writer.beginArray()
    for grant in facts.grants { write(grant.id, grant.facts, grant.releasable, rest, to: &writer) }
    writer.endArray()
    writer.name("positions")
    writer.beginArray()
    for position in facts.positions { rest.coder.write(position, to: &writer) }
    writer.endArray()
    writer.name("benefits")
    if let benefits = facts.benefits {
      rest.coder.write(benefits, to: &writer)
    } else {
      writer.null()
    }
    writer.name("links")
    writer.beginObject()
    writer.member("self", text: "/v1/accounts/\(address.checksummed)")
    writer.member("proof", text: "/proof/balance/\(Hex.text(address.bytes))")
    writer.endObject()
    writer.name(ModuleRoutes.asOf)
    writer.asOf(block)
    writer.endObject()
  }

  private static func write(
    _ id: UInt64, _ facts: Vesting.Facts, _ releasable: Amount, _ rest: REST,
    to writer: inout JSONWriter
  ) {
    writer.beginObject()
    writer.member("grant", number: id)
    writer.name("facts")
    rest.coder.write(facts, to: &writer)
    writer.name("releasable")
    rest.coder.write(units: UInt256(releasable.units), to: &writer)
    writer.endObject()
  }

  private static func kind(_ address: Address, _ row: AccountRow?) -> String {
    if address == .zero { return "burned" }
    if address == SystemAddress.sender { return "system" }
    if Registry.module(at: address) != nil { return "module" }
    return row?.flags.contains(.system) == true ? "named" : "member"
  }
}

extension TextCoder {
  /// Writes a value of a declared type by its own fields.
  func write<Value: ABIValue>(_ value: Value, to writer: inout JSONWriter) {
    let field = ABIField("", Value.self)
    guard let tree = try? ABITree.decode(ABIWriter.encode(value), as: [field.type]).first else {
      return writer.null()
    }
    write(tree, as: field, to: &writer)
  }
}
