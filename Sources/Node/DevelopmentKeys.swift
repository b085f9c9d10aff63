public import Cryptography
internal import Interface

/// The ten accounts of a development network. Their keys are known to everybody; a network that is
/// not for development never has them.
public enum DevelopmentKeys {
  /// The mnemonic that every Ethereum development tool knows.
  public static let mnemonic = "test test test test test test test test test test test junk"

  /// The keys along m/44'/60'/0'/0/i for i from 0 to 9.
  public static func all() -> [PrivateKey] {
    guard let seed = Mnemonic.seed(mnemonic), let root = HDKey(seed: seed) else { return [] }
    return (0..<10).compactMap { root.account(UInt32($0)) }
  }

  /// As the discovery document shows them.
  static func published() -> DevelopmentAccounts {
    DevelopmentAccounts(
      mnemonic: mnemonic,
      accounts: all().map { key in
        DevelopmentAccounts.Account(address: key.address, privateKey: key.exportSecret())
      })
  }
}
