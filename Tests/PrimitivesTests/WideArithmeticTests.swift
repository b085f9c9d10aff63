import Primitives
import Testing

/// Goal: no product that is divided loses a unit. Method: 100,000 random and edge inputs; quotient
/// and remainder are checked by multiplying back on paper.
@Suite struct WideArithmeticTests {
  @Test func multipliesAndDivides() {
    var generator = SeededGenerator(10)
    var refused = 0
    var wide = 0
    for _ in 0..<100_000 {
      let (a, b, c) = (generator.wide(), generator.wide(), generator.wide())
      let product = Limbs(a) * Limbs(b)
      guard wideMultiply(a, b) == product.number else {
        Issue.record("\(a) * \(b)")
        return
      }
      if wideMultiply(a, b).high != 0 { wide += 1 }
      let down = multiplyDivide(a, b, by: c, .down)
      let up = multiplyDivide(a, b, by: c, .up)
      let isRight: Bool
      if let down {
        isRight = isFloor(down, of: product, by: c) && isCeiling(up, over: down, product, c)
      } else {
        // The quotient is past 128 bits exactly when 2^128 * c is at most the product.
        let least = UInt256(high: c, low: 0)
        isRight = c == 0 || product.number.map { least <= $0 } == true
        refused += 1
      }
      guard isRight, down != nil || up == nil else {
        Issue.record("\(a) * \(b) / \(c): \(String(describing: down)), \(String(describing: up))")
        return
      }
    }
    #expect(refused > 1_000 && wide > 1_000, "both sides of the border were reached")
  }

  private func isFloor(_ quotient: UInt128, of product: Limbs, by divisor: UInt128) -> Bool {
    guard let low = (Limbs(quotient) * Limbs(divisor)).number, let number = product.number
    else { return false }
    return low <= number && number.subtractingReportingOverflow(low).partialValue.high == 0
      && number.subtractingReportingOverflow(low).partialValue.low < divisor
  }

  private func isCeiling(
    _ up: UInt128?, over down: UInt128, _ product: Limbs, _ divisor: UInt128
  ) -> Bool {
    if (Limbs(down) * Limbs(divisor)).number == product.number { return up == down }
    return down == .max ? up == nil : up == down + 1
  }

  /// A reward index of scale 10^24 keeps what a division leaves: nothing is lost over many rounds.
  @Test("incident 8: rates accumulate without loss or overflow")
  func accumulatesWithoutLoss() throws {
    let scale: UInt128 = 1_000_000_000_000_000_000_000_000
    let weight: UInt128 = 88_000_000_000_000_000_003
    let emission: UInt128 = 660_000_000
    var index: UInt128 = 0
    var carry: UInt128 = 0
    for _ in 0..<1_000 {
      let (total, overflow) = wideMultiply(emission, scale)
        .addingReportingOverflow(UInt256(carry))
      #expect(!overflow)
      let (quotient, remainder) = try #require(total.dividingFullWidth(by: weight))
      index += quotient
      carry = remainder
    }
    let paid = wideMultiply(index, weight) + UInt256(carry)
    #expect(paid == wideMultiply(emission * 1_000, scale))
  }

  @Test("incident 3: every division names its direction")
  func namesItsRounding() {
    #expect(multiplyDivide(7, 1, by: 2, .down) == 3)
    #expect(multiplyDivide(7, 1, by: 2, .up) == 4)
    #expect(multiplyDivide(8, 1, by: 2, .up) == 4)
    #expect(multiplyDivide(.max, .max, by: .max, .up) == .max)
    #expect(multiplyDivide(.max, 2, by: 1, .down) == nil)
    #expect(multiplyDivide(1, 1, by: 0, .down) == nil)
    // The floor is the largest 128-bit number, and something remains.
    #expect(multiplyDivide(.max, .max - 1, by: .max - 2, .up) == nil)
    let half = UInt128(1) << 127
    let edge = multiplyDivide(half + half / 2, 3, by: 2, .up)
    #expect(edge == nil)
  }

  @Test func takesSquareRoots() {
    var generator = SeededGenerator(11)
    var numbers = (0..<2_000).map { _ in UInt256(high: generator.wide(), low: generator.wide()) }
    for _ in 0..<2_000 {
      // Squares and their neighbours are where a root goes wrong by one.
      let root = generator.wide()
      let exact = wideMultiply(root, root)
      numbers.append(exact)
      numbers.append(exact.addingReportingOverflow(UInt256(1)).partialValue)
      numbers.append(exact.subtractingReportingOverflow(UInt256(1)).partialValue)
      numbers.append(UInt256(generator.wide()))
    }
    numbers += [.zero, UInt256(1), UInt256(2), UInt256(3), UInt256(4), .max]
    for number in numbers {
      let root = integerSquareRoot(number)
      #expect(isRoot(root, of: number), "\(number)")
      if let narrow = number.narrow { #expect(UInt128(integerSquareRoot(narrow)) == root) }
      if let small = UInt64(exactly: number.low), number.high == 0 {
        #expect(UInt128(integerSquareRoot(small)) == root)
      }
    }
  }

  private func isRoot(_ root: UInt128, of number: UInt256) -> Bool {
    guard let square = (Limbs(root) * Limbs(root)).number, square <= number else { return false }
    guard root < .max else { return true }
    let next = (Limbs(root + 1) * Limbs(root + 1)).number
    return next.map { $0 > number } ?? true
  }
}
