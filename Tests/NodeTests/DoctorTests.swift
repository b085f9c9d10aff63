import Glibc
import Primitives
import Storage
import Testing

@testable import Node

@Suite struct DoctorTests {
  private func examine(_ folder: NodeFolder, deep: Bool = false) -> Diagnosis {
    var doctor = Doctor(folder.data, now: { 1_800_000_000 }, progress: { _ in })
    return doctor.examine(deep: deep)
  }

  private func problems(_ folder: NodeFolder) -> [Finding] {
    examine(folder).findings.filter { $0.weight == .problem }
  }

  @Test("A sound folder has nothing to be done, also while its node runs, and stays as it was")
  func sound() throws {
    let folder = try NodeFolder()
    try folder.grow(3)
    let before = FolderSurvey(folder.data.disk).entries.map { [$0.path, "\($0.byteCount)"] }
    let diagnosis = examine(folder, deep: true)
    #expect(diagnosis.isSound, "\(diagnosis.findings)")
    let subjects = diagnosis.findings.map(\.subject)
    for subject in ["network", "journal", "checkpoint", "clock", "replay", "process", "space"] {
      #expect(subjects.contains(subject), "\(subject)")
    }
    #expect(FolderSurvey(folder.data.disk).entries.map { [$0.path, "\($0.byteCount)"] } == before)
    let node = try folder.serve()
    let running = examine(folder, deep: true)
    #expect(running.isSound, "\(running.findings)")
    #expect(running.findings.contains { $0.text.contains("in use by process \(getpid())") })
    #expect(running.findings.contains { $0.subject == "replay" && $0.weight == .note })
    node.stop()
  }

  @Test("Each kind of file damaged is named, with what to do, and never ends the process")
  func damaged() throws {
    let folder = try NodeFolder()
    try folder.grow(4)
    let data = folder.data.path
    let segment = "\(data)/journal/00000000000000000001.seg"
    let names = try folder.data.disk.list("checkpoints").filter { $0.hasSuffix(".ckpt") }
    let checkpoint = "\(data)/checkpoints/\(try #require(names.last))"
    let places = [
      (segment, 3, "journal"), (segment, 60, "journal"), (segment, 530, "journal"),
      (segment, 600, "journal"), (checkpoint, 5, "checkpoint"), (checkpoint, 700, "checkpoint"),
      ("\(data)/genesis.json", 10, "network"),
    ]
    #expect(problems(folder).isEmpty)
    for (path, offset, subject) in places {
      let old = try NodeFolder.poke(path, at: offset, [0xa5, 0x5a])
      let found = problems(folder)
      #expect(found.contains { $0.subject == subject }, "\(path) at \(offset): \(found)")
      #expect(found.allSatisfy { !$0.text.isEmpty })
      try NodeFolder.poke(path, at: offset, old)
    }
    #expect(problems(folder).isEmpty)
    try clock(folder)
    try shapes(folder, [segment, checkpoint, "\(data)/genesis.json", "\(data)/LOCK"])
  }

  private func clock(_ folder: NodeFolder) throws {
    let disk = folder.data.disk
    try disk.writeAtomically("clock.json", Array("{}".utf8))
    #expect(problems(folder).map(\.subject) == ["clock"])
    try disk.remove("clock.json")
  }

  /// Cut, emptied, replaced by a folder, gone: each file in turn.
  private func shapes(_ folder: NodeFolder, _ paths: [String]) throws {
    for path in paths {
      #expect(rename(path, path + ".kept") == 0)
      for shape in 0..<4 {
        switch shape {
        case 0: close(open(path, O_CREAT | O_WRONLY, 0o600))
        case 1:
          let handle = open(path, O_CREAT | O_WRONLY, 0o600)
          #expect(write(handle, "x", 1) == 1)
          close(handle)
        case 2: mkdir(path, 0o700)
        default: break
        }
        let diagnosis = examine(folder, deep: true)
        #expect(!diagnosis.findings.isEmpty)
        if !path.hasSuffix("LOCK"), !path.hasSuffix(".ckpt") || shape < 3 {
          #expect(!diagnosis.isSound, "\(path) in shape \(shape)")
        }
        if unlink(path) != 0 { rmdir(path) }
      }
      #expect(rename(path + ".kept", path) == 0)
    }
    #expect(problems(folder).isEmpty)
  }

  @Test("Open permissions, strange files, no folder and no network are told")
  func surroundings() throws {
    let folder = try NodeFolder()
    let data = folder.data.path
    close(open("\(data)/notes.txt", O_CREAT | O_WRONLY, 0o600))
    #expect(examine(folder).isSound)
    #expect(examine(folder).findings.contains { $0.text.contains("notes.txt") })
    chmod("\(data)/keys/log.key", 0o640)
    #expect(problems(folder).map(\.subject) == ["permissions"])
    chmod("\(data)/keys/log.key", 0o600)
    chmod("\(data)/notes.txt", 0o666)
    #expect(problems(folder).first?.repair == "chmod -R o-w \(data)")
    var nowhere = Doctor(DataFolder("\(data)/none"), now: { 0 }, progress: { _ in })
    #expect(nowhere.examine(deep: true).isSound == false)
    var empty = Doctor(DataFolder("\(data)/keys"), now: { 0 }, progress: { _ in })
    #expect(empty.examine(deep: true).isSound == false)
    var file = Doctor(DataFolder("\(data)/notes.txt"), now: { 0 }, progress: { _ in })
    #expect(file.examine(deep: false).isSound == false)
  }

  @Test("The kernel's table of locks is read by file number")
  func owner() {
    let table = """
      1: POSIX  ADVISORY  WRITE 11 fe:00:7 0 EOF
      2: FLOCK  ADVISORY  WRITE 4711 fe:00:7 0 EOF
      3: FLOCK
      4: FLOCK  ADVISORY  WRITE x fe:00:8 0 EOF
      """
    #expect(FolderOwner.process(holding: 7, in: table) == 4_711)
    #expect(FolderOwner.process(holding: 8, in: table) == nil)
    #expect(FolderOwner.process(holding: 9, in: "") == nil)
  }
}
