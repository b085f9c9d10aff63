import Glibc
import Primitives
import Storage
import Testing

/// A folder of its own, gone when the test ends.
private final class Folder {
  let path: String
  let disk: RealDisk

  init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    var template = Array("\(base)/freehold-storage-XXXXXX".utf8CString)
    path = try #require(mkdtemp(&template).map { String(cString: $0) })
    disk = RealDisk(folder: "\(path)/data")
    try disk.makeFolder("")
  }

  deinit {
    for folder in ["journal", ""] {
      for name in (try? disk.list(folder)) ?? [] {
        let file = folder.isEmpty ? name : "\(folder)/\(name)"
        if unlink("\(disk.folder)/\(file)") != 0 { rmdir("\(disk.folder)/\(file)") }
      }
    }
    rmdir("\(disk.folder)/journal")
    rmdir(disk.folder)
    rmdir(path)
  }
}

@Suite struct RealDiskTests {
  @Test func filesAndFolders() throws {
    let folder = try Folder()
    let disk = folder.disk
    try disk.makeFolder("")
    try disk.makeFolder("sub")
    try disk.makeFolder("sub")
    let file = try disk.create("sub/a")
    #expect(try failure { _ = try disk.create("sub/a") }?.kind == .exists)
    try disk.write(file, [1, 2, 3, 4], at: 0)
    try disk.write(file, [9], at: 10)
    #expect(try disk.size(file) == 11)
    #expect(try disk.read(file, at: 2, count: 100) == [3, 4, 0, 0, 0, 0, 0, 0, 9])
    #expect(try disk.read(file, at: 50, count: 1) == [])
    try disk.zeroFill(file, from: 3, count: (2 << 20) + 5)
    #expect(try disk.size(file) == (2 << 20) + 8)
    #expect(try disk.read(file, at: 0, count: 12) == [1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    try disk.flush(file)
    try disk.truncate(file, to: 2)
    #expect(try disk.size(file) == 2)
    disk.close(file)
    try disk.rename("sub/a", to: "sub/b")
    try disk.syncFolder("sub")
    #expect(try disk.list("sub") == ["b"] && disk.list("") == ["sub"])
    try disk.remove("sub/b")
    let missing = try failure { try disk.remove("sub/b") }
    #expect(missing?.kind == .missing && missing?.errorNumber == ENOENT)
    #expect(missing?.description.contains("sub/b") == true)
    #expect(try failure { _ = try disk.list("none") }?.kind == .missing)
    #expect(try failure { _ = try disk.open("none", forWriting: false) }?.kind == .missing)
    #expect(try disk.freeBytes() > 0)
  }

  /// The device that is always full gives the error that a full volume gives.
  @Test func fullDevice() throws {
    let devices = RealDisk(folder: "/dev")
    let file = try devices.open("full", forWriting: true)
    defer { devices.close(file) }
    let error = try failure { try devices.write(file, [1], at: 0) }
    #expect(error?.kind == .full && error?.errorNumber == ENOSPC)
    #expect(error?.description.contains("No space left on device") == true)
  }

  @Test func readOnlyHandleRefusesWrites() throws {
    let folder = try Folder()
    try folder.disk.writeAtomically("a", [1])
    let file = try folder.disk.open("a", forWriting: false)
    defer { folder.disk.close(file) }
    #expect(try failure { try folder.disk.write(file, [2], at: 0) }?.kind == .inputOutput)
  }

  @Test func journalOnARealDisk() throws {
    let folder = try Folder()
    let settings = JournalSettings.test(segmentBytes: 64 << 10)
    try Journal.create(folder.disk, settings)
    var places: [JournalPlace] = []
    do {
      var journal = try Journal.open(folder.disk, settings) { _ in .zero }
      for height in 1...3_000 as ClosedRange<Height> {
        places.append(
          try journal.append(
            height: height, payload: Blocks.payload(height), digest: Blocks.digest(height)))
        if height % 50 == 0 {
          try journal.flush()
          if let preparer = journal.takePreparer() { try preparer.prepare() }
        }
      }
      try journal.close()
    }
    var seen = Recovered()
    let journal = try Journal.open(folder.disk, settings) { seen.take($0) }
    #expect(seen.isExact && seen.records.count == 3_000)
    #expect(journal.recovered.segments > 5 && journal.recovered.durableThrough == 3_000)
    #expect(seen.records.map(\.place) == places)
    let reader = JournalReader(folder.disk, settings)
    #expect(try reader.read(places[1_499]).payload == Blocks.payload(1_500))
    #expect(try folder.disk.list("journal").filter { $0.hasSuffix(".new") } == [])
  }
}

@Suite struct FolderLockTests {
  @Test func secondHolderIsNamed() throws {
    let folder = try Folder()
    do {
      let lock = try FolderLock(folder.disk)
      let error = try failure { _ = try FolderLock(folder.disk) }
      #expect(error?.kind == .inUse(process: UInt64(getpid())))
      #expect(error?.description.contains("in use by process \(getpid())") == true)
      #expect(try folder.disk.readWhole("LOCK") == Array("\(getpid())\n".utf8))
      _ = consume lock
    }
    let again = try FolderLock(folder.disk)
    _ = consume again
  }
}
