internal import Cryptography
public import Primitives

/// Rows of fixed size in pages; a row's place is its number, which never changes while it lives.
///
/// Every write goes through `append`, `modify` or `vacate`: they keep the old image for the open
/// scope, mark the row dirty for the state root, and copy a page first where a checkpoint still
/// reads it (the pages are values that a snapshot shares until somebody writes). There is no order
/// but the row order. A freed place is taken again lowest first, so that row numbers depend on the
/// state alone.
public struct Table<Row: LedgerRow>: ~Copyable {
  /// Rows in a page.
  public static var pageRows: Int { 1 << pageShift }
  private static var pageShift: Int { 10 }
  private static var pageMask: Int { pageRows - 1 }

  private struct Saved {
    var row: UInt32
    var wasAppended: Bool
    var old: Row
  }

  /// What taking back one change did, for the owner of derived indexes.
  public struct Undone {
    /// The row's number.
    public var row: Int
    /// The image that the change had made.
    public var discarded: Row
    /// The image that holds again; nil where the change had appended the row.
    public var restored: Row?
  }

  /// The table's number in the state root.
  public let id: UInt8
  /// Places in use or freed.
  public private(set) var count = 0
  /// Rows in use.
  public private(set) var liveCount = 0

  private var pages: [ContiguousArray<Row>] = []
  private var saved: [Saved] = []
  private var savedScope: UInt64 = 0
  private var vacancies: VacancyHeap = VacancyHeap()
  private var dirtyBits: [UInt64] = []
  private var dirtyRows: [UInt32] = []
  private let keeper = TreeKeeper()

  public init(id: UInt8) { self.id = id }

  /// The row at a place below `count`.
  public subscript(row: Int) -> Row {
    _read {
      yield pages[row >> Self.pageShift][row & Self.pageMask]
    }
  }

  /// The table as it stands now; later writes copy what they touch.
  public func image() -> TableImage { TableImage(table: id, pages: pages, count: count) }

  /// Adds rows at the end from their canonical bytes, to a table that nobody has written to. What
  /// is derived from the rows outside the table is the owner's to rebuild; the next `root()`
  /// computes the tree.
  public mutating func load(_ bytes: [UInt8]) throws(ImageFailure) {
    let length = Row.wordCount * 8
    guard bytes.count % length == 0, var reader = RowReader(bytes: bytes) else {
      throw ImageFailure("table \(id): \(bytes.count) bytes are no whole rows of \(length)")
    }
    let end = count + bytes.count / length
    guard end <= TableImage.mostRows else { throw ImageFailure("table \(id): too many rows") }
    var vacant = RowWriter()
    Row.vacant.encode(into: &vacant)
    var writer = RowWriter()
    writer.reserve(reader.words.count)
    while count < end {
      if count & Self.pageMask == 0 {
        pages.append([])
        pages[pages.count - 1].reserveCapacity(Self.pageRows)
      }
      let row = Row(from: &reader)
      row.encode(into: &writer)
      pages[pages.count - 1].append(row)
      if row.isVacant {
        guard writer.words.suffix(Row.wordCount).elementsEqual(vacant.words) else {
          throw ImageFailure("table \(id), row \(count): a freed place is not empty")
        }
        vacancies.insert(count)
      } else {
        liveCount += 1
      }
      if count >> 6 == dirtyBits.count { dirtyBits.append(0) }
      markDirty(count)
      count += 1
    }
    guard writer.words == reader.words else {
      throw ImageFailure("table \(id): rows before row \(end) are not in canonical form")
    }
  }

  /// Adds a row, in the lowest freed place or at the end; returns its number.
  public mutating func insert(_ row: Row, _ scope: inout Scope) -> Int {
    while let place = vacancies.popLowest() {
      guard place < count, self[place].isVacant else { continue }
      remember(place, scope: &scope, appended: false)
      pages[place >> Self.pageShift][place & Self.pageMask] = row
      liveCount += 1
      return place
    }
    return append(row, &scope)
  }

  /// Adds a row at the end; returns its number.
  public mutating func append(_ row: Row, _ scope: inout Scope) -> Int {
    let place = count
    if place >> Self.pageShift == pages.count {
      var page = ContiguousArray<Row>()
      page.reserveCapacity(Self.pageRows)
      pages.append(page)
    }
    pages[place >> Self.pageShift].append(row)
    if place >> 6 == dirtyBits.count { dirtyBits.append(0) }
    count += 1
    liveCount += 1
    remember(place, scope: &scope, appended: true)
    return place
  }

  /// Changes the row at a place below `count`. `body` must not vacate it.
  public mutating func modify<Result>(
    _ row: Int, _ scope: inout Scope, _ body: (inout Row) -> Result
  ) -> Result {
    remember(row, scope: &scope, appended: false)
    return body(&pages[row >> Self.pageShift][row & Self.pageMask])
  }

  /// Frees the row at a place below `count`.
  public mutating func vacate(_ row: Int, _ scope: inout Scope) {
    remember(row, scope: &scope, appended: false)
    pages[row >> Self.pageShift][row & Self.pageMask] = Row.vacant
    liveCount -= 1
    addVacancy(row)
  }

  /// Previews and refusals free rows and take it back: the heap then holds places that are in use,
  /// which are dropped before they outnumber the free ones.
  private mutating func addVacancy(_ row: Int) {
    if vacancies.count > 2 * (count - liveCount) + 64 {
      let places = vacancies.sortedPlaces
      vacancies = VacancyHeap()
      for place in places where place < count && self[place].isVacant { vacancies.insert(place) }
    }
    vacancies.insert(row)
  }

  /// Takes back the table's newest change of the open scope.
  public mutating func undoLast() -> Undone {
    let entry = saved.removeLast()
    let row = Int(entry.row)
    let discarded = self[row]
    if entry.wasAppended {
      pages[row >> Self.pageShift].removeLast()
      if pages[row >> Self.pageShift].isEmpty { pages.removeLast() }
      count -= 1
      liveCount -= 1
      return Undone(row: row, discarded: discarded, restored: nil)
    }
    if discarded.isVacant != entry.old.isVacant { liveCount += entry.old.isVacant ? -1 : 1 }
    pages[row >> Self.pageShift][row & Self.pageMask] = entry.old
    if entry.old.isVacant { addVacancy(row) }
    markDirty(row)
    return Undone(row: row, discarded: discarded, restored: entry.old)
  }

  private mutating func remember(_ row: Int, scope: inout Scope, appended: Bool) {
    if savedScope != scope.number {
      saved.removeAll(keepingCapacity: true)
      savedScope = scope.number
    }
    saved.append(
      Saved(
        row: UInt32(truncatingIfNeeded: row), wasAppended: appended,
        old: pages[row >> Self.pageShift][row & Self.pageMask]))
    scope.note(id)
    markDirty(row)
  }

  private mutating func markDirty(_ row: Int) {
    let bit: UInt64 = 1 << UInt64(row & 63)
    if dirtyBits[row >> 6] & bit == 0 {
      dirtyBits[row >> 6] |= bit
      dirtyRows.append(UInt32(truncatingIfNeeded: row))
    }
  }

  /// True where rows changed since the last `root()`.
  public var isDirty: Bool { !dirtyRows.isEmpty }

  /// Brings the tree up to date and returns the root of the row hashes (RFC 6962 tags).
  public mutating func root() -> Digest {
    if keeper.tree.count > count { keeper.tree.truncate(to: count) }
    dirtyRows.sort()
    for row in dirtyRows {
      let row = Int(row)
      dirtyBits[row >> 6] &= ~(1 << UInt64(row & 63))
      guard row < count else { continue }
      keeper.writer.removeAll()
      pages[row >> Self.pageShift][row & Self.pageMask].encode(into: &keeper.writer)
      let leaf = keeper.writer.leaf
      if row < keeper.tree.count { keeper.tree.set(row, leaf) } else { keeper.tree.append(leaf) }
    }
    dirtyRows.removeAll(keepingCapacity: true)
    return keeper.tree.root()
  }

  /// The siblings that lead from a row's hash to `root()`; call `root()` first.
  public mutating func path(_ row: Int) -> [Digest] { keeper.tree.path(row) }

  /// The canonical bytes of a row.
  public func bytes(_ row: Int) -> [UInt8] {
    var writer = RowWriter()
    self[row].encode(into: &writer)
    return writer.bytes
  }

  /// The root computed from nothing, for audits.
  public func rootFromScratch() -> Digest {
    var fresh = HashTree()
    for row in 0..<count { fresh.append(SHA256.leaf(bytes(row))) }
    return fresh.root()
  }

  /// Visits every row in use in row order.
  public func visit(_ body: (Int, Row) -> Void) {
    for row in 0..<count where !self[row].isVacant { body(row, self[row]) }
  }
}

/// The parts of a table that only hashing touches. They stand behind a reference because the
/// compiler's ownership checks count every stored part of the state, table by table, over and over:
/// held inline they cost a third of the economy's build time.
private final class TreeKeeper {
  var tree = HashTree()
  var writer = RowWriter()
}

/// Freed places, lowest first. It may hold places that were taken again; the table skips them.
struct VacancyHeap {
  private var places: [UInt32] = []

  /// Entries, those that are no longer free included.
  var count: Int { places.count }

  /// Every place once, in order.
  var sortedPlaces: [Int] {
    var result: [Int] = []
    for place in places.sorted() where result.last != Int(place) { result.append(Int(place)) }
    return result
  }

  mutating func insert(_ place: Int) {
    places.append(UInt32(truncatingIfNeeded: place))
    var child = places.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard places[child] < places[parent] else { break }
      places.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popLowest() -> Int? {
    guard let lowest = places.first else { return nil }
    let last = places.removeLast()
    guard !places.isEmpty else { return Int(lowest) }
    places[0] = last
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < places.count else { break }
      if child + 1 < places.count, places[child + 1] < places[child] { child += 1 }
      guard places[child] < places[parent] else { break }
      places.swapAt(child, parent)
      parent = child
    }
    return Int(lowest)
  }
}
