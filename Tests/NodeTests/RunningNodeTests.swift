import HTTP
import Primitives
import Storage
import Testing

@testable import Node

@Suite struct RunningNodeTests {
  @Test("A second node on the same folder is refused by name, and the first goes on")
  func oneProcess() throws {
    let folder = try NodeFolder()
    let node = try folder.serve()
    do throws(NodeFailure) {
      let second = try RunningNode(
        folder: folder.data,
        configuration: NodeConfiguration(host: "127.0.0.1", port: 0, isPublic: false),
        progress: { _ in }, notify: { _ in })
      second.stop()
      Issue.record("two nodes on one folder")
    } catch {
      #expect(error.text.contains("in use by process"))
    }
    try NodeFolder.make(1, node)
    node.stop()
  }

  @Test("A port that is taken is told before the journal is replayed, and the folder is let go")
  func portTaken() throws {
    let folder = try NodeFolder()
    let other = HTTPServer(configuration: HTTPConfiguration(port: 0)) { _ in .text("") }
    try other.start()
    #expect(throws: NodeFailure.self) {
      try RunningNode(
        folder: folder.data,
        configuration: NodeConfiguration(host: "127.0.0.1", port: other.port, isPublic: false),
        progress: { _ in }, notify: { _ in })
    }
    other.stop()
    try folder.grow(1)
  }
}
