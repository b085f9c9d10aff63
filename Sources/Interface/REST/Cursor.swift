internal import Cryptography
internal import Primitives

/// Where a list goes on: opaque text for clients, so that what stands in it may change.
///
/// It holds numbers of 64 bits and is bound to its list: a cursor of another list, or one that a
/// client made up, is none.
struct Cursor: Sendable, Equatable {
  let numbers: [UInt64]

  init(_ numbers: [UInt64]) { self.numbers = numbers }

  /// The text for a list.
  func text(_ list: String) -> String {
    var bytes: [UInt8] = []
    for number in numbers { number.appendBigEndian(to: &bytes) }
    return String(Hex.text(bytes + Self.check(bytes, list)).dropFirst(2))
  }

  /// Nil where the text is no cursor of the list with so many numbers.
  init?(_ text: String, _ list: String, count: Int) {
    guard text.utf8.count == 2 * (8 * count + 4), let bytes = Hex.bytes("0x" + text) else {
      return nil
    }
    let content = Array(bytes.dropLast(4))
    guard Self.check(content, list) == Array(bytes.suffix(4)) else { return nil }
    numbers = (0..<count).map { place in
      content[8 * place..<8 * place + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  private static func check(_ bytes: [UInt8], _ list: String) -> [UInt8] {
    Array(SHA256.hash(Array(list.utf8) + bytes).bytes.prefix(4))
  }
}
