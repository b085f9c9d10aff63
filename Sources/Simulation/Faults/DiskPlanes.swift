/// What a simulated disk holds: what programs see, what is durable, and what lies between.
///
/// A crash keeps, of every 512-byte sector written since the file's last flush, any version since
/// then, and of the names changed since the folder's last sync any of the changes.
struct DiskPlanes: Sendable {
  static let sector = 512

  struct File: Sendable {
    var cached: [UInt8] = []
    var durable: [UInt8] = []
    /// Contents of sectors written since the last flush, oldest first.
    var unsynced: [Int: [[UInt8]]] = [:]
  }

  enum NameChange: Sendable {
    case folder(String)
    case link(String, Int)
    case unlink(String)
    case rename(String, String, Int)

    /// The folder whose sync makes the change durable.
    var folder: String {
      switch self {
      case .folder(let name), .link(let name, _), .unlink(let name), .rename(_, let name, _):
        parent(name)
      }
    }
  }

  struct Names: Sendable {
    var folders: Set<String> = [""]
    var files: [String: Int] = [:]

    mutating func apply(_ change: NameChange) {
      switch change {
      case .folder(let name): folders.insert(name)
      case .link(let name, let file): if folders.contains(parent(name)) { files[name] = file }
      case .unlink(let name): files[name] = nil
      case .rename(let old, let new, let file):
        // A folder's entry names the file itself, whatever became of the changes before.
        if files[old] == file { files[old] = nil }
        if folders.contains(parent(new)) { files[new] = file }
      }
    }
  }

  var files: [Int: File] = [:]
  var names = Names()
  var durableNames = Names()
  /// Changes of names that no sync covered yet, oldest first.
  var changes: [NameChange] = []
  var nextFile = 1
  /// Bytes that all files together may have.
  var capacity = Int.max

  var used: Int { files.values.reduce(0) { $0 + $1.cached.count } }

  func contents(_ name: String) -> [UInt8]? {
    names.files[name].flatMap { files[$0] }?.cached
  }

  mutating func change(_ change: NameChange) {
    names.apply(change)
    changes.append(change)
  }

  /// Puts durable bytes under a durable name.
  mutating func put(_ name: String, _ bytes: [UInt8]) {
    let file = names.files[name] ?? nextFile
    if file == nextFile { nextFile += 1 }
    files[file] = File(cached: bytes, durable: bytes)
    names.files[name] = file
    durableNames = names
  }

  mutating func delete(_ name: String) {
    names.files[name] = nil
    durableNames = names
  }

  /// - Returns: how many of the bytes found room.
  mutating func write(_ id: Int, _ bytes: ArraySlice<UInt8>, at offset: Int) -> Int {
    var count = bytes.count
    if capacity != .max {
      let old = files[id]?.cached.count ?? 0
      let room = max(old, capacity - (used - old))
      count = max(0, min(count, room - offset))
    }
    guard count > 0, var file = files.removeValue(forKey: id) else { return count }
    let end = offset + count
    if end > file.cached.count { resize(&file.cached, end) }
    file.cached.replaceSubrange(offset..<end, with: bytes.prefix(count))
    for sector in offset / Self.sector...(end - 1) / Self.sector {
      let start = sector * Self.sector
      let part = file.cached[start..<min(start + Self.sector, file.cached.count)]
      file.unsynced[sector, default: []].append(Array(part))
    }
    files[id] = file
    return count
  }

  mutating func truncate(_ id: Int, to size: Int) {
    guard var file = files.removeValue(forKey: id) else { return }
    resize(&file.cached, size)
    files[id] = file
  }

  /// Makes so many of the unsynced sectors durable, the lowest first, and the size with them.
  mutating func settle(_ id: Int, portion: (done: Int, of: Int)) {
    guard var file = files.removeValue(forKey: id) else { return }
    if file.durable.count != file.cached.count { resize(&file.durable, file.cached.count) }
    let sectors = file.unsynced.keys.sorted()
    for sector in sectors.prefix(sectors.count * portion.done / portion.of) {
      if let newest = file.unsynced[sector]?.last { place(newest, sector, &file.durable) }
      file.unsynced[sector] = nil
    }
    files[id] = file
  }

  /// What a failed flush does: some sectors reached the disk, and all count as clean from now on,
  /// so that a later flush succeeds without them.
  /// - Parameter isEvicted: the pages are dropped with the error, so that programs see what is
  ///   durable; otherwise they go on seeing what they wrote.
  mutating func fail(_ id: Int, portion: (done: Int, of: Int), isEvicted: Bool) {
    settle(id, portion: portion)
    files[id]?.unsynced = [:]
    if isEvicted, let durable = files[id]?.durable { files[id]?.cached = durable }
  }

  mutating func sync(folder: String) {
    var left: [NameChange] = []
    for change in changes {
      if change.folder == folder { durableNames.apply(change) } else { left.append(change) }
    }
    changes = left
  }

  /// What a power cut leaves.
  func crashed<Choice: RandomNumberGenerator>(_ choice: inout Choice) -> DiskPlanes {
    var new = DiskPlanes()
    new.capacity = capacity
    new.nextFile = nextFile
    new.names = durableNames
    // A journaling file system keeps a beginning of the changes; others any of them.
    if Bool.random(using: &choice) {
      for change in changes.prefix(Int.random(in: 0...changes.count, using: &choice)) {
        new.names.apply(change)
      }
    } else {
      for change in changes where Bool.random(using: &choice) { new.names.apply(change) }
    }
    new.durableNames = new.names
    for id in Set(new.names.files.values).sorted() {
      guard let file = files[id] else { continue }
      let bytes = Self.survivors(file, &choice)
      new.files[id] = File(cached: bytes, durable: bytes)
    }
    return new
  }

  private static func survivors<Choice: RandomNumberGenerator>(
    _ file: File, _ choice: inout Choice
  ) -> [UInt8] {
    var bytes = file.durable
    if file.cached.count != bytes.count, Bool.random(using: &choice) {
      resize(&bytes, file.cached.count)
    }
    // Now and then all or nothing, which independent sectors would rarely give.
    let manner = Int.random(in: 0..<8, using: &choice)
    for sector in file.unsynced.keys.sorted() {
      guard let versions = file.unsynced[sector] else { continue }
      let kept =
        switch manner {
        case 0: 0
        case 1: versions.count
        default: Int.random(in: 0...versions.count, using: &choice)
        }
      if kept > 0 { place(versions[kept - 1], sector, &bytes) }
    }
    return bytes
  }
}

/// The folder of a name; the empty one at the top.
func parent(_ name: String) -> String {
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
  let start = sector * DiskPlanes.sector
  guard start < bytes.count else { return }
  let end = min(start + content.count, bytes.count)
  bytes.replaceSubrange(start..<end, with: content.prefix(end - start))
}
