public import Primitives

extension EconomyDocument {
  /// Units moved out of a genesis wallet before the first block: the supply stays as it is.
  public struct Grant: Sendable, Equatable {
    public let to: Holder
    public let amount: Amount
    /// The wallet that gives.
    public let from: String
  }

  /// Who holds units at genesis.
  public enum Holder: Sendable, Hashable {
    /// A wallet or flow account; its address is derived from the name.
    case named(String)
    case address(Address)
  }

  /// What one account holds at genesis.
  public struct Balance: Sendable, Equatable {
    public let holder: Holder
    public var amount: Amount
  }

  /// What each account holds after the grants, without those that hold nothing: wallets in
  /// allocation order, then receivers in the order of grants. The sum is the supply.
  public func genesisBalances() -> [Balance] {
    var balances: [Balance] = []
    func add(_ amount: Amount, to holder: Holder) {
      if let place = balances.firstIndex(where: { $0.holder == holder }) {
        balances[place].amount += amount
      } else {
        balances.append(Balance(holder: holder, amount: amount))
      }
    }
    for wallet in wallets { add(wallet.amount, to: .named(wallet.account)) }
    for grant in grants {
      if let place = balances.firstIndex(where: { $0.holder == .named(grant.from) }) {
        balances[place].amount -= grant.amount
      }
      add(grant.amount, to: grant.to)
    }
    return balances.filter { $0.amount != .zero }
  }
}

extension EconomyDocument.Grant {
  /// Reads a grant; names are looked up among accounts, then among the bound names of access.
  init(_ fields: Fields, accounts: [String], access: EconomyDocument.Access) {
    let target = fields.required("to")
    let name = target?.text() ?? ""
    var holder = EconomyDocument.Holder.address(.zero)
    if name.utf8.starts(with: "0x".utf8) {
      let address = target?.address()
      holder = .address(address ?? .zero)
      if address == .zero {
        target?.fail("the zero address is where burns go", repair: "name a receiver")
      }
    } else if accounts.contains(name) {
      holder = .named(name)
    } else if let bound = access.names.first(where: { $0.name == name }) {
      holder = .address(bound.address ?? .zero)
      if bound.address == nil {
        target?.fail("\"\(name)\" has no address", repair: "bind it in /access/names")
      }
    } else if !name.isEmpty {
      let known = accounts + access.names.map(\.name)
      target?.fail(
        "\"\(name)\" is neither an address nor a declared name",
        repair: Spelling.nearest(to: name, among: known).map { "did you mean \"\($0)\"?" }
          ?? "write an address, an account or a name of access")
    }
    to = holder
    from = fields.text("from")
    amount =
      fields.node.value["units"] == nil
      ? fields.required("tokens")?.tokens() ?? .zero : fields.amountHere()
    fields.finish()
  }
}
