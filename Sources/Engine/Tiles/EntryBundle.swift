/// The entries of a tile: each with its length in two bytes, the high one first.
package enum EntryBundle {
  static let entryLimit = 65_535

  package static func append(_ entry: [UInt8], to bundle: inout [UInt8]) {
    bundle.append(UInt8(truncatingIfNeeded: entry.count >> 8))
    bundle.append(UInt8(truncatingIfNeeded: entry.count))
    bundle.append(contentsOf: entry)
  }

  /// Where each entry stands; nil where lengths and bytes do not agree.
  package static func entries(of bundle: [UInt8]) -> [Range<Int>]? {
    var ranges: [Range<Int>] = []
    var place = 0
    while place < bundle.count {
      guard place + 2 <= bundle.count else { return nil }
      let start = place + 2
      place = start + (Int(bundle[place]) << 8 | Int(bundle[place + 1]))
      guard place <= bundle.count else { return nil }
      ranges.append(start..<place)
    }
    return ranges
  }
}
