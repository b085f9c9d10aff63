public import Primitives

/// Two random words, new in each process, that keep chosen keys from colliding. They never reach
/// the state: an index has no order that could be seen.
public struct HashSecret: Sendable {
  let first: UInt64
  let second: UInt64

  public init(_ first: UInt64, _ second: UInt64) {
    self.first = first
    self.second = second
  }

  /// All of a key's words, folded through 128-bit products.
  func hash(_ a: UInt64, _ b: UInt64, _ c: UInt64) -> UInt32 {
    let x = (a ^ first).multipliedFullWidth(by: b ^ second)
    let y = (c ^ x.high ^ second).multipliedFullWidth(by: x.low ^ first ^ 0x9e37_79b9_7f4a_7c15)
    return UInt32(truncatingIfNeeded: (y.high ^ y.low) >> 16)
  }

  func hash(_ address: Address) -> UInt32 {
    hash(address.high, address.middle, UInt64(address.low))
  }

  func hash(_ digest: Digest) -> UInt32 {
    hash(digest.w0 ^ UInt64(hash(digest.w1, digest.w2, 1)), digest.w3, digest.w1)
  }

  /// A 32-bit number and a digest as one key.
  public func hash(_ number: UInt32, _ digest: Digest) -> UInt32 {
    hash(UInt64(hash(digest)) << 32 | UInt64(number), digest.w2, digest.w0)
  }

  /// Two 32-bit numbers as one key.
  public func hash(pair first: UInt32, _ second: UInt32) -> UInt32 {
    hash(UInt64(first) << 32 | UInt64(second))
  }

  /// A 64-bit number as a key.
  public func hash(_ number: UInt64) -> UInt32 { hash(number, 0x2545_f491_4f6c_dd1d, number) }
}

/// Where a key's row is: open addressing over (hash, row) pairs, derived from a table and outside
/// the state root. The keys themselves stay in the rows.
public struct KeyIndex: ~Copyable {
  /// The upper half is the hash, the lower the row plus one; 0 is an empty slot.
  private var slots: [UInt64]
  private var used = 0

  public init() { slots = Array(repeating: 0, count: 16) }

  /// The index of all rows in use of a table; refused where two rows have the same key.
  public init<Row: LedgerRow>(
    of table: borrowing Table<Row>, hash: (Row) -> UInt32, isSame: (Row, Row) -> Bool
  ) throws(ImageFailure) {
    self.init()
    reserve(table.liveCount)
    for place in 0..<table.count {
      let row = table[place]
      if row.isVacant { continue }
      let hash = hash(row)
      if let other = find(hash, { isSame(table[$0], row) }) {
        throw ImageFailure("table \(table.id): rows \(other) and \(place) have the same key")
      }
      insert(hash, row: place)
    }
  }

  /// Makes room for `count` rows.
  public mutating func reserve(_ count: Int) {
    var size = slots.count
    while count * 2 > size { size *= 2 }
    if size > slots.count { grow(to: size) }
  }

  /// The row whose key hashes to `hash` and satisfies `matches`.
  @inline(__always)
  public func find(_ hash: UInt32, _ matches: (Int) -> Bool) -> Int? {
    let mask = slots.count - 1
    var slot = Int(hash) & mask
    while slots[slot] != 0 {
      let entry = slots[slot]
      if UInt32(truncatingIfNeeded: entry >> 32) == hash {
        let row = Int(UInt32(truncatingIfNeeded: entry)) - 1
        if matches(row) { return row }
      }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// The row that stands first where a key with that hash would: most often the key's own. Nil
  /// where there is no such key.
  func likely(_ hash: UInt32) -> Int? {
    let entry = slots[Int(hash) & (slots.count - 1)]
    return entry == 0 ? nil : Int(UInt32(truncatingIfNeeded: entry)) - 1
  }

  /// Adds a row whose key is not there yet.
  public mutating func insert(_ hash: UInt32, row: Int) {
    if (used + 1) * 2 > slots.count { grow(to: slots.count * 2) }
    place(UInt64(hash) << 32 | UInt64(row + 1))
    used += 1
  }

  /// Removes a row that is there, closing the gap behind it.
  public mutating func remove(_ hash: UInt32, row: Int) {
    let mask = slots.count - 1
    let entry = UInt64(hash) << 32 | UInt64(row + 1)
    var gap = Int(hash) & mask
    while slots[gap] != entry {
      guard slots[gap] != 0 else { return }
      gap = (gap + 1) & mask
    }
    var next = (gap + 1) & mask
    while slots[next] != 0 {
      let home = Int(UInt32(truncatingIfNeeded: slots[next] >> 32)) & mask
      if (next - home) & mask >= (next - gap) & mask {
        slots[gap] = slots[next]
        gap = next
      }
      next = (next + 1) & mask
    }
    slots[gap] = 0
    used -= 1
  }

  private mutating func place(_ entry: UInt64) {
    let mask = slots.count - 1
    var slot = Int(UInt32(truncatingIfNeeded: entry >> 32)) & mask
    while slots[slot] != 0 { slot = (slot + 1) & mask }
    slots[slot] = entry
  }

  private mutating func grow(to size: Int) {
    let old = slots
    slots = Array(repeating: 0, count: size)
    for entry in old where entry != 0 { place(entry) }
  }
}
