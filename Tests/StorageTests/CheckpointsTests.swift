import Primitives
import Simulation
import Storage
import Testing

@Suite struct CheckpointsTests {
  @Test func theNewestStay() throws {
    let disk = SimulatedDisk()
    #expect(try Checkpoints.list(disk).isEmpty)
    #expect(try Checkpoints.newest(disk) == nil)
    try Checkpoints.removeStaged(disk)
    for height in [30, 4, 100, 21] as [Height] { try Snapshot.write(disk, height) }
    #expect(try Checkpoints.list(disk) == [4, 21, 30, 100])
    #expect(try Checkpoints.newest(disk) == 100)
    #expect(try Checkpoints.prune(disk, keeping: 3) == [4])
    #expect(try Checkpoints.prune(disk, keeping: 3).isEmpty)
    #expect(try Checkpoints.prune(disk, keeping: 0) == [21, 30])
    #expect(try Checkpoints.list(disk) == [100])
  }

  /// Names that are nobody's are left alone; what was half written goes.
  @Test func onlyStagedFilesAreRemoved() throws {
    let disk = SimulatedDisk()
    try Snapshot.write(disk, 4)
    disk.put("checkpoints/00000000000000000005.new", [1])
    disk.put("checkpoints/notes.txt", [2])
    try Checkpoints.removeStaged(disk)
    #expect(
      disk.names == ["checkpoints/00000000000000000004.ckpt", "checkpoints/notes.txt"])
    #expect(try Checkpoints.list(disk) == [4])
  }
}
