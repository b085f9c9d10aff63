import Testing

@testable import Primitives

@Suite struct EndianTests {
  @Test func writesBothOrders() {
    var bytes: [UInt8] = []
    UInt32(0x0102_0304).appendBigEndian(to: &bytes)
    UInt32(0x0102_0304).appendLittleEndian(to: &bytes)
    #expect(bytes == [1, 2, 3, 4, 4, 3, 2, 1])
    #expect(UInt32(bigEndian: bytes, checked: 0) == 0x0102_0304)
    #expect(UInt32(bigEndian: bytes, checked: 3) == 0x0404_0302)
  }

  @Test func readsWordsAtAnyOffset() {
    let bytes = (0..<70).map { UInt8($0) }
    for offset in 0...38 {
      #expect(Word(bytes, at: offset)?.bytes == Array(bytes[offset..<offset + 32]))
    }
    for offset in [-1, 39, 70, Int.max, Int.min] { #expect(Word(bytes, at: offset) == nil) }
    #expect(Word([], at: 0) == nil)
    #expect(Address(bytes, checked: 7).bytes == Array(bytes[7..<27]))
  }
}
