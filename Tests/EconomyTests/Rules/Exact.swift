import Economy
import Foundation
import Primitives
import Testing

/// A whole number of any size, written for clearness: the reference knows no width and no overflow.
struct Natural: Comparable, CustomStringConvertible {
  /// Digits to the base 2^64, least first, without leading zeros.
  private var digits: [UInt64]

  init(_ value: UInt128) {
    let high = UInt64(truncatingIfNeeded: value >> 64)
    let low = UInt64(truncatingIfNeeded: value)
    digits = high > 0 ? [low, high] : low > 0 ? [low] : []
  }

  init(_ amount: Amount) { self.init(amount.units) }
  init(_ value: UInt64) { self.init(UInt128(value)) }
  init(_ value: BasisPoints) { self.init(UInt128(value.value)) }

  private init(digits: [UInt64]) {
    self.digits = digits
    while self.digits.last == 0 { self.digits.removeLast() }
  }

  static let zero = Natural(UInt128(0))
  static let one = Natural(UInt128(1))
  static let tenThousand = Natural(UInt128(10_000))

  /// The number in 128 bits, which it must fit.
  var narrow: UInt128 {
    precondition(digits.count <= 2)
    return digits.reversed().reduce(0) { $0 << 64 | UInt128($1) }
  }
  var amount: Amount { Amount(narrow) }

  static func < (left: Natural, right: Natural) -> Bool {
    if left.digits.count != right.digits.count { return left.digits.count < right.digits.count }
    var place = left.digits.count
    while place > 0 {
      place -= 1
      if left.digits[place] != right.digits[place] {
        return left.digits[place] < right.digits[place]
      }
    }
    return false
  }

  static func + (left: Natural, right: Natural) -> Natural {
    if left.digits.count < right.digits.count { return right + left }
    var sum = left.digits
    var carry: UInt64 = 0
    var place = 0
    while place < sum.count && (place < right.digits.count || carry > 0) {
      let other = place < right.digits.count ? right.digits[place] : 0
      let (first, one) = sum[place].addingReportingOverflow(other)
      let (second, two) = first.addingReportingOverflow(carry)
      sum[place] = second
      carry = one || two ? 1 : 0
      place += 1
    }
    if carry > 0 { sum.append(carry) }
    return Natural(digits: sum)
  }

  static func - (left: Natural, right: Natural) -> Natural {
    precondition(right <= left)
    var rest = left.digits
    var borrow: UInt64 = 0
    var place = 0
    while place < right.digits.count || borrow > 0 {
      let other = place < right.digits.count ? right.digits[place] : 0
      let (first, one) = rest[place].subtractingReportingOverflow(other)
      let (second, two) = first.subtractingReportingOverflow(borrow)
      rest[place] = second
      borrow = one || two ? 1 : 0
      place += 1
    }
    return Natural(digits: rest)
  }

  static func * (left: Natural, right: Natural) -> Natural {
    var product = [UInt64](repeating: 0, count: left.digits.count + right.digits.count)
    var low = 0
    while low < left.digits.count {
      var carry: UInt64 = 0
      var high = 0
      while high < right.digits.count {
        let (upper, lower) = left.digits[low].multipliedFullWidth(by: right.digits[high])
        let (first, one) = lower.addingReportingOverflow(product[low + high])
        let (second, two) = first.addingReportingOverflow(carry)
        product[low + high] = second
        carry = upper + (one ? 1 : 0) + (two ? 1 : 0)
        high += 1
      }
      product[low + right.digits.count] = carry
      low += 1
    }
    return Natural(digits: product)
  }

  /// Quotient and remainder: as the standard library divides what fits 128 bits, and beyond by
  /// subtracting shifted divisors, bit by bit.
  func divided(by divisor: Natural) -> (quotient: Natural, remainder: Natural) {
    precondition(divisor > .zero)
    if digits.count <= 2 && divisor.digits.count <= 2 {
      let (quotient, rest) = narrow.quotientAndRemainder(dividingBy: divisor.narrow)
      return (Natural(quotient), Natural(rest))
    }
    var quotient = [UInt64](repeating: 0, count: digits.count)
    var rest = Natural.zero
    for place in digits.indices.reversed() {
      for bit in (0..<64).reversed() {
        rest = rest + rest
        if digits[place] >> UInt64(bit) & 1 == 1 { rest = rest + .one }
        if rest >= divisor {
          rest = rest - divisor
          quotient[place] |= 1 << UInt64(bit)
        }
      }
    }
    return (Natural(digits: quotient), rest)
  }

  var description: String {
    var text = ""
    var rest = self
    repeat {
      let (quotient, digit) = rest.divided(by: Natural(UInt128(10)))
      text = "\(digit.narrow)" + text
      rest = quotient
    } while rest > .zero
    return text
  }
}

/// An exact ratio, never reduced. It is compared with whole numbers by multiplication alone.
struct Ratio {
  let numerator: Natural
  let denominator: Natural

  init(_ numerator: Natural, over denominator: Natural) {
    precondition(denominator > .zero)
    self.numerator = numerator
    self.denominator = denominator
  }

  /// Whether `whole` is the largest whole number that is not above the ratio.
  func roundsDown(to whole: Natural) -> Bool {
    let product = whole * denominator
    return product <= numerator && numerator < product + denominator
  }

  /// Whether `whole` is the smallest whole number that is not below the ratio.
  func roundsUp(to whole: Natural) -> Bool {
    let product = whole * denominator
    return product >= numerator && product < numerator + denominator
  }

  /// Whether `whole` is below the largest whole number that is not above the ratio by at most
  /// `slack`, and never above it.
  func roundsDown(to whole: Natural, slack: Natural) -> Bool {
    whole * denominator <= numerator && numerator < (whole + slack + .one) * denominator
  }

  func roundsDown(to amount: Amount) -> Bool { roundsDown(to: Natural(amount)) }
  func roundsUp(to amount: Amount) -> Bool { roundsUp(to: Natural(amount)) }

  var floor: Natural { numerator.divided(by: denominator).quotient }

  static func + (left: Ratio, right: Ratio) -> Ratio {
    Ratio(
      left.numerator * right.denominator + right.numerator * left.denominator,
      over: left.denominator * right.denominator)
  }

  /// The smaller of two ratios.
  static func least(_ left: Ratio, _ right: Ratio) -> Ratio {
    left.numerator * right.denominator <= right.numerator * left.denominator ? left : right
  }
}

/// Reproducible random numbers (splitmix64), with a liking for the ends of a range.
struct Draws {
  private var state: UInt64
  private var isDiscarded = false

  init(_ seed: UInt64) { state = seed }

  /// Says that the present input tells nothing and does not count.
  mutating func discard() { isDiscarded = true }

  /// Whether it was discarded; the next one is not yet.
  mutating func takeDiscarded() -> Bool {
    defer { isDiscarded = false }
    return isDiscarded
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  mutating func below(_ limit: UInt64) -> UInt64 { next() % limit }
  mutating func within(_ range: ClosedRange<UInt64>) -> UInt64 {
    range.lowerBound + below(range.upperBound - range.lowerBound + 1)
  }
  mutating func share() -> BasisPoints { BasisPoints(UInt32(within(0...10_000))) }

  /// 0, 1, the limit or its neighbour each in one of sixteen; otherwise a number of any length.
  mutating func number(through limit: UInt128) -> UInt128 {
    switch below(16) {
    case 0: return 0
    case 1: return min(1, limit)
    case 2: return limit
    case 3: return limit == 0 ? 0 : limit - 1
    default:
      let wide = UInt128(next()) << 64 | UInt128(next())
      let bits = 128 - limit.leadingZeroBitCount
      let shifted = bits == 0 ? 0 : wide >> UInt128(128 - Int(within(1...UInt64(bits))))
      return shifted <= limit ? shifted : shifted % (limit + 1)
    }
  }
  mutating func amount(through limit: Amount) -> Amount { Amount(number(through: limit.units)) }
}

/// The two economies that every formula is tried at.
struct Denomination: Sendable, CustomTestStringConvertible {
  let name: String
  let decimals: Int
  let supply: Amount

  static let dta = Denomination(name: "DTA", decimals: 4, supply: Amount(10_000_000_000_000))
  static let btt = Denomination(
    name: "BTT", decimals: 18, supply: Amount(21_000_000_000_000_000_000_000_000))
  static let both = [dta, btt]

  var unitsPerToken: UInt128 { (0..<decimals).reduce(1) { product, _ in product * 10 } }
  func tokens(_ count: UInt128) -> Amount { Amount(count * unitsPerToken) }

  var testDescription: String { name }
}

/// An economy file of the repository, read loosely for what tables need.
struct EconomyTables {
  let root: JSONValue
  let denomination: Denomination

  init(_ denomination: Denomination) throws {
    var folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let name = "economies/\(denomination.name.lowercased()).json"
    while !FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path) {
      let parent = folder.deletingLastPathComponent()
      if parent.path == folder.path { throw CocoaError(.fileNoSuchFile) }
      folder = parent
    }
    let data = try Data(contentsOf: folder.appendingPathComponent(name))
    root = try JSONParser.parse(Array(data), comments: true)
    self.denomination = denomination
  }

  func list(_ key: String) -> [JSONValue] { root[key]?.elements ?? [] }

  /// Every wallet's name, total and release.
  var wallets: [(account: String, total: Amount, release: JSONValue)] {
    list("allocations").flatMap { $0["children"]?.elements ?? [] }
      .flatMap { $0["wallets"]?.elements ?? [] }
      .map { ($0["account"]?.string ?? "", tokens($0["tokens"]), $0["release"] ?? .null) }
  }

  func tokens(_ text: JSONValue?) -> Amount {
    denomination.tokens(text?.string.flatMap { UInt128($0) } ?? 0)
  }

  func years(_ list: JSONValue?) -> [Amount] { (list?.elements ?? []).map { tokens($0) } }

  func whole(_ value: JSONValue?) -> UInt64 { UInt64(value?.whole ?? 0) }

  /// The schedule of a pool or a plan.
  func schedule(_ emission: JSONValue?, total: Amount) -> EmissionSchedule? {
    let start = EpochNumber(whole(emission?["startEpoch"]))
    switch emission?["kind"]?.string {
    case "yearAmounts": return EmissionSchedule.years(years(emission?["yearTokens"]), from: start)
    case "phases":
      let phases = emission?["phases"]?.elements ?? []
      return EmissionSchedule(
        start: start,
        steps: phases.map { .init(tokens($0["tokens"]), epochs: whole($0["epochs"])) })
    default: return .onDemand(total, from: start)
    }
  }

  func pool(_ account: String) -> EmissionSchedule? {
    guard let pool = list("pools").first(where: { $0["id"]?.string == account }),
      let wallet = wallets.first(where: { $0.account == account })
    else { return nil }
    return schedule(pool["emission"], total: wallet.total)
  }

  /// A wallet's own rule; nil for pools, claims and burns.
  func rule(_ release: JSONValue, total: Amount) -> ReleaseRule? {
    switch release["kind"]?.string {
    case "linear":
      let terms = LinearTerms(
        startMonth: whole(release["startMonth"]), lockMonths: whole(release["lockMonths"]),
        durationMonths: whole(release["durationMonths"]))
      let isInside = release["cliffMode"]?.string == "insideLinear"
      return terms.map { isInside ? .insideLinear($0) : .lockThenLinear($0) }
    case "milestoneCapped":
      let cap = release["linearCap"]
      guard
        let line = LinearTerms(
          startMonth: whole(cap?["startMonth"]), lockMonths: 0,
          durationMonths: whole(cap?["durationMonths"])),
        let plan = schedule(release["plan"], total: total)
      else { return nil }
      return .milestoneCapped(line: line, plan: plan)
    case "governancePlan": return schedule(release["plan"], total: total).map { .plan($0) }
    case "governance":
      if let caps = release["scheduleCapYearTokens"] { return .yearlySums(years(caps)) }
      return .yearlyShare(BasisPoints(UInt32(whole(release["maxBpsOfBalancePerYear"]))))
    case "immediate":
      return .immediate(maximumPerDay: BasisPoints(UInt32(whole(release["maxDeployBpsPerDay"]))))
    default: return nil
    }
  }

  /// The wallet of that name with its own rule.
  func grant(_ account: String) -> VestingGrant? {
    wallets.first { $0.account == account }.flatMap { wallet in
      rule(wallet.release, total: wallet.total).map { VestingGrant(total: wallet.total, rule: $0) }
    }
  }
}

/// Records a failed comparison of a random round. `#expect` costs too much a hundred thousand
/// times.
func require(
  _ holds: Bool, _ round: Int, _ what: String, _ location: SourceLocation = #_sourceLocation
) {
  if !holds { Issue.record("round \(round): \(what)", sourceLocation: location) }
}
