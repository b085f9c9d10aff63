import Primitives
import Testing

@Suite struct DecimalTextTests {
  @Test(
    arguments: [
      (0, 4, "0"), (1, 4, "0.0001"), (15_000, 4, "1.5"), (20_000, 4, "2"), (10, 0, "10"),
      (100, 0, "100"), (123_456, 4, "12.3456"), (1, 18, "0.000000000000000001"),
      (1_000_000_000_000_000_000, 18, "1"), (10, 4, "0.001"),
    ] as [(UInt128, Int, String)])
  func writesWholeTokens(units: UInt128, decimals: Int, text: String) {
    #expect(DecimalText.format(Amount(units), decimals: decimals) == text)
    #expect(DecimalText.parse(text, decimals: decimals) == Amount(units))
  }

  @Test func readsWhatItWrites() {
    var generator = SeededGenerator(30)
    for _ in 0..<3_000 {
      let amount = Amount(generator.wide())
      let decimals = [0, 4, 18, 38, 39, 255][generator.below(6)]
      let text = DecimalText.format(amount, decimals: decimals)
      #expect(DecimalText.parse(text, decimals: decimals) == amount, "\(text)")
    }
    let largest = "34028236692093846346337460743176821.1455"
    #expect(DecimalText.parse(largest, decimals: 4) == .max)
    #expect(DecimalText.parse("34028236692093846346337460743176821.1456", decimals: 4) == nil)
    #expect(DecimalText.parse("1.500", decimals: 4) == Amount(15_000))
  }

  @Test(arguments: [
    "", ".", "1.", ".5", "01", "00", "00.5", "-1", "+1", "1,5", "1.2.3", "1 ", " 1", "1e3", "0x1",
    "1.00000", "1.23456", "١", "1_000", "99999999999999999999999999999999999999999",
  ])
  func refuses(text: String) {
    #expect(DecimalText.parse(text, decimals: 4) == nil)
  }

  @Test func boundsItsDecimals() {
    #expect(DecimalText.parse("1", decimals: -1) == nil)
    #expect(DecimalText.parse("1", decimals: 256) == nil)
    #expect(DecimalText.parse("1", decimals: 39) == nil)
    #expect(DecimalText.format(Amount(5), decimals: -1) == "5")
    #expect(DecimalText.format(Amount(5), decimals: 1_000).utf8.count == 257)
  }
}
