import Engine
import Glibc
import Primitives
import Storage
import Testing

@testable import Node

@Suite struct FolderBackupTests {
  @Test("A backup of a node at work restores to the same head and goes on from there")
  func roundTrip() throws {
    let folder = try NodeFolder()
    let node = try folder.serve()
    try NodeFolder.make(5, node)
    // The thread that writes checkpoints has the lowest priority: a busy machine lets it wait.
    for _ in 0..<60_000 where try Checkpoints.newest(folder.data.disk) == nil { usleep(1_000) }
    let height = node.chain.head.height
    let manifest = try folder.data.backUp(
      to: folder.path("copy"), withKeys: false, now: 7, progress: { _, _ in })
    try NodeFolder.make(2, node)
    node.stop()
    #expect(manifest.height == height && manifest.takenAt == 7 && !manifest.hasKeys)
    #expect(!manifest.checkpoints.isEmpty && manifest.checkpoints.allSatisfy { $0 <= height })
    let again = try BackupManifest(
      try RealDisk(folder: folder.path("copy")).readWhole(BackupManifest.file))
    #expect(again == manifest)
    let restored = DataFolder(folder.path("back"))
    #expect(
      try restored.restore(from: folder.path("copy"), progress: { _, _ in }) == manifest)
    let second = try RunningNode(
      folder: restored,
      configuration: NodeConfiguration(host: "127.0.0.1", port: 0, isPublic: false),
      progress: { _ in }, notify: { _ in })
    #expect(second.chain.head.hash == manifest.head)
    try NodeFolder.make(1, second)
    second.stop()
    #expect(second.chain.head.height == height + 1)
  }

  @Test("Nothing is overwritten, nothing is left behind, and no place within the folder is taken")
  func places() throws {
    let folder = try NodeFolder()
    func refusal(_ body: () throws -> Void) throws -> String {
      do {
        try body()
        return ""
      } catch let error as DataFolderFailure {
        return error.text
      }
    }
    func backUp(_ to: String) throws {
      _ = try folder.data.backUp(to: to, withKeys: true, now: 0, progress: { _, _ in })
    }
    #expect(try refusal { try backUp(folder.data.path + "/b") }.contains("lies within"))
    #expect(try refusal { try backUp(folder.path("none/b")) }.contains("make it first"))
    try backUp(folder.path("b") + "/")
    #expect(try refusal { try backUp(folder.path("b")) }.contains("already there"))
    let disk = RealDisk(folder: folder.root)
    #expect(try disk.list("") == ["b", "data"])
    func restore(_ from: String, _ to: String) throws {
      _ = try DataFolder(to).restore(from: from, progress: { _, _ in })
    }
    #expect(
      try refusal { try restore(folder.path("b"), folder.data.path) }.contains("already there"))
    #expect(try refusal { try restore(folder.data.path, folder.path("c")) }.contains("no whole"))
    let segment = folder.path("b/journal/00000000000000000001.seg")
    try NodeFolder.poke(segment, at: 200_000, [1])
    #expect(try refusal { try restore(folder.path("b"), folder.path("c")) }.contains("Damaged"))
    #expect(try disk.list("") == ["b", "data"])
    mkdir(folder.path("c.partial"), 0o700)
    #expect(try refusal { try restore(folder.path("b"), folder.path("c")) }.contains("left"))
  }

  @Test("A manifest is read strictly, and none of its names leads out of the folder")
  func manifest() throws {
    let file = BackupFile(name: "journal/1", byteCount: 9, digest: .zero)
    let manifest = BackupManifest(
      version: "1\"\n", network: .zero, takenAt: 1, height: 2, head: .zero, journalBegins: 1,
      checkpoints: [1, 2], hasKeys: true, files: [file])
    let text = String(decoding: manifest.json, as: UTF8.self)
    #expect(try BackupManifest(manifest.json) == manifest)
    func isRefused(_ bytes: [UInt8]) -> Bool {
      do throws(DataFolderFailure) {
        _ = try BackupManifest(bytes)
        return false
      } catch {
        return error.text.contains("manifest.json")
      }
    }
    for name in ["../x", "/etc/x", "a//b", "a/./b", "", "manifest.json", "a/..", "a\\u0000"] {
      let changed = text.split(separator: "journal/1", omittingEmptySubsequences: false)
        .joined(separator: name)
      #expect(isRefused(Array(changed.utf8)), "\(name)")
    }
    var generator = SystemRandomNumberGenerator()
    for place in manifest.json.indices {
      var bytes = manifest.json
      bytes[place] = UInt8.random(in: 0...255, using: &generator)
      // Either another value or a refusal; never a crash.
      if let read = try? BackupManifest(bytes) { #expect(read.files.count == 1) }
      #expect(isRefused(Array(manifest.json.prefix(place))) || place >= manifest.json.count - 1)
    }
  }
}
