internal import Glibc
internal import Storage

/// What the file system says of a folder's entries, without opening them.
struct FolderSurvey {
  struct Entry {
    let path: String
    let isFolder: Bool
    /// The permission bits.
    let mode: UInt32
    let byteCount: UInt64
  }

  private(set) var entries: [Entry] = []

  /// Looks at a folder and everything in it; what cannot be looked at is left out.
  init(_ disk: RealDisk) { look(disk, "") }

  private mutating func look(_ disk: RealDisk, _ path: String) {
    var status = stat()
    guard lstat(path.isEmpty ? disk.folder : "\(disk.folder)/\(path)", &status) == 0 else { return }
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    entries.append(
      Entry(
        path: path, isFolder: isFolder,
        // A link says nothing: what it leads to is asked instead.
        mode: status.st_mode & S_IFMT == S_IFLNK ? 0 : status.st_mode & 0o7777,
        byteCount: UInt64(clamping: status.st_size)))
    guard isFolder else { return }
    for name in (try? disk.list(path)) ?? [] {
      look(disk, path.isEmpty ? name : "\(path)/\(name)")
    }
  }

  /// Entries that no part of the program makes.
  var unknown: [String] {
    entries.filter { !Self.isKnown($0) }.map(\.path)
  }

  private static func isKnown(_ entry: Entry) -> Bool {
    let parts = entry.path.split(separator: "/").map(String.init)
    guard let top = parts.first else { return true }
    switch (top, parts.count) {
    case ("journal", 1), ("checkpoints", 1), ("tiles", 1), ("keys", 1), ("index", 1):
      return entry.isFolder
    case ("index", 2): return parts[1].hasPrefix("index.sqlite")
    case ("tiles", _), ("keys", _): return true
    case ("genesis.json", 1), ("clock.json", 1), ("LOCK", 1), ("admin.sock", 1),
      ("manifest.json", 1),
      ("genesis.json.new", 1), ("clock.json.new", 1):
      return !entry.isFolder
    case ("journal", 2):
      return parts[1] == "spare" || parts[1] == "spare.new" || isNumbered(parts[1], ["seg", "new"])
    case ("checkpoints", 2): return isNumbered(parts[1], ["ckpt", "new"])
    default: return false
    }
  }

  private static func isNumbered(_ name: String, _ endings: [String]) -> Bool {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2 && parts[0].utf8.count == 20
      && parts[0].utf8.allSatisfy { (0x30...0x39).contains($0) }
      && endings.contains(String(parts[1]))
  }
}

/// Who holds a data folder, as the kernel's table of locks tells: looking takes no lock, so that a
/// node that starts at this moment is not in the way.
enum FolderOwner {
  /// The process that holds the folder; nil where none does.
  static func process(of disk: RealDisk) -> UInt64? {
    var status = stat()
    guard stat("\(disk.folder)/LOCK", &status) == 0 else { return nil }
    return process(holding: UInt64(status.st_ino), in: table())
  }

  /// Lines such as `3: FLOCK  ADVISORY  WRITE 4711 fe:00:131 0 EOF`: the fifth word is the process,
  /// the sixth ends with the file's number.
  static func process(holding file: UInt64, in table: String) -> UInt64? {
    for line in table.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 6, words[1] == "FLOCK", let process = UInt64(words[4]),
        let number = words[5].split(separator: ":").last.flatMap({ UInt64($0) }), number == file
      else { continue }
      return process
    }
    return nil
  }

  private static func table() -> String {
    let proc = RealDisk(folder: "/proc")
    guard let file = try? proc.open("locks", forWriting: false) else { return "" }
    defer { proc.close(file) }
    return String(
      decoding: (try? proc.read(file, at: 0, count: 1 << 20)) ?? [], as: UTF8.self)
  }
}
