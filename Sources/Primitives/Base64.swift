/// Base 64 in the standard alphabet, padded (RFC 4648 section 4). One text for each run of bytes.
public enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding: UInt8 = 0x3d

  /// The bytes as text, padded to whole groups of four.
  public static func text(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var bits: UInt32 = 0
      for byte in group { bits = bits << 8 | UInt32(byte) }
      bits <<= 8 * UInt32(3 - group.count)
      for place in 0..<4 {
        text.append(
          place <= group.count ? digits[Int(bits >> (18 - 6 * UInt32(place)) & 63)] : padding)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes that `text` wrote; nil for any text that it would not write: another character,
  /// padding missing or too much, bits set behind the last byte.
  public static func bytes(_ text: String) -> [UInt8]? {
    let all = Array(text.utf8)
    guard all.count % 4 == 0 else { return nil }
    let padded = all.suffix(2).reversed().prefix { $0 == padding }.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(all.count / 4 * 3)
    for start in stride(from: 0, to: all.count, by: 4) {
      let missing = start + 4 == all.count ? padded : 0
      var bits: UInt32 = 0
      for place in 0..<4 - missing {
        guard let value = value(all[start + place]) else { return nil }
        bits |= UInt32(value) << (18 - 6 * UInt32(place))
      }
      for place in 0..<3 - missing {
        bytes.append(UInt8(truncatingIfNeeded: bits >> (16 - 8 * UInt32(place))))
      }
      // What the last digit holds besides the last byte must be zero.
      guard bits & (missing == 0 ? 0 : missing == 1 ? 0xff : 0xffff) == 0 else { return nil }
    }
    return bytes
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case 0x41...0x5a: digit - 0x41
    case 0x61...0x7a: digit - 0x61 + 26
    case 0x30...0x39: digit - 0x30 + 52
    case 0x2b: 62
    case 0x2f: 63
    default: nil
    }
  }
}
