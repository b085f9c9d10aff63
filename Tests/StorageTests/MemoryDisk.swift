import Glibc
import Storage
import Synchronization

/// A seeded generator (SplitMix64), so that every failure can be repeated.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
    return mixed ^ mixed >> 31
  }
}

/// A disk in memory with two planes: what programs see, and what a power cut leaves.
///
/// A crash keeps, of every 512-byte sector written since the file's last flush, any version since
/// then, and any number of the oldest unsynced changes of names.
final class MemoryDisk: Disk {
  enum Fault {
    /// The call has no effect but the error.
    case fail(Int32)
    /// A write puts its first half only, then the error; any other call as `fail`.
    case short(Int32)
    /// The process dies within the call: nothing, half or all of it has happened, and no more.
    case die
  }

  static let sector = 512

  private struct File {
    var cached: [UInt8] = []
    var durable: [UInt8] = []
    /// Contents of sectors written since the last flush, oldest first.
    var unsynced: [Int: [[UInt8]]] = [:]
  }

  private enum NameChange {
    case folder(String)
    case link(String, Int)
    case unlink(String)
    case rename(String, String)
  }

  private struct Names {
    var folders: Set<String> = [""]
    var files: [String: Int] = [:]

    mutating func apply(_ change: NameChange) {
      switch change {
      case .folder(let name): folders.insert(name)
      case .link(let name, let file): if folders.contains(parent(name)) { files[name] = file }
      case .unlink(let name): files[name] = nil
      case .rename(let old, let new):
        if let file = files.removeValue(forKey: old) { files[new] = file }
      }
    }
  }

  private struct State {
    var files: [Int: File] = [:]
    var names = Names()
    var durableNames = Names()
    var changes: [NameChange] = []
    var handles: [Int32: Int] = [:]
    var locks: [Int: Int32] = [:]
    var nextHandle: Int32 = 3
    var nextFile = 1
    var calls = 0
    var trace: [StorageFailure.Operation] = []
    var fault: (call: Int, Fault)?
    var isDead = false
    var capacity = Int.max
  }

  private let state: Mutex<State>

  init() { state = Mutex(State()) }
  private init(_ state: sending State) { self.state = Mutex(state) }

  /// Calls that change something, so far.
  var calls: Int { state.withLock { $0.calls } }
  var trace: [StorageFailure.Operation] { state.withLock { $0.trace } }
  var openFiles: Int { state.withLock { $0.handles.count } }
  var names: [String] { state.withLock { $0.names.files.keys.sorted() } }

  /// Strikes the `call`-th changing call from now, counted from 1.
  func strike(_ call: Int, _ fault: Fault) {
    state.withLock { $0.fault = ($0.calls + call, fault) }
  }

  func heal() { state.withLock { $0.fault = nil } }

  /// Bytes that all files together may have.
  func limit(to bytes: Int) { state.withLock { $0.capacity = bytes } }
  var used: Int { state.withLock { $0.files.values.reduce(0) { $0 + $1.cached.count } } }

  func contents(_ name: String) -> [UInt8] {
    state.withLock { state in
      state.names.files[name].flatMap { state.files[$0] }?.cached ?? []
    }
  }

  /// Puts durable bytes, past all faults and counts.
  func put(_ name: String, _ bytes: [UInt8]) {
    state.withLock { state in
      let file = state.names.files[name] ?? state.nextFile
      if file == state.nextFile { state.nextFile += 1 }
      state.files[file] = File(cached: bytes, durable: bytes)
      state.names.files[name] = file
      state.durableNames = state.names
    }
  }

  func delete(_ name: String) {
    state.withLock { state in
      state.names.files[name] = nil
      state.durableNames = state.names
    }
  }

  /// All that is visible, for "nothing was changed".
  var image: [String: [UInt8]] {
    state.withLock { state in
      state.names.files.mapValues { state.files[$0]?.cached ?? [] }
    }
  }

  /// A copy that shares nothing.
  func copy() -> MemoryDisk {
    MemoryDisk(state.withLock { $0 })
  }

  /// The process is gone and the machine goes on: what was visible stays visible.
  func kill() -> MemoryDisk {
    var copy = state.withLock { $0 }
    copy.handles = [:]
    copy.locks = [:]
    copy.fault = nil
    copy.isDead = false
    return MemoryDisk(copy)
  }

  /// The power is cut.
  func crash(_ generator: inout Seeded) -> MemoryDisk {
    let old = state.withLock { $0 }
    var new = State()
    new.capacity = old.capacity
    new.names = old.durableNames
    for change in old.changes.prefix(Int.random(in: 0...old.changes.count, using: &generator)) {
      new.names.apply(change)
    }
    new.durableNames = new.names
    new.nextFile = old.nextFile
    for id in old.files.keys.sorted() {
      guard let file = old.files[id] else { continue }
      var bytes = file.durable
      if file.cached.count != bytes.count, Bool.random(using: &generator) {
        resize(&bytes, file.cached.count)
      }
      // Now and then all or nothing, which independent sectors would rarely give.
      let manner = Int.random(in: 0..<8, using: &generator)
      for sector in file.unsynced.keys.sorted() {
        guard let versions = file.unsynced[sector] else { continue }
        let choice =
          switch manner {
          case 0: 0
          case 1: versions.count
          default: Int.random(in: 0...versions.count, using: &generator)
          }
        if choice > 0 { place(versions[choice - 1], sector, &bytes) }
      }
      new.files[id] = File(cached: bytes, durable: bytes)
    }
    return MemoryDisk(new)
  }

  func list(_ folder: String) throws(StorageFailure) -> [String] {
    try alive(.list, folder)
    return try state.withLock { state throws(StorageFailure) in
      guard state.names.folders.contains(folder) else {
        throw StorageFailure(.list, file: folder, errorNumber: ENOENT)
      }
      return state.names.files.keys.filter { parent($0) == folder }
        .map { String($0.dropFirst(folder.isEmpty ? 0 : folder.count + 1)) }.sorted()
    }
  }

  func makeFolder(_ folder: String) throws(StorageFailure) {
    try step(.makeFolder, folder) { state, _ throws(StorageFailure) in
      change(&state, .folder(folder))
    }
  }

  func create(_ name: String) throws(StorageFailure) -> OpenFile {
    try step(.create, name) { state, _ throws(StorageFailure) in
      if state.names.files[name] != nil {
        throw StorageFailure(.create, file: name, errorNumber: EEXIST)
      }
      guard state.names.folders.contains(parent(name)) else {
        throw StorageFailure(.create, file: name, errorNumber: ENOENT)
      }
      let file = state.nextFile
      state.nextFile += 1
      state.files[file] = File()
      change(&state, .link(name, file))
    }
    return try open(name, forWriting: true)
  }

  func open(_ name: String, forWriting: Bool) throws(StorageFailure) -> OpenFile {
    try alive(.open, name)
    return try state.withLock { state throws(StorageFailure) in
      guard let file = state.names.files[name] else {
        throw StorageFailure(.open, file: name, errorNumber: ENOENT)
      }
      let handle = state.nextHandle
      state.nextHandle += 1
      state.handles[handle] = file
      return OpenFile(descriptor: handle, name: name)
    }
  }

  func close(_ file: OpenFile) {
    state.withLock { state in
      guard let id = state.handles.removeValue(forKey: file.descriptor) else {
        return precondition(state.isDead, "\(file.name) was closed twice")
      }
      if state.locks[id] == file.descriptor { state.locks[id] = nil }
    }
  }

  func size(_ file: OpenFile) throws(StorageFailure) -> UInt64 {
    try alive(.size, file.name)
    return state.withLock { UInt64($0.files[id($0, file)]?.cached.count ?? 0) }
  }

  func read(
    _ file: OpenFile, at offset: UInt64, count: Int
  ) throws(StorageFailure) -> [UInt8] {
    try alive(.read, file.name)
    return state.withLock { state in
      let bytes = state.files[id(state, file)]?.cached ?? []
      let start = min(Int(offset), bytes.count)
      return Array(bytes[start..<min(bytes.count, start + count)])
    }
  }

  func write(
    _ file: OpenFile, _ bytes: [UInt8], at offset: UInt64
  ) throws(StorageFailure) {
    try put(.write, file, bytes, offset)
  }

  func zeroFill(
    _ file: OpenFile, from offset: UInt64, count: UInt64
  ) throws(StorageFailure) {
    try put(.zeroFill, file, [UInt8](repeating: 0, count: Int(count)), offset)
  }

  private func put(
    _ operation: StorageFailure.Operation, _ file: OpenFile, _ bytes: [UInt8], _ offset: UInt64
  ) throws(StorageFailure) {
    try step(operation, file.name) { state, portion throws(StorageFailure) in
      let file = id(state, file)
      var count = Int(Double(bytes.count) * portion)
      let old = state.files[file]?.cached.count ?? 0
      let others = state.files.values.reduce(0) { $0 + $1.cached.count } - old
      let room = state.capacity == .max ? .max : max(old, state.capacity - others)
      let isFull = Int(offset) + count > room
      if isFull { count = max(0, room - Int(offset)) }
      write(&state, file, bytes.prefix(count), Int(offset))
      if isFull {
        throw StorageFailure(operation, file: "", offset: offset, errorNumber: ENOSPC)
      }
    }
  }

  private func write(_ state: inout State, _ id: Int, _ bytes: ArraySlice<UInt8>, _ offset: Int) {
    guard !bytes.isEmpty, var file = state.files.removeValue(forKey: id) else { return }
    let end = offset + bytes.count
    if end > file.cached.count { resize(&file.cached, end) }
    file.cached.replaceSubrange(offset..<end, with: bytes)
    for sector in offset / Self.sector...(end - 1) / Self.sector {
      let start = sector * Self.sector
      let part = file.cached[start..<min(start + Self.sector, file.cached.count)]
      file.unsynced[sector, default: []].append(Array(part))
    }
    state.files[id] = file
  }

  func flush(_ file: OpenFile) throws(StorageFailure) {
    do throws(StorageFailure) {
      try step(.flush, file.name) { state, portion throws(StorageFailure) in
        settle(&state, id(state, file), upTo: portion)
      }
    } catch {
      // As Linux does: the pages count as clean from now on, though some never reached the disk.
      state.withLock { state in
        guard !state.isDead else { return }
        settle(&state, id(state, file), upTo: 0.5)
        state.files[id(state, file)]?.unsynced = [:]
      }
      throw error
    }
  }

  private func settle(_ state: inout State, _ id: Int, upTo portion: Double) {
    guard var file = state.files.removeValue(forKey: id) else { return }
    if file.durable.count != file.cached.count { resize(&file.durable, file.cached.count) }
    let sectors = file.unsynced.keys.sorted()
    for sector in sectors.prefix(Int(Double(sectors.count) * portion)) {
      if let newest = file.unsynced[sector]?.last { place(newest, sector, &file.durable) }
      file.unsynced[sector] = nil
    }
    state.files[id] = file
  }

  func syncFolder(_ folder: String) throws(StorageFailure) {
    try step(.syncFolder, folder) { state, portion throws(StorageFailure) in
      guard portion == 1 else { return }
      for change in state.changes { state.durableNames.apply(change) }
      state.changes = []
    }
  }

  func rename(_ old: String, to new: String) throws(StorageFailure) {
    try step(.rename, old) { state, _ throws(StorageFailure) in
      guard state.names.files[old] != nil else {
        throw StorageFailure(.rename, file: old, errorNumber: ENOENT)
      }
      change(&state, .rename(old, new))
    }
  }

  func remove(_ name: String) throws(StorageFailure) {
    try step(.remove, name) { state, _ throws(StorageFailure) in
      guard let file = state.names.files[name] else {
        throw StorageFailure(.remove, file: name, errorNumber: ENOENT)
      }
      change(&state, .unlink(name))
      // The space is free once no name and no handle is left; after a crash it may be back.
      if state.capacity != .max { state.files[file]?.cached = [] }
    }
  }

  func truncate(_ file: OpenFile, to size: UInt64) throws(StorageFailure) {
    try step(.truncate, file.name) { state, _ throws(StorageFailure) in
      guard var bytes = state.files[id(state, file)]?.cached else { return }
      resize(&bytes, Int(size))
      state.files[id(state, file)]?.cached = bytes
    }
  }

  func freeBytes() throws(StorageFailure) -> UInt64 {
    let used = used
    return state.withLock { $0.capacity == .max ? 1 << 40 : UInt64(max(0, $0.capacity - used)) }
  }

  func lock(_ name: String) throws(StorageFailure) -> OpenFile {
    let file = try has(name) ? open(name, forWriting: true) : create(name)
    let isTaken = state.withLock { state in
      if state.locks[id(state, file)] != nil { return false }
      state.locks[id(state, file)] = file.descriptor
      return true
    }
    if isTaken { return file }
    close(file)
    throw StorageFailure(.inUse(process: 1), .lock, file: name)
  }

  private func id(_ state: borrowing State, _ file: OpenFile) -> Int {
    let id = state.handles[file.descriptor]
    precondition(id != nil || state.isDead, "\(file.name) was used after it was closed")
    return id ?? 0
  }

  private func change(_ state: inout State, _ change: NameChange) {
    state.names.apply(change)
    state.changes.append(change)
  }

  private func alive(
    _ operation: StorageFailure.Operation, _ name: String
  ) throws(StorageFailure) {
    if state.withLock({ $0.isDead }) {
      throw StorageFailure(operation, file: name, errorNumber: EINTR)
    }
  }

  /// One changing call: counts it and lets the fault strike. `body` gets the portion to do.
  private func step(
    _ operation: StorageFailure.Operation, _ name: String,
    _ body: (inout State, Double) throws(StorageFailure) -> Void
  ) throws(StorageFailure) {
    try alive(operation, name)
    try state.withLock { state throws(StorageFailure) in
      state.calls += 1
      state.trace.append(operation)
      guard let fault = state.fault, fault.call == state.calls else {
        return try body(&state, 1)
      }
      switch fault.1 {
      case .fail(let number):
        throw StorageFailure(operation, file: name, errorNumber: number)
      case .short(let number):
        if operation == .write || operation == .zeroFill { try body(&state, 0.5) }
        throw StorageFailure(operation, file: name, errorNumber: number)
      case .die:
        // Whether the call would have succeeded no longer matters to anyone.
        // Of what a flush was to settle, the crash keeps some.
        try? body(&state, operation == .flush ? 0 : Double(state.calls % 3) / 2)
        state.isDead = true
        throw StorageFailure(operation, file: name, errorNumber: EINTR)
      }
    }
  }
}

private func parent(_ name: String) -> String {
  name.lastIndex(of: "/").map { String(name[..<$0]) } ?? ""
}

private func resize(_ bytes: inout [UInt8], _ count: Int) {
  if bytes.count > count {
    bytes.removeSubrange(count...)
  } else {
    bytes.append(contentsOf: repeatElement(0, count: count - bytes.count))
  }
}

private func place(_ content: [UInt8], _ sector: Int, _ bytes: inout [UInt8]) {
  let start = sector * MemoryDisk.sector
  guard start < bytes.count else { return }
  let end = min(start + content.count, bytes.count)
  bytes.replaceSubrange(start..<end, with: content.prefix(end - start))
}
