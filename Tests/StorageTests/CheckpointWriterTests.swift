import Primitives
import Simulation
import Storage
import Testing

@Suite struct CheckpointWriterTests {
  @Test func whatIsWrittenIsRead() throws {
    let disk = SimulatedDisk()
    let manifest = try Snapshot.write(disk, 12)
    #expect(disk.names == ["checkpoints/00000000000000000012.ckpt"])
    #expect(disk.openFiles == 0)
    let reader = try Snapshot.reader(disk, 12)
    #expect(reader.manifest == manifest)
    #expect(manifest.header == Snapshot.header(12))
    #expect(manifest.rawBytes == 1_800)
    #expect(try Snapshot.contents(disk, 12) == Snapshot.expected(12))
    try reader.check()
    let empty = try Snapshot.write(disk, 13, chunks: 0)
    #expect(empty.chunks.isEmpty)
    #expect(try Snapshot.contents(disk, 13).isEmpty)
  }

  /// A checkpoint that is there is never written over, a left staged file is.
  @Test func nothingIsOverwritten() throws {
    let disk = SimulatedDisk()
    try Snapshot.write(disk, 12)
    let before = disk.image
    #expect(try failure { try Snapshot.write(disk, 12, chunks: 1) }?.kind == .exists)
    #expect(disk.image == before)
    disk.put("checkpoints/00000000000000000014.new", [1, 2, 3])
    try Snapshot.write(disk, 14)
    #expect(try Snapshot.contents(disk, 14) == Snapshot.expected(14))
    #expect(disk.names.count == 2)
  }

  /// A writer that is let go leaves nothing behind.
  @Test func anUnfinishedCheckpointIsRemoved() throws {
    let disk = SimulatedDisk()
    do {
      var writer = try CheckpointWriter(
        disk, identity: Snapshot.identity, height: 3, header: [1])
      try writer.append([1, 2, 3])
      #expect(disk.names == ["checkpoints/00000000000000000003.new"])
    }
    #expect(disk.names.isEmpty)
    #expect(disk.openFiles == 0)
  }

  @Test func sizesOutOfBoundsAreRefused() throws {
    let disk = SimulatedDisk()
    for count in [0, CheckpointLimits.chunkBytes + 1] {
      let refused = try failure {
        var writer = try CheckpointWriter(
          disk, identity: Snapshot.identity, height: 3, header: [1])
        try writer.append([UInt8](repeating: 0, count: count))
      }
      #expect(refused?.kind == .tooLarge)
    }
    let header = [UInt8](repeating: 0, count: CheckpointLimits.headerBytes + 1)
    #expect(
      try failure {
        _ = try CheckpointWriter(disk, identity: Snapshot.identity, height: 3, header: header)
      }?.kind == .tooLarge)
    #expect(disk.names.isEmpty)
  }

  /// Full, failing, short: at every call in turn. The error is told, no staged file stays, and what
  /// has the checkpoint's name is whole.
  @Test func troubleAtEveryCallLeavesNothingHalf() throws {
    let plain = SimulatedDisk()
    try Snapshot.write(plain, 1)
    let before = plain.calls
    try Snapshot.write(plain, 2)
    let calls = plain.calls - before
    var told = 0
    for call in 1...calls {
      for fault in [
        Fault.Effect.fail(DiskError.noSpace), .short(DiskError.noSpace),
        .fail(DiskError.inputOutput),
      ] {
        let disk = SimulatedDisk()
        try Snapshot.write(disk, 1)
        disk.strike(call, fault)
        if try failure({ try Snapshot.write(disk, 2) }) != nil { told += 1 }
        disk.heal()
        #expect(disk.openFiles == 0)
        #expect(disk.names.allSatisfy { $0.hasSuffix(".ckpt") }, "call \(call): \(disk.names)")
        for height in try Checkpoints.list(disk) {
          #expect(try Snapshot.contents(disk, height) == Snapshot.expected(height))
        }
        if try Checkpoints.newest(disk) == 1 {
          try Snapshot.write(disk, 2)
          #expect(try Checkpoints.list(disk) == [1, 2])
        }
      }
    }
    #expect(told == 3 * calls)
    print("checkpoint writing: \(calls) calls, \(told) faults told, nothing half")
  }

  /// The power is cut within every call: what has a checkpoint's name afterwards is whole, the
  /// older ones are there, and a finished one is there.
  @Test func everyCrashLeavesWholeCheckpoints() throws {
    var generator = Generator(seed: 44)
    let plain = SimulatedDisk()
    try Snapshot.write(plain, 1)
    let before = plain.calls
    try Snapshot.write(plain, 2)
    let calls = plain.calls - before
    var crashes = 0
    for call in 1...calls + 1 {
      let disk = SimulatedDisk()
      try Snapshot.write(disk, 1)
      disk.strike(call, .die)
      let isFinished = try failure { try Snapshot.write(disk, 2) } == nil
      for _ in 0..<20 {
        let left = disk.crash(&generator)
        let heights = try Checkpoints.list(left)
        #expect(heights == (isFinished ? [1, 2] : heights.count == 2 ? [1, 2] : [1]))
        for height in heights {
          #expect(try Snapshot.contents(left, height) == Snapshot.expected(height))
        }
        try Checkpoints.removeStaged(left)
        #expect(left.names.allSatisfy { $0.hasSuffix(".ckpt") })
        crashes += 1
      }
    }
    print("checkpoint writing: \(crashes) crashes, nothing half")
  }
}
