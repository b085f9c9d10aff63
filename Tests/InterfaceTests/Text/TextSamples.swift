import Economy
import Primitives

@testable import Interface

/// What the text tests share: a coder of a network with names, and values made from a seed.
enum TextSamples {
  static let treasury = Address(high: 0x1122_3344_5566_7788, middle: 0x99aa_bbcc_ddee_ff00, low: 7)

  static func coder(decimals: Int = 4) -> TextCoder {
    TextCoder(
      Vocabulary(
        symbol: "DTA", decimals: decimals, names: [Vocabulary.Name("treasury.business", treasury)],
        roles: ["arbiter"]))
  }

  /// A field for every meaning, and nested ones.
  static let fields: [ABIField] = [
    ABIField("amount", Amount.self),
    ABIField("allowance", UInt256.self, meaning: .units),
    ABIField("count", UInt256.self),
    ABIField("small", UInt8.self),
    ABIField("wide", UInt128.self),
    ABIField("signed", Int128.self),
    ABIField("gain", Int64.self, meaning: .units),
    ABIField("span", Seconds.self),
    ABIField("until", LogicalTime.self),
    ABIField("share", BasisPoints.self),
    ABIField("account", Address.self),
    ABIField("receipt", UInt64.self, meaning: .identifier),
    ABIField("interface", Selector.self),
    ABIField("digest", Digest.self),
    ABIField("role", Digest.self),
    ABIField("roles", [Digest].self),
    ABIField("kind", UInt8.self, meaning: .code),
    ABIField("word", Word.self),
    ABIField("pointer", String.self),
    ABIField("data", [UInt8].self),
    ABIField("isOpen", Bool.self),
    ABIField("pointers", [String].self),
    ABIField("amounts", [Amount].self),
    ABIField("flags", [Bool].self),
    ABIField("table", [[UInt32]].self),
    ABIField("pair", .fixedArray(.uint(256), 2), meaning: .list, elementMeaning: .units),
    ABIField("terms", .tuple(terms), meaning: .record),
    ABIField("rows", .array(.tuple(terms)), meaning: .list, elementMeaning: .record),
  ]

  private static let terms = [
    ABIField("note", String.self), ABIField("amount", Amount.self), ABIField("lock", Seconds.self),
    ABIField("shares", [BasisPoints].self),
  ]
}

/// A small generator with a seed, so that a failure can be repeated.
struct TextGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }

  private static let letters = Array("ab,[]()\"'\\ 01x.%u/ü\n\u{1F600}".unicodeScalars)

  /// A short text of letters that lists care about.
  mutating func text() -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0...12, using: &self) {
      if let letter = Self.letters.randomElement(using: &self) {
        text.unicodeScalars.append(letter)
      }
    }
    return text
  }

  /// A value of the type, small numbers as likely as large ones.
  mutating func tree(_ type: ABIType) -> ABITree {
    switch type {
    case .uint(let bits): return .number(number(bits))
    case .int(let bits):
      let number = number(bits - 1)
      return .number(Bool.random(using: &self) ? number : TextCoder.negated(number))
    case .bool: return .flag(Bool.random(using: &self))
    case .address: return .account(Address(truncating: Word(number(160))))
    case .fixedBytes(let count): return .bytes(bytes(count))
    case .bytes: return .bytes(bytes(Int.random(in: 0...40, using: &self)))
    case .string: return .text(text())
    case .array(let element):
      return .list((0..<Int.random(in: 0...4, using: &self)).map { _ in tree(element) })
    case .fixedArray(let element, let count): return .list((0..<count).map { _ in tree(element) })
    case .tuple(let fields): return .list(fields.map { tree($0.type) })
    }
  }

  private mutating func number(_ bits: Int) -> UInt256 {
    let used = Int.random(in: 0...bits, using: &self)
    let high = UInt128(next()) << 64 | UInt128(next())
    let low = UInt128(next()) << 64 | UInt128(next())
    if used <= 128 { return UInt256(high: 0, low: used == 0 ? 0 : low >> UInt128(128 - used)) }
    return UInt256(high: high >> UInt128(256 - used), low: low)
  }

  private mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}
