import Testing

@testable import Engine

@Suite struct TokenBucketsTests {
  private static let second: UInt64 = 1_000_000_000

  @Test func aRestedSourceMayUseItsBurstAndThenItsRate() {
    var buckets = TokenBuckets<Int>(Allowance(perSecond: 10, burst: 5))
    var now: UInt64 = 7 * Self.second
    for _ in 0..<5 { #expect(buckets.take(1, 0, at: now) == nil) }
    #expect(buckets.take(1, 0, at: now) == Self.second / 10)
    // Nothing is taken by a refusal, and no other source feels it.
    #expect(buckets.take(1, 0, at: now) == Self.second / 10)
    #expect(buckets.take(5, 1, at: now) == nil)
    now += Self.second / 10
    #expect(buckets.take(1, 0, at: now) == nil)
    #expect(buckets.take(1, 0, at: now) != nil)
    now += 60 * Self.second
    for _ in 0..<5 { #expect(buckets.take(1, 0, at: now) == nil) }
    #expect(buckets.take(1, 0, at: now) != nil)
  }

  /// Over a long time nobody gets more than the rate and one burst, nor less.
  @Test func overTimeTheRateHolds() {
    var generator = SeededGenerator(11)
    for rate in [1, 3, 7, 1_000, 999_999] as [UInt64] {
      var buckets = TokenBuckets<Int>(Allowance(perSecond: rate, burst: 20))
      var now: UInt64 = 0
      var taken: UInt64 = 0
      for _ in 0..<20_000 {
        let cost = UInt64(1 + generator.below(3))
        if buckets.take(cost, 0, at: now) == nil { taken += cost }
        now += UInt64(generator.below(Int(Self.second / rate)))
      }
      let most = rate * (now / Self.second + 1) + 20
      #expect(taken <= most)
      #expect(taken >= rate * (now / Self.second) * 9 / 10)
    }
  }

  /// Whatever a request costs and whatever the clock says, nothing overflows, and a cost above the
  /// burst needs a full bucket and empties it.
  @Test func absurdCostsDoNotOverflow() {
    let numbers: [UInt64] = [
      0, 1, 2, 999, Allowance.most, Allowance.most + 1, 1 << 62, 1 << 63, .max - 1, .max,
    ]
    for perSecond in numbers {
      for burst in numbers {
        var buckets = TokenBuckets<Int>(Allowance(perSecond: perSecond, burst: burst))
        for cost in numbers {
          for now in numbers { _ = buckets.take(cost, 0, at: now) }
        }
      }
    }
    var buckets = TokenBuckets<Int>(Allowance(perSecond: 10, burst: 5))
    #expect(buckets.take(.max, 0, at: 1 << 40) == nil)
    #expect(buckets.take(1, 0, at: 1 << 40) == Self.second / 10)
    #expect(buckets.take(.max, 0, at: 1 << 40) == Self.second / 2)
    #expect(buckets.take(.max, 0, at: 1 << 40 + Self.second / 2) == nil)
    #expect(TokenBuckets<Int>(.unlimited).wait(.max, 0, at: 0) == nil)
  }

  /// An attacker with any number of addresses costs bounded memory, and those who were there
  /// before keep their own bucket.
  @Test("incident 21: a flood of addresses costs no memory")
  func aFloodOfAddressesIsBounded() {
    var buckets = TokenBuckets<Int>(Allowance(perSecond: 1, burst: 2), keys: 100)
    let now = 5 * Self.second
    for key in 0..<100 { #expect(buckets.take(1, key, at: now) == nil) }
    var taken = 0
    for key in 100..<100_000 where buckets.take(1, key, at: now) == nil { taken += 1 }
    #expect(buckets.count == 100)
    // The crowd shares one bucket.
    #expect(taken == 2)
    #expect(buckets.take(1, 50, at: now) == nil)
    #expect(buckets.take(1, 50, at: now) != nil)
    // What is full again makes room.
    let later = now + 10 * Self.second
    #expect(buckets.take(1, 200_000, at: later) == nil)
    #expect(buckets.count == 1)
  }
}
