import Glibc
import Storage
import Synchronization

/// A disk in memory that forgets, at a crash, what was not made durable: of the sectors written
/// since a file's last flush any subset survives, of the changes of names since the folder's last
/// sync any number of the oldest.
final class MemoryDisk: Disk {
  private static let sector = 512

  private struct File {
    var cached: [UInt8] = []
    var durable: [UInt8] = []
    var unsynced: Set<Int> = []
  }

  private struct State {
    var files: [Int: File] = [:]
    var names: [String: Int] = [:]
    /// Every state of the names since the last sync, the synced one first.
    var history: [[String: Int]] = [[:]]
    var handles: [Int32: Int] = [:]
    var nextHandle: Int32 = 3
    var nextFile = 1
    var calls = 0
    var lastCall = Int.max
    var failingFlushes = 0
    var capacity = Int.max

    var used: Int { files.values.reduce(0) { $0 + $1.cached.count } }
  }

  private let state: Mutex<State>

  init() { state = Mutex(State()) }
  private init(_ state: sending State) { self.state = Mutex(state) }

  /// Calls so far that change something.
  var calls: Int { state.withLock { $0.calls } }
  var used: Int { state.withLock { $0.used } }
  var openFiles: Int { state.withLock { $0.handles.count } }
  var names: [String] { state.withLock { $0.names.keys.sorted() } }

  /// Bytes that all files together may have from now on.
  func limit(to bytes: Int) { state.withLock { $0.capacity = bytes } }

  /// The process dies within the call of that number: half of it happens.
  func die(atCall call: Int) { state.withLock { $0.lastCall = call } }

  /// Lets so many flushes fail from now on.
  func failFlushes(_ count: Int) { state.withLock { $0.failingFlushes = count } }

  /// Flips a bit of what is durable.
  func damage(_ name: String, at offset: Int) {
    state.withLock { state in
      guard let file = state.names[name] else { return }
      state.files[file]?.cached[offset] ^= 1
      state.files[file]?.durable[offset] ^= 1
    }
  }

  func contents(_ name: String) -> [UInt8] {
    state.withLock { state in
      state.names[name].flatMap { state.files[$0] }?.cached ?? []
    }
  }

  /// What a power cut leaves, as a new disk.
  func crash(_ generator: inout SeededGenerator) -> MemoryDisk {
    var old = state.withLock { $0 }
    old.names = old.history[generator.below(old.history.count)]
    old.history = [old.names]
    old.handles = [:]
    old.lastCall = .max
    old.calls = 0
    old.capacity = .max
    old.failingFlushes = 0
    for id in old.files.keys.sorted() {
      guard var file = old.files[id] else { continue }
      let manner = generator.below(4)
      for sector in file.unsynced.sorted() where manner > 0 {
        guard manner == 1 || generator.below(2) == 0 else { continue }
        let start = sector * Self.sector
        let end = min(start + Self.sector, file.cached.count)
        if file.durable.count < end {
          file.durable += [UInt8](repeating: 0, count: end - file.durable.count)
        }
        file.durable.replaceSubrange(start..<end, with: file.cached[start..<end])
      }
      file.cached = file.durable
      file.unsynced = []
      old.files[id] = file
    }
    return MemoryDisk(old)
  }

  // The disk

  func list(_ folder: String) throws(StorageFailure) -> [String] {
    state.withLock { state in
      let prefix = folder.isEmpty ? "" : folder + "/"
      return state.names.keys.filter { $0.hasPrefix(prefix) }
        .map { String($0.dropFirst(prefix.utf8.count)) }.sorted()
    }
  }

  func makeFolder(_ folder: String) throws(StorageFailure) {}

  func create(_ name: String) throws(StorageFailure) -> OpenFile {
    try change(.create, name) { (state, _) throws(StorageFailure) in
      guard state.names[name] == nil else {
        throw StorageFailure(.create, file: name, errorNumber: EEXIST)
      }
      state.files[state.nextFile] = File()
      state.names[name] = state.nextFile
      state.nextFile += 1
      state.history.append(state.names)
    }
    return try open(name, forWriting: true)
  }

  func open(_ name: String, forWriting: Bool) throws(StorageFailure) -> OpenFile {
    try state.withLock { (state) throws(StorageFailure) in
      guard let file = state.names[name] else {
        throw StorageFailure(.open, file: name, errorNumber: ENOENT)
      }
      state.handles[state.nextHandle] = file
      defer { state.nextHandle += 1 }
      return OpenFile(descriptor: state.nextHandle, name: name)
    }
  }

  func close(_ file: OpenFile) {
    state.withLock { state in
      let known = state.handles.removeValue(forKey: file.descriptor)
      precondition(known != nil, "\(file.name) was closed twice")
    }
  }

  func size(_ file: OpenFile) throws(StorageFailure) -> UInt64 {
    state.withLock { UInt64($0.files[id($0, file)]?.cached.count ?? 0) }
  }

  func read(
    _ file: OpenFile, at offset: UInt64, count: Int
  ) throws(StorageFailure) -> [UInt8] {
    state.withLock { state in
      let bytes = state.files[id(state, file)]?.cached ?? []
      let start = min(Int(offset), bytes.count)
      return Array(bytes[start..<min(bytes.count, start + count)])
    }
  }

  func write(
    _ file: OpenFile, _ bytes: [UInt8], at offset: UInt64
  ) throws(StorageFailure) {
    try put(.write, file, bytes, Int(offset))
  }

  func zeroFill(
    _ file: OpenFile, from offset: UInt64, count: UInt64
  ) throws(StorageFailure) {
    try put(.zeroFill, file, [UInt8](repeating: 0, count: Int(count)), Int(offset))
  }

  private func put(
    _ operation: StorageFailure.Operation, _ file: OpenFile, _ bytes: [UInt8], _ start: Int
  ) throws(StorageFailure) {
    guard !bytes.isEmpty else { return }
    try change(operation, file.name) { (state, isWhole) throws(StorageFailure) in
      let id = id(state, file)
      guard var content = state.files.removeValue(forKey: id) else { return }
      defer { state.files[id] = content }
      let end = start + (isWhole ? bytes.count : bytes.count / 2)
      if end > content.cached.count {
        guard state.used + end <= state.capacity else {
          throw StorageFailure(operation, file: file.name, errorNumber: ENOSPC)
        }
        content.cached += [UInt8](repeating: 0, count: end - content.cached.count)
      }
      content.cached.replaceSubrange(start..<end, with: bytes.prefix(end - start))
      content.unsynced.formUnion(start / Self.sector...max(start, end - 1) / Self.sector)
    }
  }

  func flush(_ file: OpenFile) throws(StorageFailure) {
    try change(.flush, file.name) { (state, isWhole) throws(StorageFailure) in
      if state.failingFlushes > 0 {
        state.failingFlushes -= 1
        throw StorageFailure(.flush, file: file.name, errorNumber: EIO)
      }
      guard isWhole else { return }
      let id = id(state, file)
      let cached = state.files[id]?.cached ?? []
      state.files[id]?.durable = cached
      state.files[id]?.unsynced = []
    }
  }

  func syncFolder(_ folder: String) throws(StorageFailure) {
    try change(.syncFolder, folder) { (state, isWhole) throws(StorageFailure) in
      if isWhole { state.history = [state.names] }
    }
  }

  func rename(_ old: String, to new: String) throws(StorageFailure) {
    try change(.rename, old) { (state, _) throws(StorageFailure) in
      guard let file = state.names.removeValue(forKey: old) else {
        throw StorageFailure(.rename, file: old, errorNumber: ENOENT)
      }
      state.names[new] = file
      state.history.append(state.names)
    }
  }

  func remove(_ name: String) throws(StorageFailure) {
    try change(.remove, name) { (state, _) throws(StorageFailure) in
      guard let file = state.names.removeValue(forKey: name) else {
        throw StorageFailure(.remove, file: name, errorNumber: ENOENT)
      }
      if state.capacity != .max { state.files[file] = nil }
      state.history.append(state.names)
    }
  }

  func truncate(_ file: OpenFile, to size: UInt64) throws(StorageFailure) {
    throw StorageFailure(.inputOutput, .truncate, file: file.name, finding: "never asked for")
  }

  func freeBytes() throws(StorageFailure) -> UInt64 {
    state.withLock { $0.capacity == .max ? 1 << 40 : UInt64(max(0, $0.capacity - $0.used)) }
  }

  func lock(_ name: String) throws(StorageFailure) -> OpenFile {
    try has(name) ? open(name, forWriting: true) : create(name)
  }

  private func id(_ state: borrowing State, _ file: OpenFile) -> Int {
    let id = state.handles[file.descriptor]
    precondition(id != nil, "\(file.name) was used after it was closed")
    return id ?? 0
  }

  /// One call that changes something. `body` gets whether all of it happens: the call in which the
  /// process dies does half of its work, and after it nothing happens at all.
  private func change(
    _ operation: StorageFailure.Operation, _ name: String,
    _ body: (inout State, Bool) throws(StorageFailure) -> Void
  ) throws(StorageFailure) {
    try state.withLock { (state) throws(StorageFailure) in
      state.calls += 1
      if state.calls <= state.lastCall { try body(&state, state.calls < state.lastCall) }
      guard state.calls < state.lastCall else {
        throw StorageFailure(operation, file: name, errorNumber: EINTR)
      }
    }
  }
}
