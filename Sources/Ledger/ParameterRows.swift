public import Primitives

/// A parameter's place in the ledger.
public struct ParameterIndex: Hashable, Sendable, BitwiseCopyable {
  public let row: UInt32

  public init(row: UInt32) { self.row = row }
}

/// One governable number with its hard bounds (decisions 12).
public struct ParameterRow: LedgerRow {
  /// SHA-256 of the JSON pointer; the text stands in the content table.
  public let pointer: Digest
  /// The value in force.
  public internal(set) var value: UInt128
  public let minimum: UInt128
  public let maximum: UInt128
  /// The largest change in one step.
  public let maximumStep: UInt128
  /// The value that takes effect at the next epoch, where `hasPending`.
  public internal(set) var pending: UInt128
  /// When the last change was accepted, in seconds since 1970; 0 for never.
  public internal(set) var changedAt: UInt64
  /// The least time between two accepted changes, in seconds.
  public let cooldown: UInt64
  /// The proposal class that may change it.
  public let proposalClass: UInt32
  private var flags: UInt32

  public static var wordCount: Int { 17 }
  public static var vacant: ParameterRow {
    ParameterRow(
      pointer: .zero, value: 0, minimum: 0, maximum: 0, maximumStep: 0, cooldown: 0,
      proposalClass: 0)
  }
  /// Parameters are never freed.
  public var isVacant: Bool { false }

  /// True where a change waits for the next epoch.
  public internal(set) var hasPending: Bool {
    get { flags & 1 != 0 }
    set { flags = newValue ? 1 : 0 }
  }

  public init(
    pointer: Digest, value: UInt128, minimum: UInt128, maximum: UInt128, maximumStep: UInt128,
    cooldown: UInt64, proposalClass: UInt32
  ) {
    self.pointer = pointer
    self.value = value
    self.minimum = minimum
    self.maximum = maximum
    self.maximumStep = maximumStep
    self.cooldown = cooldown
    self.proposalClass = proposalClass
    pending = 0
    changedAt = 0
    flags = 0
  }

  public func encode(into writer: inout RowWriter) {
    writer.append(pointer)
    writer.append(value)
    writer.append(minimum)
    writer.append(maximum)
    writer.append(maximumStep)
    writer.append(pending)
    writer.append(changedAt)
    writer.append(cooldown)
    writer.append(proposalClass, flags)
  }

  public init(from reader: inout RowReader) {
    pointer = reader.digest()
    value = reader.number()
    minimum = reader.number()
    maximum = reader.number()
    maximumStep = reader.number()
    pending = reader.number()
    changedAt = reader.next()
    cooldown = reader.next()
    (proposalClass, flags) = reader.pair()
  }
}

/// The rows of all parameters, found by pointer.
public struct ParameterRows: ~Copyable {
  /// In the order of declaration at genesis.
  public private(set) var table: Table<ParameterRow>
  private var index = KeyIndex()
  private let secret: HashSecret

  init(id: UInt8, secret: HashSecret) {
    table = Table(id: id)
    self.secret = secret
  }

  /// The parameter's row.
  public subscript(_ parameter: ParameterIndex) -> ParameterRow { table[Int(parameter.row)] }

  /// The parameter with that pointer digest.
  public func find(_ pointer: Digest) -> ParameterIndex? {
    index.find(secret.hash(pointer)) { table[$0].pointer == pointer }
      .map { ParameterIndex(row: UInt32(truncatingIfNeeded: $0)) }
  }

  mutating func append(_ row: ParameterRow, _ scope: inout Scope) -> ParameterIndex {
    let place = table.append(row, &scope)
    index.insert(secret.hash(row.pointer), row: place)
    return ParameterIndex(row: UInt32(truncatingIfNeeded: place))
  }

  mutating func modify(
    _ parameter: ParameterIndex, _ scope: inout Scope, _ body: (inout ParameterRow) -> Void
  ) {
    table.modify(Int(parameter.row), &scope, body)
  }

  mutating func undoLast() {
    let undone = table.undoLast()
    if undone.restored == nil {
      index.remove(secret.hash(undone.discarded.pointer), row: undone.row)
    }
  }

  mutating func visit(_ visitor: inout some TableVisitor) { visitor.visit(&table) }

  /// Derives the index from loaded rows.
  mutating func rebuild() throws(ImageFailure) {
    let secret = secret
    index = try KeyIndex(
      of: table, hash: { secret.hash($0.pointer) }, isSame: { $0.pointer == $1.pointer })
  }
}
