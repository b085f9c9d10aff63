import Economy
import Engine
import Glibc
import HTTP
import Node
import Primitives
import Storage
import Testing

/// A network's folder of its own, gone when the test ends.
final class NodeFolder {
  let root: String
  var data: DataFolder { DataFolder("\(root)/data") }

  init() throws {
    let base = getenv("TMPDIR").map { String(cString: $0) } ?? P_tmpdir
    var template = Array("\(base)/freehold-node-XXXXXX".utf8CString)
    root = try #require(mkdtemp(&template).map { String(cString: $0) })
    let economies = "\(#filePath)".repositoryRoot + "/economies"
    _ = try data.create(
      economy: try Self.read("\(economies)/dta.json"),
      overlays: [try Self.read("\(economies)/dev.json")], time: LogicalTime(1_790_000_000),
      segmentBytes: 256 << 10)
  }

  deinit { Self.remove(root) }

  /// A node at work on the folder, on a free port; a checkpoint is written after every block.
  func serve(_ note: @escaping @Sendable (EngineNotice) -> Void = { _ in }) throws -> RunningNode {
    try RunningNode(
      folder: data,
      configuration: NodeConfiguration(
        host: "127.0.0.1", port: 0, isPublic: false,
        checkpoints: CheckpointPolicy(interval: 1, isPaced: false)),
      progress: { _ in }, notify: note)
  }

  /// Makes so many blocks and stops.
  func grow(_ blocks: Height) throws {
    let node = try serve()
    try Self.make(blocks, node)
    node.stop()
  }

  static func make(_ blocks: Height, _ node: RunningNode) throws {
    for _ in 0..<blocks {
      let height = node.chain.head.height
      node.chain.askForBlock()
      for _ in 0..<5_000 where node.chain.head.height == height { usleep(1_000) }
      try #require(node.chain.head.height == height + 1)
    }
  }

  func path(_ name: String) -> String { "\(root)/\(name)" }

  static func read(_ path: String) throws -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let disk = RealDisk(folder: parts.dropLast().joined(separator: "/"))
    return String(decoding: try disk.readWhole(String(parts.last ?? "")), as: UTF8.self)
  }

  /// Overwrites bytes of a file in place, and answers what stood there.
  @discardableResult
  static func poke(_ path: String, at offset: Int, _ bytes: [UInt8]) throws -> [UInt8] {
    let handle = open(path, O_RDWR)
    try #require(handle >= 0)
    defer { close(handle) }
    var old = [UInt8](repeating: 0, count: bytes.count)
    let count = pread(handle, &old, old.count, off_t(offset))
    try #require(count == old.count && pwrite(handle, bytes, bytes.count, off_t(offset)) == count)
    return old
  }

  /// Writes a file anew.
  static func write(_ path: String, _ bytes: [UInt8]) throws {
    let handle = open(path, O_RDWR | O_CREAT | O_TRUNC, 0o640)
    try #require(handle >= 0)
    defer { close(handle) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(handle, $0.baseAddress, $0.count) }
      try #require(count > 0)
      rest = rest.dropFirst(count)
    }
  }

  static func copy(_ path: String, to other: String) throws {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let disk = RealDisk(folder: parts.dropLast().joined(separator: "/"))
    try write(other, try disk.readWhole(String(parts.last ?? ""), limit: 1 << 30))
  }

  static func remove(_ path: String) {
    for name in (try? RealDisk(folder: path).list("")) ?? [] {
      let entry = "\(path)/\(name)"
      if unlink(entry) != 0 { remove(entry) }
    }
    rmdir(path)
  }
}

extension String {
  /// The repository, from the path of a file in one of its test targets.
  fileprivate var repositoryRoot: String {
    split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
  }
}
