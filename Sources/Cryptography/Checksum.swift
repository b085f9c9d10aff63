public import Primitives

extension Address {
  /// The text form with the checksum of EIP-55 in its capitals: 0x and forty hexadecimal digits.
  public var checksummed: String {
    let digits = hexadecimalDigits
    let mask = Self.capitals(of: digits)
    return String(unsafeUninitializedCapacity: 42) { buffer in
      buffer[0] = UInt8(ascii: "0")
      buffer[1] = UInt8(ascii: "x")
      for place in 0..<40 {
        let isCapital = mask >> UInt64(39 - place) & 1 == 1 && digits[place] >= UInt8(ascii: "a")
        buffer[2 + place] = isCapital ? digits[place] - 32 : digits[place]
      }
      return 42
    }
  }

  /// Reads 0x and forty hexadecimal digits. Where capital and small letters are mixed they must be
  /// the checksum of EIP-55; nil otherwise.
  public init?(text: String) {
    var bytes = [UInt8](text.utf8)
    guard bytes.count == 42, bytes[0] == UInt8(ascii: "0"), bytes[1] == UInt8(ascii: "x") else {
      return nil
    }
    bytes.removeFirst(2)
    var hasSmall = false
    var hasCapital = false
    var value: (UInt64, UInt64, UInt64) = (0, 0, 0)
    for byte in bytes {
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"):
        digit = byte - UInt8(ascii: "a") + 10
        hasSmall = true
      case UInt8(ascii: "A")...UInt8(ascii: "F"):
        digit = byte - UInt8(ascii: "A") + 10
        hasCapital = true
      default: return nil
      }
      value.0 = value.0 << 4 | value.1 >> 60
      value.1 = value.1 << 4 | value.2 >> 28
      value.2 = (value.2 << 4 | UInt64(digit)) & 0xffff_ffff
    }
    self.init(high: value.0, middle: value.1, low: UInt32(value.2))
    if hasSmall && hasCapital && checksummed != text { return nil }
  }

  private var hexadecimalDigits: InlineArray<40, UInt8> {
    InlineArray { place in
      let nibble: UInt64
      switch place {
      case 0..<16: nibble = high >> UInt64(60 - 4 * place)
      case 16..<32: nibble = middle >> UInt64(124 - 4 * place)
      default: nibble = UInt64(low) >> UInt64(156 - 4 * place)
      }
      let digit = UInt8(nibble & 15)
      return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
  }

  /// Forty bits, the first digit's highest: whether the digit's place in the hash of the small
  /// form is 8 or more.
  private static func capitals(of digits: InlineArray<40, UInt8>) -> UInt64 {
    let hash = Keccak256.hash(digits.span.bytes)
    var mask = 0 as UInt64
    for place in 0..<40 {
      let word = place < 16 ? hash.w0 : place < 32 ? hash.w1 : hash.w2
      mask = mask << 1 | word >> UInt64(63 - 4 * (place & 15)) & 1
    }
    return mask
  }
}
