internal import Cryptography
public import Primitives

/// The fixed addresses of the economy.
public enum SystemAddress {
  /// The reserved sender of system transactions (decisions 22).
  public static let sender = Address(
    high: 0xffff_ffff_ffff_ffff, middle: 0xffff_ffff_ffff_ffff, low: 0xffff_fffe)

  /// The name of the burned account, which stands at the zero address.
  public static let burnedName = "sink.burned"

  /// Where Multicall3 answers on every chain.
  public static let multicall3 = Address(
    high: 0xca11_bde0_5977_b363, middle: 0x1167_0288_62be_2a17, low: 0x3976_ca11)

  private static let modulePrefix: UInt64 = 0xf4ee_401d_0000_0000

  /// A module's address: 0xf4ee401d, zeros, the module's number; Multicall3 has its own.
  public static func module(_ number: UInt8) -> Address {
    number == Multicall.number
      ? multicall3 : Address(high: modulePrefix, middle: 0, low: UInt32(number))
  }

  /// The number of the module that an address is kept for, or nil for any other address.
  public static func moduleNumber(_ address: Address) -> UInt8? {
    if address == multicall3 { return Multicall.number }
    return address.high == modulePrefix && address.middle == 0 ? UInt8(exactly: address.low) : nil
  }

  /// The address of a named account (a pool, wallet or escrow): the last twenty bytes of
  /// keccak256("freehold.account." + name). Nobody holds its key.
  public static func account(_ name: String) -> Address {
    if name == burnedName { return .zero }
    return Address(
      truncating: Word(Keccak256.hash(Array(("freehold.account." + name).utf8))))
  }
}
