internal import Primitives

/// Addresses as texts.
enum AddressText {
  /// The address of 0x and forty hexadecimal digits, or nil.
  static func parse(_ text: String) -> Address? {
    let digits = Array(text.utf8)
    guard digits.count == 42, digits[0] == 0x30, digits[1] == 0x78 else { return nil }
    var bytes: [UInt8] = []
    for place in stride(from: 2, to: 42, by: 2) {
      guard let high = value(digits[place]), let low = value(digits[place + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return Address(bytes)
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46, 0x61...0x66: (digit | 0x20) - 0x57
    default: nil
    }
  }
}
