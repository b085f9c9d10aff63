import Cryptography
import Primitives
import Testing

/// Goal: BIP-32 children and the accounts of BIP-44. Method: vectors 1 and 4 of BIP-32 (the latter
/// has a key with a leading zero), the accounts every development network knows.
struct HDKeyTests {
  @Test func developmentAccounts() throws {
    let phrase = "test test test test test test test test test test test junk"
    let master = try #require(Mnemonic.seed(phrase).flatMap { HDKey(seed: $0) })
    let addresses = [
      "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
      "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    ]
    for (index, address) in addresses.enumerated() {
      #expect(master.account(UInt32(index))?.address.checksummed == address)
    }
    let first = try #require(master.account(0))
    #expect(
      hex(first.exportSecret())
        == "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
    #expect(master.account(HDKey.hardened) == nil)
  }

  @Test func vectorOne() throws {
    let seed = try #require(bytes("000102030405060708090a0b0c0d0e0f"))
    try check(
      seed, [HDKey.hardened, 1, 2 + HDKey.hardened, 2, 1_000_000_000],
      [
        "e8f32e723decf4051aefac8e2c93c9c5b214313817cdb01a1494b917c8436b35",
        "edb2e14f9ee77d26dd93b4ecede8d16ed408ce149b6cd80b0715a2d911a0afea",
        "3c6cb8d0f6a264c91ea8b5030fadaa8e538b020f0a387421a12de9319dc93368",
        "cbce0d719ecf7431d88e6a89fa1483e02e35092af60c042b1df2ff59fa424dca",
        "0f479245fb19a38a1954c5c7c0ebab2f9bdfd96a17563ef28a6a4b1a2a764ef4",
        "471b76e389e528d6de6d816857e012c5455051cad6660850e58372a6c3e6e7c8",
      ])
  }

  @Test func vectorFour() throws {
    let seed = try #require(
      bytes("3ddd5602285899a946114506157c7997e5444528f3003f6134712147db19b678"))
    try check(
      seed, [HDKey.hardened, 1 + HDKey.hardened],
      [
        "12c0d59c7aa3a10973dbd3f478b65f2516627e3fe61e00c345be9a477ad2e215",
        "00d948e9261e41362a688b916f297121ba6bfb2274a3575ac0e456551dfd7f7e",
        "3a2086edd7d9df86c3487a5905a1712a9aa664bce8cc268141e07549eaa8661d",
      ])
  }

  private func check(_ seed: [UInt8], _ path: [UInt32], _ keys: [String]) throws {
    let master = try #require(HDKey(seed: seed))
    for (depth, key) in keys.enumerated() {
      let place = try #require(master.descendant(Array(path.prefix(depth))))
      #expect(hex(place.key.exportSecret()) == key)
    }
  }

  @Test func seedLengths() {
    for count in 0..<100 {
      #expect((HDKey(seed: [UInt8](repeating: 7, count: count)) != nil) == (16...64 ~= count))
    }
  }

  @Test func neverPrinted() throws {
    let master = try #require(HDKey(seed: [UInt8](repeating: 7, count: 32)))
    var dumped = ""
    dump(master, to: &dumped)
    let secret = hex(master.key.exportSecret())
    for text in ["\(master)", String(reflecting: master), dumped] {
      #expect(!text.lowercased().contains(secret.prefix(8)))
      #expect(text.contains(master.key.address.checksummed))
    }
  }
}
