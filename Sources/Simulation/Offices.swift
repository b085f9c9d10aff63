internal import Cryptography
internal import Economy
internal import EconomyFile
internal import Primitives

/// Holders for the offices of an economy that nobody has bound yet: its roles must not stand empty.
enum Offices {
  /// Who stands behind a name of `access`, or behind a role, where the economy binds nobody.
  static func holder(_ name: String) -> Address {
    Address(truncating: Word(Keccak256.hash(Array("freehold.office.\(name)".utf8))))
  }

  /// What binds every unbound name, as the section `access` of an overlay.
  static func overlay(
    _ document: EconomyDocument, holder: (String) -> Address = holder
  ) -> JSONMember {
    let names = document.access.unboundNames.map {
      JSONMember($0, .string(Hex.text(holder($0).bytes)))
    }
    return JSONMember("access", .object([JSONMember("names", .object(names))]))
  }

  /// The same genesis with a holder in every role.
  static func bound(_ genesis: Genesis) -> Genesis {
    var plans = genesis.plans
    plans.access.roles = plans.access.roles.map { role in
      role.holders.isEmpty
        ? Access.Plan.Role(name: role.name, admin: role.admin, holders: [holder(role.name)]) : role
    }
    return Genesis(
      economy: genesis.economy, chainID: genesis.chainID, time: genesis.time,
      token: genesis.token, network: genesis.network, liquidWeights: genesis.liquidWeights,
      wallets: genesis.wallets, flowAccounts: genesis.flowAccounts, grants: genesis.grants,
      parameters: genesis.parameters, identity: genesis.identity, plans: plans)
  }
}
