/// The open undo scope of all tables: which table changed, in order.
///
/// Each table keeps the old images of its own rows; the scope keeps only the order, so that a
/// savepoint is one number and opening or closing a scope costs nothing per table.
public struct Scope: ~Copyable {
  /// Grows with every closed outermost scope; a table that sees a new number forgets its old
  /// images.
  private(set) var number: UInt64 = 1
  private var order: [UInt8] = []

  init() {}

  /// How many changes stand open; the place to come back to.
  public var mark: Int { order.count }

  mutating func note(_ table: UInt8) { order.append(table) }

  /// The table of the newest change above `mark`, which the caller must now take back.
  public mutating func popLast(above mark: Int) -> UInt8? {
    order.count > mark ? order.removeLast() : nil
  }

  /// Keeps everything that stands open: nothing before this point can be taken back any more.
  public mutating func close() {
    order.removeAll(keepingCapacity: true)
    number += 1
  }
}
