import Primitives
import Testing

@Suite struct HexTests {
  @Test func writesAndReadsBytes() {
    #expect(Hex.text([]) == "0x" && Hex.bytes("0x") == [])
    #expect(Hex.text([0, 0x0f, 0xa0, 0xff]) == "0x000fa0ff")
    #expect(Hex.bytes("0x000FA0ff") == [0, 0x0f, 0xa0, 0xff])
    let every = (0...255).map { UInt8($0) }
    #expect(Hex.bytes(Hex.text(every)) == every)
    for text in ["", "0", "00", "0X00", "0x0", "0x000", "0xg0", "0x 0", " 0x00", "0x00 ", "x00"] {
      #expect(Hex.bytes(text) == nil, "\(text)")
    }
    #expect(Hex.bytes("0x０0") == nil && Hex.bytes("0x\u{0}0") == nil)
  }

  @Test func writesAndReadsQuantities() {
    #expect(Hex.quantity(UInt128(0)) == "0x0" && Hex.quantity("0x0") == 0)
    #expect(Hex.quantity(UInt128(1024)) == "0x400" && Hex.quantity("0x400") == 1024)
    #expect(Hex.quantity("0xFf") == 255)
    #expect(Hex.quantity(UInt128.max) == "0x" + String(repeating: "f", count: 32))
    #expect(Hex.quantity("0x" + String(repeating: "f", count: 32)) == .max)
    for text in ["", "0x", "0x00", "0x01", "1", "0xg", "-0x1", "0x-1", "0x1 ", "0X1"] {
      #expect(Hex.quantity(text) == nil, "\(text)")
      #expect(Hex.wideQuantity(text) == nil, "\(text)")
    }
    #expect(Hex.quantity("0x1" + String(repeating: "0", count: 32)) == nil)
    #expect(Hex.wideQuantity("0x1" + String(repeating: "0", count: 64)) == nil)
    var generator = SeededGenerator(20)
    for _ in 0..<1_000 {
      let number = UInt256(high: generator.wide(), low: generator.wide())
      #expect(Hex.wideQuantity(Hex.quantity(number)) == number)
      #expect(Hex.quantity(Hex.quantity(number.low)) == number.low)
    }
  }
}
