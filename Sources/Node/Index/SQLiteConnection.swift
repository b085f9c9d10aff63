internal import CSQLite

/// What SQLite could not do.
struct SQLiteFailure: Error, Equatable {
  enum Kind: Equatable {
    /// The volume has no room.
    case full
    /// The file is none, is of another form, or is damaged.
    case damaged
    /// The question took longer than it may.
    case interrupted
    case other
  }

  let kind: Kind
  let text: String

  init(_ kind: Kind, _ text: String) {
    self.kind = kind
    self.text = text
  }

  init(code: Int32, _ text: String) {
    switch code & 0xff {
    case SQLITE_FULL: kind = .full
    case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT, SQLITE_SCHEMA, SQLITE_MISMATCH:
      kind = .damaged
    case SQLITE_INTERRUPT: kind = .interrupted
    // Where there is no room, writing the log's shared memory fails with an error of its own.
    case SQLITE_IOERR:
      kind = code == ioErrorShmSize || code == ioErrorWrite ? .full : .other
    default: kind = .other
    }
    self.text = "\(text) (SQLite \(code))"
  }
}

// SQLITE_IOERR_SHMSIZE and SQLITE_IOERR_WRITE are expressions that Swift does not see.
private let ioErrorShmSize = SQLITE_IOERR | 19 << 8
private let ioErrorWrite = SQLITE_IOERR | 3 << 8

/// A connection to an SQLite file, for one thread at a time.
final class SQLiteConnection: @unchecked Sendable {
  // Unchecked: whoever has a connection is the only one to use it; pools and threads see to that.
  private let handle: OpaquePointer
  /// Steps of SQLite's machine that a question may still take; only read where there is a limit.
  private let stepsLeft = UnsafeMutablePointer<Int64>.allocate(capacity: 1)

  enum Mode {
    /// Makes the file where there is none.
    case write
    case read
  }

  init(_ path: String, _ mode: Mode) throws(SQLiteFailure) {
    var opened: OpaquePointer?
    let flags =
      mode == .write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE
    let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let opened else {
      let text = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "no memory"
      sqlite3_close_v2(opened)
      throw SQLiteFailure(code: code, "\(path): \(text)")
    }
    handle = opened
    sqlite3_extended_result_codes(handle, 1)
    sqlite3_busy_timeout(handle, 5_000)
    stepsLeft.initialize(to: .max)
  }

  deinit {
    sqlite3_close_v2(handle)
    stepsLeft.deallocate()
  }

  /// Ends every question that takes more than so many steps, a million of which take some ten
  /// milliseconds: nobody's question may hold a thread for long.
  func limit(steps: Int64) {
    stepsLeft.pointee = steps
    sqlite3_progress_handler(
      handle, 10_000,
      { argument in
        guard let left = argument?.assumingMemoryBound(to: Int64.self) else { return 0 }
        left.pointee -= 10_000
        return left.pointee < 0 ? 1 : 0
      }, stepsLeft)
  }

  /// Runs statements that answer nothing.
  func run(_ sql: String) throws(SQLiteFailure) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code, sql) }
  }

  /// A statement that is made once and used again and again.
  func prepare(_ sql: String) throws(SQLiteFailure) -> SQLiteStatement {
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v3(
      handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard code == SQLITE_OK, let statement else { throw failure(code, sql) }
    return SQLiteStatement(statement, of: self)
  }

  /// The first column of the first row; nil where there is none or it is null.
  func number(_ sql: String) throws(SQLiteFailure) -> Int64? {
    let statement = try prepare(sql)
    return try statement.step() && !statement.isNull(0) ? statement.integer(0) : nil
  }

  fileprivate func failure(_ code: Int32, _ sql: String) -> SQLiteFailure {
    SQLiteFailure(
      code: code, "\(String(cString: sqlite3_errmsg(handle))) in \(sql.prefix(80))")
  }
}

/// A prepared statement of a connection. Values are bound in order, then `step` answers row by row.
final class SQLiteStatement {
  private let handle: OpaquePointer
  private let connection: SQLiteConnection
  private var bound: Int32 = 0

  fileprivate init(_ handle: OpaquePointer, of connection: SQLiteConnection) {
    self.handle = handle
    self.connection = connection
  }

  deinit { sqlite3_finalize(handle) }

  // Binding

  /// Begins anew, with nothing bound.
  @discardableResult func reset() -> SQLiteStatement {
    sqlite3_reset(handle)
    bound = 0
    return self
  }

  @discardableResult func bind(_ value: Int64) -> SQLiteStatement {
    bound += 1
    sqlite3_bind_int64(handle, bound, value)
    return self
  }

  @discardableResult func bind(_ value: some UnsignedInteger) -> SQLiteStatement {
    bind(Int64(clamping: value))
  }

  @discardableResult func bind(_ bytes: [UInt8]) -> SQLiteStatement {
    bound += 1
    _ = bytes.withUnsafeBytes {
      // An empty value has no address, which SQLite would take for null.
      $0.isEmpty
        ? sqlite3_bind_zeroblob(handle, bound, 0)
        : sqlite3_bind_blob64(
          handle, bound, $0.baseAddress, UInt64($0.count), sqlite_transient())
    }
    return self
  }

  @discardableResult func bind(_ text: String) -> SQLiteStatement {
    bound += 1
    sqlite3_bind_text(handle, bound, text, -1, sqlite_transient())
    return self
  }

  @discardableResult func bindNull() -> SQLiteStatement {
    bound += 1
    sqlite3_bind_null(handle, bound)
    return self
  }

  /// A whole number of any size: an integer where it fits, 16 bytes, highest first, where not.
  @discardableResult func bind(wide value: UInt128) -> SQLiteStatement {
    if let small = Int64(exactly: value) { return bind(small) }
    return bind(
      stride(from: 120, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) })
  }

  // Running

  /// Goes to the next row; false where there is none.
  func step() throws(SQLiteFailure) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code:
      let failure = connection.failure(code, String(cString: sqlite3_sql(handle)))
      sqlite3_reset(handle)
      throw failure
    }
  }

  /// Runs it to its end.
  func run() throws(SQLiteFailure) {
    while try step() {}
    reset()
  }

  // Reading

  var columnCount: Int32 { sqlite3_column_count(handle) }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    return Array(
      UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  func text(_ column: Int32) -> String {
    sqlite3_column_text(handle, column).map { String(cString: $0) } ?? ""
  }

  /// What `bind(wide:)` wrote.
  func wide(_ column: Int32) -> UInt128 {
    if sqlite3_column_type(handle, column) == SQLITE_INTEGER {
      return UInt128(clamping: integer(column))
    }
    return bytes(column).reduce(0) { $0 << 8 | UInt128($1) }
  }
}
