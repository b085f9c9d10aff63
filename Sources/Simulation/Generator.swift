/// A seeded source of choices (SplitMix64): the same seed gives the same choices on every machine.
public struct Generator: Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// Sixty-four bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  /// A number below `bound`, which is above zero; the bias of the product is below 2^-32 here.
  public mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A number from zero to `limit`, both included.
  public mutating func amount(upTo limit: UInt128) -> UInt128 {
    let wide = UInt128(next()) << 64 | UInt128(next())
    return limit == .max ? wide : wide % (limit + 1)
  }

  /// True once in `odds` on average.
  public mutating func chance(oneIn odds: Int) -> Bool { below(odds) == 0 }
}

extension Generator: RandomNumberGenerator {}
