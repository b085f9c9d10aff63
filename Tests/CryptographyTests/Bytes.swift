import Primitives

/// Small letters, two digits a byte, without 0x.
func hex(_ bytes: [UInt8]) -> String {
  let digits = [UInt8]("0123456789abcdef".utf8)
  var text: [UInt8] = []
  for byte in bytes { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
  return String(decoding: text, as: UTF8.self)
}

func hex(_ digest: Digest) -> String { hex(digest.bytes) }

/// Bytes of hexadecimal text with or without 0x; nil for anything else.
func bytes(_ hex: String) -> [UInt8]? {
  let digits = hex.hasPrefix("0x") ? hex.dropFirst(2) : hex[...]
  guard digits.utf8.count % 2 == 0 else { return nil }
  var bytes: [UInt8] = []
  var high: UInt8?
  for character in digits {
    guard let digit = character.hexDigitValue else { return nil }
    if let first = high {
      bytes.append(first << 4 | UInt8(digit))
      high = nil
    } else {
      high = UInt8(digit)
    }
  }
  return bytes
}

/// SplitMix64: the same numbers from the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ z >> 30) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
    return z ^ z >> 31
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  mutating func digest() -> Digest { Digest(w0: next(), w1: next(), w2: next(), w3: next()) }
}
