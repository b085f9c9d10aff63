import Cryptography
import Primitives
import Testing

/// Goal: EIP-55 both ways. Method: the addresses of the EIP, every change of one letter's case,
/// mutated text.
struct ChecksumTests {
  private static let published = [
    "0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
  ]

  @Test(arguments: published)
  func publishedAddresses(text: String) throws {
    let address = try #require(Address(text: text))
    #expect(address.checksummed == text)
    #expect(hex(address.bytes) == text.dropFirst(2).lowercased())
    let digits = String(text.dropFirst(2))
    #expect(Address(text: "0x" + digits.lowercased()) == address)
    #expect(Address(text: "0x" + digits.uppercased()) == address)
    #expect(Address(text: digits) == nil)
    #expect(Address(text: "0X" + digits) == nil)
    #expect(Address(text: text + "0") == nil)
    #expect(Address(text: String(text.dropLast())) == nil)
    #expect(Address(text: " " + text.dropFirst()) == nil)
    #expect(Address(text: "0x" + digits.dropLast() + "g") == nil)
    #expect(Address(text: "0x" + digits.dropLast() + "\u{ff11}") == nil)
  }

  @Test("One letter in the wrong case is refused", arguments: published.suffix(4))
  func wrongCase(text: String) {
    let characters = Array(text)
    for place in 2..<42 where characters[place].isLetter {
      var wrong = characters
      let letter = String(wrong[place])
      wrong[place] = Character(
        wrong[place].isUppercase ? letter.lowercased() : letter.uppercased())
      #expect(Address(text: String(wrong)) == nil)
    }
  }

  @Test func roundTrips() {
    var generator = SeededGenerator(seed: 51)
    for _ in 0..<500 {
      let address = Address(truncating: Word(generator.digest()))
      #expect(Address(text: address.checksummed) == address)
    }
    #expect(Address(text: "0x0000000000000000000000000000000000000000") == .zero)
  }

  @Test("Mutated text is refused or says what it holds")
  func mutations() {
    var generator = SeededGenerator(seed: 52)
    let alphabet = Array("0123456789abcdefABCDEFxXgG \u{0}é")
    for _ in 0..<2_000 {
      var text = Array(Address(truncating: Word(generator.digest())).checksummed)
      for _ in 0...generator.next() % 3 {
        let place = Int(generator.next() % UInt64(text.count))
        switch generator.next() % 4 {
        case 0: text.remove(at: place)
        case 1: text.insert(alphabet[Int(generator.next() % UInt64(alphabet.count))], at: place)
        default: text[place] = alphabet[Int(generator.next() % UInt64(alphabet.count))]
        }
      }
      let mutated = String(text)
      guard let address = Address(text: mutated) else { continue }
      #expect(address.checksummed.lowercased() == mutated.lowercased())
    }
  }
}
