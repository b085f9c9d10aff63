public import Primitives

/// An ECDSA signature over secp256k1 from which the signer can be recovered.
public struct Signature: Hashable, Sendable {
  public var r: Word
  public var s: Word
  /// 0 or 1: whether the y coordinate of r's point is odd.
  public var parity: UInt8

  public init(r: Word, s: Word, parity: UInt8) {
    self.r = r
    self.s = s
    self.parity = parity
  }

  /// The form r ‖ s ‖ v of 65 bytes; v is 27 or 28, and 0 or 1 as some wallets write it. Nil where
  /// the length or v is another. Whether r and s are in range, recovery says.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 65, let r = Word(bytes[0..<32]), let s = Word(bytes[32..<64]) else {
      return nil
    }
    switch bytes[64] {
    case 0, 27: self.init(r: r, s: s, parity: 0)
    case 1, 28: self.init(r: r, s: s, parity: 1)
    default: return nil
    }
  }

  /// The form r ‖ s ‖ v of 65 bytes with v = 27 + parity.
  public var bytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(65)
    r.append(to: &bytes)
    s.append(to: &bytes)
    bytes.append(27 &+ parity)
    return bytes
  }

  /// Whether the numbers are ones that Ethereum accepts: 0 < r < n, 0 < s <= n/2 (EIP-2, EIP-2098)
  /// and a parity of 0 or 1. Only such signatures reach an implementation of recovery.
  public var isInRange: Bool {
    parity <= 1 && r != .zero && s != .zero && Self.isBelow(r, Self.order)
      && !Self.isBelow(Self.halfOrder, s)
  }

  /// The order n of the curve's group.
  private static let order = Word(
    w0: 0xffff_ffff_ffff_ffff, w1: 0xffff_ffff_ffff_fffe, w2: 0xbaae_dce6_af48_a03b,
    w3: 0xbfd2_5e8c_d036_4141)
  /// n / 2, rounded down.
  private static let halfOrder = Word(
    w0: 0x7fff_ffff_ffff_ffff, w1: 0xffff_ffff_ffff_ffff, w2: 0x5d57_6e73_57a4_501d,
    w3: 0xdfe9_2f46_681b_20a0)

  private static func isBelow(_ left: Word, _ right: Word) -> Bool {
    (left.w0, left.w1, left.w2, left.w3) < (right.w0, right.w1, right.w2, right.w3)
  }
}
