public import Storage
internal import Synchronization

extension SimulatedDisk {
  public func list(_ folder: String) throws(StorageFailure) -> [String] {
    try look(.list, folder) { (state, _) throws(StorageFailure) in
      guard state.planes.names.folders.contains(folder) else {
        throw StorageFailure(.list, file: folder, errorNumber: DiskError.noEntry)
      }
      return state.planes.names.files.keys.filter { parent($0) == folder }
        .map { String($0.dropFirst(folder.isEmpty ? 0 : folder.count + 1)) }.sorted()
    }
  }

  public func makeFolder(_ folder: String) throws(StorageFailure) {
    try change(.makeFolder, folder) { (state, _) throws(StorageFailure) in
      if !state.planes.names.folders.contains(folder) { state.planes.change(.folder(folder)) }
    }
  }

  public func create(_ name: String) throws(StorageFailure) -> OpenFile {
    try change(.create, name) { (state, _) throws(StorageFailure) in
      if state.planes.names.files[name] != nil {
        throw StorageFailure(.create, file: name, errorNumber: DiskError.exists)
      }
      guard state.planes.names.folders.contains(parent(name)) else {
        throw StorageFailure(.create, file: name, errorNumber: DiskError.noEntry)
      }
      let file = state.planes.nextFile
      state.planes.nextFile += 1
      state.planes.files[file] = DiskPlanes.File()
      state.planes.change(.link(name, file))
    }
    return try state.withLock { (state) throws(StorageFailure) in try opened(&state, name) }
  }

  public func open(_ name: String, forWriting: Bool) throws(StorageFailure) -> OpenFile {
    try look(.open, name) { (state, _) throws(StorageFailure) in try opened(&state, name) }
  }

  private func opened(_ state: inout State, _ name: String) throws(StorageFailure) -> OpenFile {
    guard let file = state.planes.names.files[name] else {
      throw StorageFailure(.open, file: name, errorNumber: DiskError.noEntry)
    }
    let handle = state.nextHandle
    state.nextHandle += 1
    state.handles[handle] = file
    return OpenFile(descriptor: handle, name: name)
  }

  public func close(_ file: OpenFile) {
    state.withLock { state in
      guard let id = state.handles.removeValue(forKey: file.descriptor) else {
        return precondition(state.isDead, "\(file.name) was closed twice")
      }
      if state.locks[id] == file.descriptor { state.locks[id] = nil }
    }
  }

  public func size(_ file: OpenFile) throws(StorageFailure) -> UInt64 {
    try look(.size, file.name) { (state, _) throws(StorageFailure) in
      UInt64(state.planes.files[id(state, file)]?.cached.count ?? 0)
    }
  }

  public func read(
    _ file: OpenFile, at offset: UInt64, count: Int
  ) throws(StorageFailure) -> [UInt8] {
    try look(.read, file.name) { (state, effect) throws(StorageFailure) in
      let found = state.planes.files[id(state, file)]
      var bytes = (effect == .stale ? found?.durable : found?.cached) ?? []
      // What a lost write left: the sectors of the last flush are zeroes again.
      if effect == .stale, bytes == found?.cached { bytes = Self.before(bytes) }
      var start = min(Int(clamping: offset), bytes.count)
      if effect == .misdirected {
        start = (start + DiskPlanes.sector) % max(1, bytes.count)
      }
      var answer = Array(bytes[start..<min(bytes.count, start + count)])
      if effect == .flipped, !answer.isEmpty {
        answer[(state.counts.calls * 7_919) % answer.count] ^= 1 << (state.counts.calls % 8)
      }
      return answer
    }
  }

  /// The same file without its last content sector.
  private static func before(_ bytes: [UInt8]) -> [UInt8] {
    guard let last = bytes.lastIndex(where: { $0 != 0 }) else { return bytes }
    let start = last / DiskPlanes.sector * DiskPlanes.sector
    let end = min(start + DiskPlanes.sector, bytes.count)
    var bytes = bytes
    bytes.replaceSubrange(start..<end, with: repeatElement(0, count: end - start))
    return bytes
  }

  public func write(
    _ file: OpenFile, _ bytes: [UInt8], at offset: UInt64
  ) throws(StorageFailure) {
    try put(.write, file, bytes, Int(clamping: offset))
  }

  public func zeroFill(
    _ file: OpenFile, from offset: UInt64, count: UInt64
  ) throws(StorageFailure) {
    try put(
      .zeroFill, file, [UInt8](repeating: 0, count: Int(clamping: count)), Int(clamping: offset))
  }

  private func put(
    _ operation: StorageFailure.Operation, _ file: OpenFile, _ bytes: [UInt8], _ offset: Int
  ) throws(StorageFailure) {
    try change(operation, file.name) { (state, part) throws(StorageFailure) in
      let id = id(state, file)
      let wanted = bytes.prefix(bytes.count * part.done / part.of)
      if state.capture != nil {
        let whole = state.planes
        for cut in Capture.cuts(of: wanted.count, at: offset) {
          _ = state.planes.write(id, wanted.prefix(cut), at: offset)
          Self.take(
            &state, "\(operation.rawValue) of \(file.name) torn at byte \(cut)", torn: cut)
          state.planes = whole
        }
      }
      if state.planes.write(id, wanted, at: offset) < wanted.count {
        throw StorageFailure(
          operation, file: file.name, offset: UInt64(offset), errorNumber: DiskError.noSpace)
      }
    }
  }

  public func flush(_ file: OpenFile) throws(StorageFailure) {
    do throws(StorageFailure) {
      try change(.flush, file.name) { (state, part) throws(StorageFailure) in
        if state.failingFlushes > 0 {
          state.failingFlushes -= 1
          throw StorageFailure(.flush, file: file.name, errorNumber: DiskError.inputOutput)
        }
        state.planes.settle(id(state, file), portion: part)
      }
    } catch {
      state.withLock { state in
        guard !state.isDead, let id = state.handles[file.descriptor] else { return }
        let isDropped = state.faults.contains {
          if case .drop = $0.effect {
            state.counts.isMoment(of: $0, .flush, isChange: true)
          } else {
            false
          }
        }
        state.planes.fail(id, portion: isDropped ? (0, 1) : (1, 2), isEvicted: isDropped)
      }
      throw error
    }
  }

  public func syncFolder(_ folder: String) throws(StorageFailure) {
    try change(.syncFolder, folder) { (state, part) throws(StorageFailure) in
      if part.done == part.of { state.planes.sync(folder: folder) }
    }
  }

  public func rename(_ old: String, to new: String) throws(StorageFailure) {
    try change(.rename, old) { (state, _) throws(StorageFailure) in
      guard let file = state.planes.names.files[old] else {
        throw StorageFailure(.rename, file: old, errorNumber: DiskError.noEntry)
      }
      state.planes.change(.rename(old, new, file))
    }
  }

  public func remove(_ name: String) throws(StorageFailure) {
    try change(.remove, name) { (state, _) throws(StorageFailure) in
      guard let file = state.planes.names.files[name] else {
        throw StorageFailure(.remove, file: name, errorNumber: DiskError.noEntry)
      }
      state.planes.change(.unlink(name))
      // The space is free once no name and no handle is left; after a crash it may be back.
      if state.planes.capacity != .max { state.planes.files[file]?.cached = [] }
    }
  }

  public func truncate(_ file: OpenFile, to size: UInt64) throws(StorageFailure) {
    try change(.truncate, file.name) { (state, _) throws(StorageFailure) in
      state.planes.truncate(id(state, file), to: Int(clamping: size))
    }
  }

  public func freeBytes() throws(StorageFailure) -> UInt64 {
    try look(.freeBytes, "") { (state, _) throws(StorageFailure) in
      let planes = state.planes
      return planes.capacity == .max ? 1 << 40 : UInt64(max(0, planes.capacity - planes.used))
    }
  }

  public func lock(_ name: String) throws(StorageFailure) -> OpenFile {
    let file = try has(name) ? open(name, forWriting: true) : create(name)
    let isTaken = state.withLock { state in
      let id = id(state, file)
      if state.locks[id] != nil { return false }
      state.locks[id] = file.descriptor
      return true
    }
    if isTaken { return file }
    close(file)
    throw StorageFailure(.inUse(process: 1), .lock, file: name)
  }

  public func pass(_ point: FaultPoint) throws(StorageFailure) {
    let effect = try state.withLock { (state) throws(StorageFailure) -> Fault.Effect? in
      if state.isDead { throw Self.dead(.append, point.rawValue) }
      state.counts.points[point, default: 0] += 1
      Self.take(&state, "at \(point.rawValue)", torn: nil)
      let number = state.counts.points[point] ?? 0
      let fault = state.faults.first { $0.moment == .point(point, number) }
      if fault?.effect == .die { state.isDead = true }
      return fault?.effect
    }
    switch effect {
    case .delay(let seconds): clock?.jump(Int64(clamping: seconds))
    case .fail(let number), .short(let number), .drop(let number):
      throw StorageFailure(.append, file: point.rawValue, errorNumber: number)
    case .die: throw Self.dead(.append, point.rawValue)
    case .stale, .misdirected, .flipped, nil: break
    }
  }

  private func id(_ state: borrowing State, _ file: OpenFile) -> Int {
    let id = state.handles[file.descriptor]
    precondition(id != nil || state.isDead, "\(file.name) was used after it was closed")
    return id ?? 0
  }

  private static func dead(
    _ operation: StorageFailure.Operation, _ name: String
  ) -> StorageFailure {
    StorageFailure(operation, file: name, errorNumber: DiskError.interrupted)
  }

  /// One call that changes nothing. `body` gets what goes wrong with the bytes it reads.
  private func look<Answer: Sendable>(
    _ operation: StorageFailure.Operation, _ name: String,
    _ body: (inout State, Fault.Effect?) throws(StorageFailure) -> Answer
  ) throws(StorageFailure) -> Answer {
    try state.withLock { (state) throws(StorageFailure) in
      if state.isDead { throw Self.dead(operation, name) }
      state.counts.count(operation, isChange: false)
      let fault = state.faults.first {
        state.counts.isMoment(of: $0, operation, isChange: false)
      }
      switch fault?.effect {
      case .fail(let number), .short(let number), .drop(let number):
        throw StorageFailure(operation, file: name, errorNumber: number)
      case .die:
        state.isDead = true
        throw Self.dead(operation, name)
      case .delay(let seconds): clock?.jump(Int64(clamping: seconds))
      case .stale, .misdirected, .flipped, nil: break
      }
      return try body(&state, fault?.effect)
    }
  }

  /// One call that changes something: counts it and lets the fault strike. `body` gets the part of
  /// its work to do.
  private func change(
    _ operation: StorageFailure.Operation, _ name: String,
    _ body: (inout State, (done: Int, of: Int)) throws(StorageFailure) -> Void
  ) throws(StorageFailure) {
    try state.withLock { (state) throws(StorageFailure) in
      if state.isDead { throw Self.dead(operation, name) }
      Self.take(&state, "before \(operation.rawValue) of \(name)", torn: nil)
      state.counts.count(operation, isChange: true)
      state.trace.append(operation)
      state.capture?.isNew = true
      let fault = state.faults.first { state.counts.isMoment(of: $0, operation, isChange: true) }
      switch fault?.effect {
      case .fail(let number), .drop(let number):
        throw StorageFailure(operation, file: name, errorNumber: number)
      case .short(let number):
        if operation == .write || operation == .zeroFill { try body(&state, (1, 2)) }
        throw StorageFailure(operation, file: name, errorNumber: number)
      case .die:
        // Whether the call would have succeeded no longer matters to anyone. Of what a flush was to
        // settle, the crash keeps some.
        let part = operation == .flush ? 0 : state.counts.changes % 3
        try? body(&state, (part, 2))
        state.isDead = true
        throw Self.dead(operation, name)
      case .delay(let seconds): clock?.jump(Int64(clamping: seconds))
      case .stale, .misdirected, .flipped, nil: break
      }
      try body(&state, (1, 1))
    }
  }
}
