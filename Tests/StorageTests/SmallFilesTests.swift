import Glibc
import Simulation
import Storage
import Testing

@Suite struct SmallFilesTests {
  @Test func writtenAndRead() throws {
    let disk = SimulatedDisk()
    #expect(try !disk.has("genesis"))
    try disk.writeAtomically("genesis", [1, 2, 3])
    #expect(try disk.has("genesis") && disk.readWhole("genesis") == [1, 2, 3])
    try disk.writeAtomically("genesis", [])
    #expect(try disk.readWhole("genesis") == [])
    #expect(disk.names == ["genesis"] && disk.openFiles == 0)
    #expect(try failure { _ = try disk.readWhole("none") }?.kind == .missing)
    try disk.writeAtomically("genesis", [UInt8](repeating: 1, count: 100))
    #expect(try failure { _ = try disk.readWhole("genesis", limit: 99) }?.kind == .tooLarge)
  }

  /// Old or new, whole, wherever the power is cut; new once it has returned.
  @Test func oldOrNewAfterACut() throws {
    let (old, new) = ([UInt8](repeating: 1, count: 1_500), [UInt8](repeating: 2, count: 2_500))
    for call in 1...6 {
      for seed in 0..<200 as Range<UInt64> {
        var generator = Generator(seed: seed)
        let disk = SimulatedDisk()
        try disk.writeAtomically("file", old)
        disk.strike(call, .die)
        let error = try failure { try disk.writeAtomically("file", new) }
        let after = disk.crash(&generator)
        let found = try after.readWhole("file")
        #expect(found == new || error != nil && found == old)
        try after.writeAtomically("file", new)
        #expect(try after.readWhole("file") == new)
      }
    }
  }

  @Test func errorsLeaveTheOldFile() throws {
    for call in 2...5 {
      let disk = SimulatedDisk()
      try disk.writeAtomically("file", [1])
      disk.strike(call, .fail(ENOSPC))
      #expect(try failure { try disk.writeAtomically("file", [2, 2]) }?.kind == .full)
      #expect(try disk.readWhole("file") == [1] && disk.openFiles == 0)
    }
  }
}
