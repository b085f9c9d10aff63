import Cryptography
import Testing

/// Goal: BIP-39 seeds, phrases and checksums. Method: the BIP's own vectors, every length round and
/// round, each single mistake.
struct MnemonicTests {
  private let about =
    "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"

  @Test func published() throws {
    let seed = try #require(Mnemonic.seed(about, passphrase: "TREZOR"))
    #expect(
      hex(seed)
        == "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d182"
        + "64c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04")
    let bare = try #require(Mnemonic.seed(about))
    #expect(
      hex(bare)
        == "5eb00bbddcf069084889a8ab9155568165f5c453ccb85e70811aaed6f6da5fc19a5ac40b389cd370"
        + "d086206dec8aa6c43daea6690f20ad3d8d48b2d2ce9e38e4")
    let spoken = [UInt8](
      "letter advice cage absurd amount doctor acoustic avoid letter advice".utf8)
    let long = spoken + Array(" cage above".utf8)
    #expect(
      hex(try #require(Mnemonic.seed(phrase: long, passphrase: Array("TREZOR".utf8))))
        == "d71de856f81a8acc65e6fc851a38d4d7ec216fd0796d0a6827a3ad6ed5511a30fa280f12eb2e47ed"
        + "2ac03b5c462a0358d18d69fe4f985ec81778c1b370b652a8")
  }

  @Test func textForms() {
    let seed = Mnemonic.seed(about)
    #expect(Mnemonic.seed("  " + about.split(separator: " ").joined(separator: " \n\t")) == seed)
    #expect(Mnemonic.seed(about + " about") != seed)
    #expect(Mnemonic.seed("") == nil)
    #expect(Mnemonic.seed(" \n ") == nil)
    #expect(Mnemonic.seed("ábaco abdomen") == nil)
    #expect(Mnemonic.seed(about, passphrase: "ü") == nil)
  }

  @Test func phrasesOfEntropy() throws {
    let twelve = { (byte: UInt8) in [UInt8](repeating: byte, count: 16) }
    let rows: [([UInt8], String)] = [
      (twelve(0), about),
      (
        twelve(0x7f),
        "legal winner thank year wave sausage worth useful legal winner thank yellow"
      ),
      (
        twelve(0x80),
        "letter advice cage absurd amount doctor acoustic avoid letter advice cage above"
      ),
      (twelve(0xff), String(repeating: "zoo ", count: 11) + "wrong"),
      ([UInt8](repeating: 0, count: 32), String(repeating: "abandon ", count: 23) + "art"),
      ([UInt8](repeating: 0xff, count: 32), String(repeating: "zoo ", count: 23) + "vote"),
    ]
    for (entropy, phrase) in rows {
      #expect(Mnemonic.phrase(entropy: entropy) == Array(phrase.utf8))
      #expect(try Mnemonic.entropy(of: Array(phrase.utf8)) == entropy)
      #expect(try Mnemonic.entropy(of: Array(phrase.uppercased().utf8)) == entropy)
    }
    for count in 0..<40 where ![16, 20, 24, 28, 32].contains(count) {
      #expect(Mnemonic.phrase(entropy: [UInt8](repeating: 1, count: count)) == nil)
    }
  }

  /// The list's digest is that of the file which the BIP publishes.
  @Test func wordList() {
    var generator = SeededGenerator(seed: 39)
    var words: Set<[UInt8]> = []
    for _ in 0..<4_000 {
      let phrase = Mnemonic.phrase(entropy: generator.bytes(32)) ?? []
      words.formUnion(phrase.split(separator: 0x20).map { Array($0) })
    }
    let sorted = words.sorted { $0.lexicographicallyPrecedes($1) }
    #expect(sorted.count == 2_048)
    #expect(
      hex(SHA256.hash(sorted.flatMap { $0 + [0x0a] }))
        == "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda")
  }

  @Test func randomPhrases() throws {
    for count in Mnemonic.lengths {
      let phrase = try #require(Mnemonic.random(wordCount: count))
      #expect(phrase.split(separator: 0x20).count == count)
      let entropy = try Mnemonic.entropy(of: phrase)
      #expect(entropy.count == count / 3 * 4)
      #expect(Mnemonic.phrase(entropy: entropy) == phrase)
      #expect(Mnemonic.random(wordCount: count) != phrase)
    }
    for count in [-3, 0, 9, 11, 13, 27] { #expect(Mnemonic.random(wordCount: count) == nil) }
  }

  @Test func mistakes() {
    let cases: [(String, Mnemonic.Problem)] = [
      ("", .length(0)), ("abandon", .length(1)), (about + " about", .length(13)),
      (about.replacing("about", with: "abuot"), .unknownWord(place: 12)),
      ("\u{e1}baco" + about.dropFirst(7), .unknownWord(place: 1)),
      (about.replacing("about", with: "abandon"), .checksum),
      (
        "winner legal thank year wave sausage worth useful legal winner thank yellow", .checksum
      ),
    ]
    for (phrase, problem) in cases {
      #expect(throws: problem, "\(problem)") { try Mnemonic.entropy(of: Array(phrase.utf8)) }
    }
  }

  @Test func hostileBytes() {
    var generator = SeededGenerator(seed: 12)
    let phrase = Array(about.utf8)
    for _ in 0..<3_000 {
      var bytes = generator.next() % 2 == 0 ? phrase : generator.bytes(Int(generator.next() % 200))
      if !bytes.isEmpty {
        bytes[Int(generator.next() % UInt64(bytes.count))] = generator.bytes(1)[0]
      }
      guard let entropy = try? Mnemonic.entropy(of: bytes) else { continue }
      #expect(Mnemonic.phrase(entropy: entropy) != nil)
    }
  }
}
