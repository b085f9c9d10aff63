/// CRC-32C (Castagnoli; RFC 3720 appendix B.4), eight bytes a step.
package enum Checksum {
  /// Eight tables of 256: table k advances a byte by k further zero bytes.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 {
        value = value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1
      }
      tables[byte] = value
    }
    for index in 256..<tables.count {
      let before = tables[index - 256]
      tables[index] = before >> 8 ^ tables[Int(before & 0xff)]
    }
    return tables
  }()

  /// The checksum of `bytes[range]`, continuing from `previous` (0 to begin).
  package static func of(
    _ bytes: [UInt8], _ range: Range<Int>, after previous: UInt32 = 0
  ) -> UInt32 {
    var value = ~previous
    bytes.withUnsafeBytes { whole in
      tables.withUnsafeBufferPointer { table in
        let part = UnsafeRawBufferPointer(rebasing: whole[range])
        var place = 0
        while place + 8 <= part.count {
          let word =
            UInt64(littleEndian: part.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            ^ UInt64(value)
          let low = Int(truncatingIfNeeded: word & 0xffff_ffff)
          let high = Int(truncatingIfNeeded: word >> 32)
          value =
            table[0x700 + (low & 0xff)] ^ table[0x600 + (low >> 8 & 0xff)]
            ^ table[0x500 + (low >> 16 & 0xff)] ^ table[0x400 + (low >> 24)]
          value ^=
            table[0x300 + (high & 0xff)] ^ table[0x200 + (high >> 8 & 0xff)]
            ^ table[0x100 + (high >> 16 & 0xff)] ^ table[high >> 24]
          place += 8
        }
        while place < part.count {
          value = value >> 8 ^ table[Int((value ^ UInt32(part[place])) & 0xff)]
          place += 1
        }
      }
    }
    return ~value
  }
}
