import Primitives
import Testing

@Suite struct RLPWriterTests {
  private func written(_ body: (inout RLPWriter) -> Void) -> [UInt8] {
    var writer = RLPWriter(capacity: 64)
    body(&writer)
    return writer.bytes
  }

  @Test func writesIntegers() {
    #expect(written { $0.append(integer: UInt128(0)) } == [0x80])
    #expect(written { $0.append(integer: UInt128(0x7f)) } == [0x7f])
    #expect(written { $0.append(integer: UInt128(0x80)) } == [0x81, 0x80])
    #expect(written { $0.append(integer: UInt128(0x100)) } == [0x82, 1, 0])
    #expect(written { $0.append(word: .zero) } == [0x80])
    let large = [0xa0] + [UInt8](repeating: 0xff, count: 32)
    #expect(written { $0.append(integer: .max as UInt256) } == large)
    let past: [UInt8] = [0x91, 1] + [UInt8](repeating: 0, count: 16)
    #expect(written { $0.append(integer: UInt256(high: 1, low: 0)) } == past)
  }

  @Test func writesWhatTheReaderReads() throws {
    var generator = SeededGenerator(50)
    for _ in 0..<2_000 {
      let wide = UInt256(high: generator.wide(), low: generator.wide())
      let address = Address(truncating: Word(wide))
      let bytes = written {
        $0.append(integer: wide)
        $0.append(integer: wide.low)
        $0.append(word: Word(wide))
        $0.append(digest: Digest(Word(wide)))
        $0.append(address: address)
        $0.append(address: nil)
      }
      var reader = RLPReader(bytes)
      #expect(try reader.integer256() == wide)
      #expect(try reader.integer128() == wide.low)
      #expect(try reader.word() == Word(wide))
      #expect(try reader.digest() == Digest(Word(wide)))
      #expect(try reader.address() == address)
      #expect(try reader.optionalAddress() == nil)
      try reader.finish()
    }
  }

  @Test(arguments: [0, 1, 54, 55, 56, 255, 256, 65_535, 65_536])
  func writesBothListForms(count: Int) throws {
    let items = [UInt8](repeating: 5, count: count)
    var body = RLPWriter()
    body.append(encoded: items)
    let separate = written { $0.append(list: body) }
    let inPlace = written { $0.list { $0.append(encoded: items) } }
    #expect(separate == inPlace)
    var reader = RLPReader(separate)
    var list = try reader.list()
    try reader.finish()
    for _ in 0..<count { _ = try list.integer64() }
    try list.finish()
  }
}
