import Cryptography
import Primitives
import Testing

@testable import Engine

@Suite struct TileEdgeTests {
  private func entry(_ index: Int) -> [UInt8] { Array("entry \(index)".utf8) }

  @Test("Roots and files are those of the whole list, for every size past two levels' borders")
  func againstWholeList() throws {
    var edge = TileEdge()
    var tree = HashTree()
    var files: [TileName: [UInt8]] = [:]
    #expect(edge.root == HashTree.emptyRoot && edge.partials.isEmpty)
    for index in 0..<66_100 {
      for file in edge.completed(by: entry(index)) { files[file.name] = file.bytes }
      edge.append(entry(index))
      tree.append(SHA256.leaf(entry(index)))
      let isNear = index < 1_030 || index > 65_500 || index % 4_099 == 0
      guard isNear, index % 3 == 0 || index & 255 >= 254 || index & 255 == 0 else { continue }
      #expect(edge.root == tree.root(), "\(index + 1)")
    }
    #expect(edge.size == 66_100)
    var full: [TileName] = []
    TileName.full(in: 66_100) { full.append($0) }
    #expect(full.count == 258 + 258 + 1 && Set(full) == Set(files.keys))
    #expect(
      edge.partials.map(\.name) == [
        TileName(.entries, 258, width: 52), TileName(.hashes(level: 0), 258, width: 52),
        TileName(.hashes(level: 1), 1, width: 2), TileName(.hashes(level: 2), 0, width: 1),
      ])
    for (name, bytes) in files {
      switch name.content {
      case .entries:
        let ranges = try #require(EntryBundle.entries(of: bytes))
        #expect(ranges.count == 256)
        #expect(Array(bytes[ranges[9]]) == entry(Int(name.index) * 256 + 9))
      case .hashes(0):
        #expect(Array(bytes[32..<64]) == tree[Int(name.index) * 256 + 1].bytes)
      case .hashes:
        let leaves = (0..<256).map { tree[Int(name.index) * 65_536 + $0 + 256] }
        #expect(Array(bytes[32..<64]) == MerkleRoot.of(leaves).bytes)
      }
    }
    let again = TileEdge(size: edge.size, levels: edge.levels, bundle: edge.bundle)
    #expect(again == edge)
    #expect(TileEdge(size: edge.size + 1, levels: edge.levels, bundle: edge.bundle) == nil)
    #expect(TileEdge(size: edge.size, levels: edge.levels, bundle: edge.bundle + [0]) == nil)
  }

  @Test("Bundles read back; cut ones do not")
  func bundles() {
    var bundle: [UInt8] = []
    for count in [0, 1, 255, 256, 65_535] {
      EntryBundle.append([UInt8](repeating: 7, count: count), to: &bundle)
    }
    #expect(EntryBundle.entries(of: bundle)?.map(\.count) == [0, 1, 255, 256, 65_535])
    #expect(EntryBundle.entries(of: []) == [])
    for count in [1, 2, 3, 100, bundle.count - 1] {
      let cut = Array(bundle[..<count])
      #expect((EntryBundle.entries(of: cut) == nil) == (count != 2))
    }
  }

  @Test("Checkpoint texts read back; another spelling does not")
  func checkpoints() {
    let text = LogCheckpoint(origin: "a/b", size: 20, root: .zero).text
    #expect(text == "a/b\n20\n\(Base64.text(Digest.zero.bytes))\n")
    #expect(LogCheckpoint(text: text)?.size == 20)
    let root = Base64.text(Digest.zero.bytes)
    for wrong in [
      "", "a\n", "\n1\n\(root)\n", "a\n01\n\(root)\n", "a\n+1\n\(root)\n", "a\n1\n\(root)",
      "a\n1\n\(root)\n\n", "a\n1\n\(root)\nmore\n", "a\n1\n\(root.dropLast())\n",
      "a\n18446744073709551616\n\(root)\n", "a\n-1\n\(root)\n",
    ] {
      #expect(LogCheckpoint(text: wrong) == nil, "\(wrong)")
    }
  }
}
