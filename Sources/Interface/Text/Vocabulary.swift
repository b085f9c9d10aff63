internal import Cryptography
internal import Economy
public import Primitives

/// The words that a network gives its values: its token, its named accounts, its roles.
public struct Vocabulary: Sendable {
  /// A name and the address that it stands for.
  public struct Name: Sendable, Equatable {
    public let name: String
    public let address: Address

    public init(_ name: String, _ address: Address) {
      self.name = name
      self.address = address
    }
  }

  /// The token's symbol, which may stand behind an amount; empty where it is not known.
  public let symbol: String
  /// Decimals of a whole token, 0 to 77.
  public let decimals: Int
  /// Named accounts in the order in which the first fitting name is shown.
  public let names: [Name]
  /// Names of roles by which digests of roles are shown.
  public let roles: [String]

  /// - Parameters:
  ///   - names: besides the modules, which every vocabulary knows.
  ///   - roles: besides those that modules ask for.
  public init(symbol: String, decimals: Int, names: [Name] = [], roles: [String] = []) {
    self.symbol = symbol
    self.decimals = min(max(decimals, 0), 77)
    self.names = Registry.modules.map { Name($0.name, $0.address) } + names
    self.roles = Access.Role.allCases.map(\.rawValue) + roles
  }

  /// The address with that name.
  public func address(_ name: String) -> Address? { names.first { $0.name == name }?.address }

  /// The first name of an address.
  public func name(_ address: Address) -> String? { names.first { $0.address == address }?.name }

  /// The role whose id this is.
  public func role(_ id: Digest) -> String? { roles.first { Access.id($0) == id } }
}
