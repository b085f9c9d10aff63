/// Hexadecimal text as Ethereum's JSON-RPC writes it: lower case, `0x` in front.
public enum Hex {
  /// `0x` and two digits a byte.
  public static func text(_ bytes: some Collection<UInt8>) -> String {
    var text: [UInt8] = []
    text.reserveCapacity(2 + 2 * bytes.count)
    append(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends `0x` and two digits a byte, as ASCII.
  public static func append(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
    text.append(0x30)
    text.append(0x78)
    for byte in bytes {
      text.append(digit(byte >> 4))
      text.append(digit(byte & 15))
    }
  }

  /// The bytes written; nil without `0x`, with an odd number of digits, or with another character.
  /// Both cases of the digits are read.
  public static func bytes(_ text: String) -> [UInt8]? {
    guard let digits = digits(text), digits.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var pending: UInt8?
    for character in digits {
      guard let value = value(character) else { return nil }
      if let upper = pending {
        bytes.append(upper << 4 | value)
        pending = nil
      } else {
        pending = value
      }
    }
    return bytes
  }

  /// A quantity: `0x` and no leading zeros; zero is `0x0`.
  public static func quantity(_ number: UInt128) -> String {
    "0x" + String(number, radix: 16)
  }

  /// A quantity of up to 256 bits.
  public static func quantity(_ number: UInt256) -> String {
    guard number.high != 0 else { return quantity(number.low) }
    let low = String(number.low, radix: 16)
    return quantity(number.high) + String(repeating: "0", count: 32 - low.utf8.count) + low
  }

  /// The quantity written; nil without `0x` or digits, with a leading zero, with another character,
  /// or past 128 bits.
  public static func quantity(_ text: String) -> UInt128? {
    wideQuantity(text)?.narrow
  }

  /// The quantity written, up to 256 bits; nil as for `quantity`.
  public static func wideQuantity(_ text: String) -> UInt256? {
    guard let digits = digits(text), let first = digits.first, digits.count <= 64,
      first != 0x30 || digits.count == 1
    else { return nil }
    var high: UInt128 = 0
    var low: UInt128 = 0
    for character in digits {
      guard let value = value(character) else { return nil }
      high = high << 4 | low >> 124
      low = low << 4 | UInt128(value)
    }
    return UInt256(high: high, low: low)
  }

  private static func digits(_ text: String) -> Substring.UTF8View? {
    let all = text.utf8
    let prefix: [UInt8] = [0x30, 0x78]
    guard all.starts(with: prefix) else { return nil }
    return all.dropFirst(2)
  }

  private static func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? 0x30 + value : 0x57 + value
  }

  private static func value(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character - 0x30
    case 0x61...0x66: character - 0x57
    case 0x41...0x46: character - 0x37
    default: nil
    }
  }
}
