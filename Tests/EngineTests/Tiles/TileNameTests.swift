import Testing

@testable import Engine

@Suite struct TileNameTests {
  @Test(
    "Paths as the standard writes them, both ways",
    arguments: [
      (TileName(.hashes(level: 0), 0), "tile/0/000"),
      (TileName(.hashes(level: 0), 0, width: 5), "tile/0/000.p/5"),
      (TileName(.hashes(level: 3), 1_234_067), "tile/3/x001/x234/067"),
      (TileName(.hashes(level: 63), 999, width: 255), "tile/63/999.p/255"),
      (TileName(.entries, 1_000), "tile/entries/x001/000"),
      (TileName(.entries, 1_234_067, width: 1), "tile/entries/x001/x234/067.p/1"),
    ])
  func paths(name: TileName, path: String) {
    #expect(name.path == path && TileName(path: path) == name)
  }

  @Test(
    "Anything else is no path",
    arguments: [
      "", "tile", "tile/", "tile/0", "tile/0/", "tile/0/0", "tile/0/00", "tile/0/0000",
      "tile/00/000", "tile/64/000", "tile/-1/000", "tile/+1/000", "tile/0/x000/000",
      "tile/0/001/000", "tile/0/x001", "tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0",
      "tile/0/000.p/256", "tile/0/000.p/05", "tile/0/000.p/5/", "tile/0/000/5", "tile/entry/000",
      "tile/0/../0/000", "../tile/0/000", "/tile/0/000", "tile//000", "tile/0/\u{661}00",
      "tile/0/x999/x999/x999/x999/x999/x999/x999/999", "checkpoint", "tile/0/000.new",
    ])
  func refused(path: String) {
    #expect(TileName(path: path) == nil)
  }

  @Test("Random changes of a path: refused, or read as written")
  func random() {
    var generator = SeededGenerator(5)
    for _ in 0..<5_000 {
      let changed = generator.mutate(Array("tile/entries/x001/x234/067.p/112".utf8))
      let text = String(decoding: changed, as: UTF8.self)
      if let name = TileName(path: text) { #expect(name.path == text) }
    }
  }

  /// The standard's own example.
  @Test("A log of 70,000 entries has the tiles that the standard counts")
  func widths() {
    let size: UInt64 = 70_000
    #expect(TileName(.hashes(level: 0), 272).width(in: size) == 256)
    #expect(TileName(.hashes(level: 0), 273).width(in: size) == 112)
    #expect(TileName(.hashes(level: 0), 274).width(in: size) == 0)
    #expect(TileName(.hashes(level: 1), 0).width(in: size) == 256)
    #expect(TileName(.hashes(level: 1), 1).width(in: size) == 17)
    #expect(TileName(.hashes(level: 2), 0).width(in: size) == 1)
    #expect(TileName(.hashes(level: 3), 0).width(in: size) == 0)
    #expect(TileName(.hashes(level: 63), 0).width(in: .max) == 0)
    var full = 0
    TileName.full(in: size) { _ in full += 1 }
    #expect(full == 273 + 273 + 1)
  }
}
