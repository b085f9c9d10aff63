import Cryptography
import Primitives
import Simulation
import Testing

@testable import Storage

@Suite struct BackupTests {
  private let settings = JournalSettings.test()
  private var scope: BackupScope {
    BackupScope(
      network: settings.identity, first: ["genesis.json"], folders: ["tiles", "keys"],
      last: ["clock.json"])
  }

  private func source(_ count: Int) throws -> SimulatedDisk {
    let disk = try built(count, closed: false)
    for folder in ["tiles", "checkpoints"] { try disk.makeFolder(folder) }
    disk.put("genesis.json", [1, 2, 3])
    disk.put("clock.json", [4])
    disk.put("tiles/checkpoint", [5, 5])
    disk.put("tiles/a", [6])
    disk.put("tiles/b.new", [7])
    disk.put("LOCK", [9])
    return disk
  }

  private func target() throws -> SimulatedDisk {
    let disk = SimulatedDisk()
    try disk.makeFolder("")
    return disk
  }

  @Test("A copy is a journal of its own that goes on where the original stood")
  func opens() throws {
    let source = try source(25)
    let target = try target()
    var reached: UInt64 = 0
    let content = try Backup.copy(
      from: source, to: target, scope, visit: { _ in },
      progress: { done, all in
        #expect(done <= all && done >= reached)
        reached = done
      })
    #expect(content.journal.height == 25 && reached > 2_048)
    let names = content.files.map(\.name)
    #expect(names.first == "genesis.json" && names.last == "clock.json")
    #expect(names[1...2] == ["tiles/checkpoint", "tiles/a"])
    #expect(!names.contains("LOCK") && !names.contains("journal/spare"))
    for file in content.files {
      #expect(SHA256.hash(target.contents(file.name)) == file.digest)
      #expect(UInt64(target.contents(file.name).count) == file.byteCount)
    }
    var (seen, summary) = try Journal.reopen(target)
    #expect(seen.isExact && summary.lastHeight == 25 && summary.torn == nil)
    var journal = try Journal.plain(target)
    try journal.grow(3)
    try journal.flush()
    (seen, summary) = try Journal.reopen(target)
    #expect(seen.isExact && summary.lastHeight == 28)
    #expect(source.openFiles == 0)
  }

  @Test("While a journal grows and is pruned, every copy opens with all that was flushed before")
  func whileItGrows() throws {
    let source = try source(10)
    var journal = try Journal.plain(source)
    for round in 0..<12 {
      let flushed = journal.durable
      let target = try target()
      var grown = 0
      let content = try Backup.copy(
        from: source, to: target, scope,
        visit: { (step) throws(StorageFailure) in
          // The node goes on in the middle of the copy.
          guard case .block = step, grown < 9 else { return }
          grown += 1
          try journal.grow(1)
          try journal.flush()
        })
      #expect(content.journal.height >= flushed, "round \(round)")
      let (seen, summary) = try Journal.reopen(target)
      #expect(seen.isExact && summary.lastHeight == content.journal.height)
    }
    #expect(journal.durable > 100)
  }

  @Test("Where no checkpoint reaches a pruned journal, there is no backup")
  func prunedTooFar() throws {
    let source = try source(60)
    try Journal.prune(source, below: 50)
    let failure = try failure {
      _ = try Backup.copy(from: source, to: try target(), scope, visit: { _ in })
    }
    #expect(failure?.kind == .missing && failure?.file.hasPrefix("checkpoints/") == true)
  }

  @Test("A full target is refused before anything is written, and a failing one leaves the source")
  func fullTarget() throws {
    let source = try source(25)
    let target = try target()
    target.limit(to: 1_000)
    let calls = target.calls
    let copy = { _ = try Backup.copy(from: source, to: target, self.scope, visit: { _ in }) }
    #expect(try failure(copy)?.kind == .full)
    #expect(target.calls == calls)
    target.limit(to: .max)
    target.strike(5, .fail(5))
    #expect(try failure(copy) != nil)
    #expect(try Journal.reopen(source).0.isExact)
  }

  @Test("A restore takes only what the manifest says, byte by byte")
  func restores() throws {
    let source = try source(8)
    let copy = try target()
    let files = try Backup.copy(from: source, to: copy, scope, visit: { _ in }).files
    let back = try target()
    try Backup.restore(files, from: copy, to: back)
    #expect(try Journal.reopen(back).0.isExact)
    for file in files {
      let sound = copy.contents(file.name)
      for place in [0, sound.count / 2, sound.count - 1] {
        var bytes = sound
        bytes[place] ^= 1
        copy.put(file.name, bytes)
        let failure = try failure { try Backup.restore(files, from: copy, to: try target()) }
        #expect(failure?.kind == .damaged && failure?.file == file.name)
      }
      copy.put(file.name, sound + [0])
      #expect(
        try failure { try Backup.restore(files, from: copy, to: try target()) }?.kind == .damaged)
      copy.put(file.name, sound)
    }
    copy.delete("genesis.json")
    #expect(
      try failure { try Backup.restore(files, from: copy, to: try target()) }?.kind == .missing)
  }
}
