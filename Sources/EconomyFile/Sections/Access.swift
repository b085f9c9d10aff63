internal import Cryptography
public import Primitives

extension EconomyDocument {
  /// Who may do what besides owning tokens (decision N02). Lists are sorted by name.
  public struct Access: Sendable, Equatable {
    /// The time between the two steps in which a role is handed over.
    public let handoverDelay: Seconds
    public let roles: [Role]
    public let bodies: [Body]
    /// Who may draw what a wallet has released.
    public let beneficiaries: [Beneficiary]
    /// The names that roles, bodies and beneficiaries use.
    public let names: [Name]

    /// The address bound to a name, or nil where none is or the name is unknown.
    public func address(of name: String) -> Address? {
      names.first { $0.name == name }?.address
    }

    /// The names that no overlay has bound: a network must not start with any.
    public var unboundNames: [String] { names.filter { $0.address == nil }.map(\.name) }

    /// The holders of a role at genesis, by name; empty where the role is unknown.
    public func holders(of role: String) -> [String] {
      roles.first { $0.id == role }?.holders ?? []
    }
  }

  /// A role and who holds it at genesis.
  public struct Role: Sendable, Equatable {
    /// Such as "pauser" or "attester.quality".
    public let id: String
    /// The role whose holders give and take this one.
    public let admin: String
    /// Names of `Access.names`.
    public let holders: [String]
  }

  /// A body of members who sign together.
  public struct Body: Sendable, Equatable {
    public let id: String
    public let members: [String]
  }

  /// Who may draw what a wallet has released.
  public struct Beneficiary: Sendable, Equatable {
    /// The wallet's account name.
    public let wallet: String
    /// The symbolic name of the beneficiary.
    public let name: String
  }

  /// A symbolic name of an office holder and its address.
  public struct Name: Sendable, Equatable {
    /// As roles and bodies use it.
    public let name: String
    /// Nil until an overlay binds the name.
    public let address: Address?
  }
}

extension EconomyDocument.Access {
  /// The roles that the engine itself asks for.
  static let neededRoles = ["default.admin", "pauser", "compliance", "parameters.setter"]

  init(_ fields: Fields) {
    fields.prose("ref", "decision")
    handoverDelay = fields.days("handoverDelayDays", in: 0...365)
    var names: [EconomyDocument.Name] = []
    for (name, node) in fields.required("names")?.entries() ?? [] {
      let address = node.value.isNull ? nil : node.address()
      names.append(EconomyDocument.Name(name: name, address: address))
    }
    self.names = names
    let known = names.map(\.name)

    let rolesNode = fields.required("roles")
    let roleNodes = rolesNode?.entries() ?? []
    let roleNames = roleNodes.map(\.name)
    roles = roleNodes.map { name, node in
      let role = node.fields
      role.prose("why")
      let admin = role.text("admin")
      if !admin.isEmpty, !roleNames.contains(admin) {
        role.required("admin")?.fail(
          "no role is called \"\(admin)\"", repair: Spelling.repair(admin, among: roleNames))
      }
      let holders = role.list("holders").map { $0.name(among: known) }
      role.finish()
      return EconomyDocument.Role(id: name, admin: admin, holders: holders)
    }
    for needed in Self.neededRoles where rolesNode != nil && !roleNames.contains(needed) {
      rolesNode?.fail("the role \"\(needed)\" is missing", repair: "add it with its holders")
    }
    bodies = (fields.required("bodies")?.entries() ?? []).map { name, node in
      let members = node.list().map { $0.name(among: known) }
      if node.value.elements != nil, members.count != 5 {
        node.fail("a body of \(members.count) members", repair: "name five: three of them sign")
      }
      for (place, member) in members.enumerated() where members[..<place].contains(member) {
        node.fail("\"\(member)\" is a member twice", repair: "name five different members")
      }
      return EconomyDocument.Body(id: name, members: members)
    }
    beneficiaries = (fields.required("beneficiaries")?.entries() ?? []).map { wallet, node in
      EconomyDocument.Beneficiary(wallet: wallet, name: node.name(among: known))
    }
    fields.finish()
  }
}

extension Node {
  /// A name that `access` declares.
  fileprivate func name(among known: [String]) -> String {
    let name = text()
    if !name.isEmpty, !known.contains(name) {
      fail(
        "no name of access is called \"\(name)\"",
        repair: Spelling.nearest(to: name, among: known).map { "did you mean \"\($0)\"?" }
          ?? "add it to /access/names")
    }
    return name
  }

  /// An address as 0x and forty hexadecimal digits; mixed capitals must be its checksum.
  func address() -> Address? {
    let text = text()
    if text.isEmpty { return nil }
    guard let address = Address(text: text) else {
      fail(
        "\"\(text)\" is no address",
        repair: "write 0x and 40 hexadecimal digits, all small or with the capitals of EIP-55")
      return nil
    }
    return address
  }
}
