import Primitives
import Testing

/// A slow second implementation: numbers as 32-bit limbs, least significant first, multiplied as on
/// paper and divided bit by bit.
struct Limbs: Equatable {
  var limbs: [UInt64]

  init(_ limbs: [UInt64]) { self.limbs = limbs }

  init(_ number: UInt256) {
    limbs = []
    for half in [number.low, number.high] {
      for index in 0..<4 { limbs.append(UInt64(half >> (32 * index) & 0xffff_ffff)) }
    }
  }

  init(_ number: UInt128) { self.init(UInt256(number)) }

  /// The limbs as 256 bits; nil past them.
  var number: UInt256? {
    guard limbs.dropFirst(8).allSatisfy({ $0 == 0 }) else { return nil }
    var halves: [UInt128] = [0, 0]
    for (index, limb) in limbs.prefix(8).enumerated() {
      halves[index / 4] |= UInt128(limb) << (32 * (index % 4))
    }
    return UInt256(high: halves[1], low: halves[0])
  }

  static func + (left: Limbs, right: Limbs) -> Limbs {
    var sum: [UInt64] = []
    var carry: UInt64 = 0
    for index in 0...max(left.limbs.count, right.limbs.count) {
      carry += index < left.limbs.count ? left.limbs[index] : 0
      carry += index < right.limbs.count ? right.limbs[index] : 0
      sum.append(carry & 0xffff_ffff)
      carry >>= 32
    }
    return Limbs(sum)
  }

  static func * (left: Limbs, right: Limbs) -> Limbs {
    var product = [UInt64](repeating: 0, count: left.limbs.count + right.limbs.count)
    for (index, limb) in left.limbs.enumerated() where limb != 0 {
      var carry: UInt64 = 0
      for (offset, other) in right.limbs.enumerated() {
        carry += product[index + offset] + limb * other
        product[index + offset] = carry & 0xffff_ffff
        carry >>= 32
      }
      product[index + right.limbs.count] += carry
    }
    return Limbs(product)
  }

  static func divide(_ number: UInt256, by divisor: UInt128) -> (UInt256, UInt128) {
    var quotient: [UInt128] = [0, 0]
    var rest: UInt128 = 0
    for bit in (0..<256).reversed() {
      let half = bit < 128 ? number.low : number.high
      let top = rest >> 127
      rest = rest << 1 | half >> (bit % 128) & 1
      if top == 1 || rest >= divisor {
        rest &-= divisor
        quotient[bit / 128] |= 1 << (bit % 128)
      }
    }
    return (UInt256(high: quotient[1], low: quotient[0]), rest)
  }
}

/// Goal: 256-bit arithmetic is exact at every width. Method: random and edge inputs against
/// schoolbook arithmetic on small limbs.
@Suite struct UInt256Tests {
  @Test func addsAndSubtracts() {
    var generator = SeededGenerator(1)
    for _ in 0..<10_000 {
      let left = UInt256(high: generator.wide(), low: generator.wide())
      let right = UInt256(high: generator.wide(), low: generator.wide())
      let expected = (Limbs(left) + Limbs(right)).number
      let (sum, overflow) = left.addingReportingOverflow(right)
      #expect(overflow == (expected == nil))
      if let expected { #expect(sum == expected && left + right == expected) }
      let (rest, borrow) = sum.subtractingReportingOverflow(right)
      #expect(rest == left && borrow == overflow)
      #expect((left < right) == left.subtractingReportingOverflow(right).overflow)
    }
  }

  @Test func multiplies() {
    var generator = SeededGenerator(2)
    for _ in 0..<10_000 {
      let left = UInt256(high: generator.wide(), low: generator.wide())
      let right = generator.wide()
      let expected = (Limbs(left) * Limbs(right)).number
      let (product, overflow) = left.multipliedReportingOverflow(by: right)
      #expect(overflow == (expected == nil))
      if let expected { #expect(product == expected && left * right == expected) }
    }
  }

  @Test func dividesBitByBit() {
    var generator = SeededGenerator(3)
    for _ in 0..<3_000 {
      let number = UInt256(high: generator.wide(), low: generator.wide())
      let divisor = max(generator.wide(), 1)
      let (quotient, remainder) = Limbs.divide(number, by: divisor)
      let whole = number.quotientAndRemainder(by: divisor)
      #expect(whole?.quotient == quotient && whole?.remainder == remainder)
      let narrow = number.dividingFullWidth(by: divisor)
      #expect(narrow?.quotient == quotient.narrow)
      #expect(narrow == nil || narrow?.remainder == remainder)
    }
  }

  @Test func refusesDivisionByZero() {
    #expect(UInt256.max.quotientAndRemainder(by: 0) == nil)
    #expect(UInt256.zero.dividingFullWidth(by: 0) == nil)
    #expect(UInt256.max.dividingFullWidth(by: .max) == nil)
  }

  @Test func writesAndReadsDecimals() throws {
    let largest = "115792089237316195423570985008687907853269984665640564039457584007913129639935"
    #expect(UInt256.max.description == largest)
    #expect(UInt256(decimal: largest) == .max)
    #expect(UInt256(high: 1, low: 0).description == "340282366920938463463374607431768211456")
    #expect(UInt256.zero.description == "0" && UInt256(decimal: "0") == .zero)
    var generator = SeededGenerator(4)
    for _ in 0..<1_000 {
      let number = UInt256(high: generator.wide(), low: generator.wide())
      #expect(UInt256(decimal: number.description) == number)
    }
    let past = String(largest.dropLast()) + "6"
    for text in ["", "-1", "+1", "00", "01", "1 ", "0x1", "1e3", "１", past, largest + "0"] {
      #expect(UInt256(decimal: text) == nil, "\(text)")
    }
  }

  @Test func standsInAWord() {
    var generator = SeededGenerator(5)
    for _ in 0..<1_000 {
      let number = UInt256(high: generator.wide(), low: generator.wide())
      let word = Word(number)
      #expect(UInt256(word) == number)
      #expect(word.number == number.narrow)
      #expect(
        (0..<256).reversed().first { bit($0, of: number) }.map { $0 + 1 } ?? 0 == number.bitCount)
    }
  }

  private func bit(_ index: Int, of number: UInt256) -> Bool {
    (index < 128 ? number.low >> index : number.high >> (index - 128)) & 1 == 1
  }
}
