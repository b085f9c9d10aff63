import Cryptography
import Foundation
import Primitives
import Testing

/// Goal: keystores of version 3 open with the right password alone, and nothing that a file holds
/// can hurt. Method: the published vectors, round trips, one hostile change at a time, seeded
/// noise.
struct KeystoreTests {
  private struct Vector: Decodable {
    let json: JSONText
    let password: String
    let priv: String
  }

  /// Any JSON value, kept as it is.
  private struct JSONText: Decodable {
    let bytes: [UInt8]

    init(from decoder: any Decoder) throws {
      bytes = try Tree(from: decoder).text.utf8.map { $0 }
    }

    private enum Tree: Decodable {
      case text(String)
      case number(Int)
      case object([String: Tree])

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let object = try? container.decode([String: Tree].self) {
          self = .object(object)
        } else if let number = try? container.decode(Int.self) {
          self = .number(number)
        } else {
          self = .text(try container.decode(String.self))
        }
      }

      var text: String {
        switch self {
        case .text(let text): "\"\(text)\""
        case .number(let number): "\(number)"
        case .object(let members):
          "{" + members.map { "\"\($0.key)\":\($0.value.text)" }.joined(separator: ",") + "}"
        }
      }
    }
  }

  private func password(_ text: String) throws -> Password {
    try #require(Password(Array(text.utf8)))
  }

  private func sample() throws -> (key: PrivateKey, store: Keystore) {
    let key = try #require(PrivateKey([UInt8](repeating: 0x5a, count: 32)))
    return (key, try Keystore(key, password: try password("correct horse"), derivation: .light))
  }

  @Test func publishedVectors() throws {
    let path = "ethereum-tests/KeyStoreTests/basic_tests.json"
    guard let vectors = try Vectors.load([String: Vector].self, path) else { return }
    #expect(vectors.count >= 5)
    for (name, vector) in vectors {
      let store = try Keystore(json: vector.json.bytes)
      let key = try store.open(try password(vector.password))
      #expect(hex(key.exportSecret()) == vector.priv, "\(name)")
      #expect(throws: KeystoreFailure.wrongPassword, "\(name)") {
        try store.open(try password(vector.password + " "))
      }
      #expect(try Keystore(json: store.json) == store, "\(name)")
    }
  }

  @Test func roundTrip() throws {
    let (key, store) = try sample()
    let read = try Keystore(json: store.json)
    #expect(read == store)
    #expect(try read.open(try password("correct horse")) == key)
    #expect(read.address == key.address)
    let again = try Keystore(key, password: try password("correct horse"), derivation: .light)
    #expect(again.id != store.id && again.json != store.json)
    let empty = try Keystore(
      key, password: try password(""), derivation: .pbkdf2(rounds: 1))
    #expect(try Keystore(json: empty.json).open(try password("")) == key)
    // Not "\0": to HMAC the empty key and a zero byte are the same.
    #expect(throws: KeystoreFailure.wrongPassword) { try empty.open(try password("0")) }
  }

  /// The members and their order are those of geth's files.
  @Test func fieldLayout() throws {
    let (key, store) = try sample()
    let text = String(decoding: store.json, as: UTF8.self)
    let address = String(Hex.text(key.address.bytes).dropFirst(2))
    #expect(text.hasPrefix("{\"address\":\"\(address)\",\"crypto\":{\"cipher\":\"aes-128-ctr\","))
    let names = text.split(separator: "\"").filter { $0 != ":" }.map(String.init)
    let order = [
      "address", "crypto", "cipher", "ciphertext", "cipherparams", "iv", "kdf", "kdfparams",
      "dklen", "n", "p", "r", "salt", "mac", "id", "version",
    ]
    #expect(order == order.filter { names.contains($0) })
    let places = order.compactMap { names.firstIndex(of: $0) }
    #expect(places == places.sorted())
    #expect(text.hasSuffix("\"version\":3}"))
    let id = try #require(store.id)
    #expect(Array(id)[14] == "4" && "89ab".contains(Array(id)[19]) && id.count == 36)
  }

  @Test func letterCase() throws {
    let (key, store) = try sample()
    var text = String(decoding: store.json, as: UTF8.self)
    let address = String(Hex.text(key.address.bytes).dropFirst(2))
    text = text.replacing(address, with: "0x" + address.uppercased())
    text = text.replacing("\"crypto\"", with: "\"Crypto\"")
    text = text.replacing("\"mac\"", with: "\"MAC\"")
    text = text.replacing("scrypt", with: "SCRYPT").replacing(
      "\"kdfparams\"", with: "\"KDFParams\"")
    let code = try #require(text.firstRange(of: "\"MAC\":\""))
    let digits = code.upperBound..<text.index(code.upperBound, offsetBy: 64)
    text.replaceSubrange(digits, with: text[digits].uppercased())
    #expect(try Keystore(json: Array(text.utf8)).open(try password("correct horse")) == key)
  }

  @Test func hostileFiles() throws {
    let (_, store) = try sample()
    let text = String(decoding: store.json, as: UTF8.self)
    let id = try #require(store.id)
    let changes: [(String, String, String)] = [
      ("\"version\":3", "\"version\":1", "version is 1, not 3"),
      ("\"version\":3", "\"version\":3,\"VERSION\":3", "'version' twice"),
      ("\"version\":3", "\"version\":[]", "version is an array"),
      ("aes-128-ctr", "aes-128-cbc", "'aes-128-cbc', not aes-128-ctr"),
      ("\"scrypt\"", "\"argon2id\"", "neither scrypt nor pbkdf2"),
      ("\"n\":4096", "\"n\":4095", "no power of two"),
      ("\"n\":4096", "\"n\":0", "no power of two"),
      ("\"n\":4096", "\"n\":1", "no power of two"),
      ("\"n\":4096", "\"n\":-4096", "no whole number"),
      ("\"n\":4096", "\"n\":4.096e3", "no whole number"),
      ("\"n\":4096", "\"n\":\"4096\"", "no whole number"),
      ("\"n\":4096", "\"n\":1073741824", "more than 512 MiB"),
      ("\"n\":4096", "\"n\":18446744073709551616", "far too large"),
      ("\"n\":4096", "\"n\":9223372036854775808", "more than 512 MiB"),
      ("\"r\":8", "\"r\":0", "must be 1 at least"),
      ("\"r\":8", "\"r\":4294967295", "more than 512 MiB"),
      ("\"r\":8", "\"r\":4294967296", "far too large"),
      ("\"p\":6", "\"p\":0", "must be 1 at least"),
      ("\"p\":6", "\"p\":100000", "more work"),
      ("\"p\":6", "\"p\":4294967295", "more than 512 MiB"),
      ("\"dklen\":32", "\"dklen\":31", "outside 32 to 1024"),
      ("\"dklen\":32", "\"dklen\":4294967296", "outside 32 to 1024"),
      ("\"salt\":\"", "\"salt\":\"0", "no even number of hex digits"),
      ("\"salt\":\"", "\"salt\":\"zz", "no even number of hex digits"),
      ("\"iv\":\"", "\"iv\":\"00", "has 17 bytes, not 16"),
      ("\"ciphertext\":\"", "\"ciphertext\":\"00", "has 33 bytes, not 32"),
      ("\"mac\":\"", "\"mac\":\"00", "has 33 bytes, not 32"),
      ("\"address\":\"", "\"address\":\"00", "has 21 bytes, not 20"),
      ("\"address\":\"", "\"address\":1,\"x\":\"", "is a number, not a string"),
      (id, "not-a-uuid", "no UUID"), (id, "", "no UUID"),
      ("\"kdfparams\":{", "\"kdfparams\":[],\"y\":{", "an array, not an object"),
      ("\"crypto\":{", "\"krypto\":{", "the file has no 'crypto'"),
      ("\"mac\"", "\"mak\"", "crypto has no 'mac'"),
      ("}", "", "no JSON"),
    ]
    for (old, new, reason) in changes {
      let place = try #require(text.firstRange(of: old), "\(old)")
      let changed = text.replacingCharacters(in: place, with: new)
      do throws(KeystoreFailure) {
        _ = try Keystore(json: Array(changed.utf8))
        Issue.record("taken: \(new)")
      } catch let failure {
        #expect(failure.description.contains(reason), "\(new): \(failure.description)")
      }
    }
    let padded = Array(text.utf8) + [UInt8](repeating: 0x20, count: 65_536)
    #expect(throws: KeystoreFailure.self) { try Keystore(json: padded) }
    let nested = [UInt8](repeating: 0x5b, count: 60_000)
    #expect(throws: KeystoreFailure.self) { try Keystore(json: nested) }
    for cut in stride(from: 0, to: text.utf8.count, by: 3) {
      #expect(throws: KeystoreFailure.self) {
        try Keystore(json: Array(text.utf8.prefix(cut)))
      }
    }
  }

  @Test func boundsOfDerivation() {
    let taken: [KeyDerivation] = [
      .standard, .light, .scrypt(n: 262_144, r: 1, p: 8), .scrypt(n: 2, r: 1, p: 1),
      .scrypt(n: 524_288, r: 8, p: 1), .pbkdf2(rounds: 1_000_000),
    ]
    for derivation in taken { #expect(derivation.refusal == nil, "\(derivation)") }
    let refused: [KeyDerivation] = [
      .scrypt(n: 1 << 20, r: 8, p: 1), .scrypt(n: .max, r: .max, p: .max),
      .scrypt(n: 1 << 63, r: .max, p: 1), .scrypt(n: 2, r: 1, p: .max), .pbkdf2(rounds: 0),
      .pbkdf2(rounds: 10_000_001),
    ]
    for derivation in refused { #expect(derivation.refusal != nil, "\(derivation)") }
  }

  /// A changed ciphertext, counter or code never yields a key, and a changed address is told.
  @Test func changedFiles() throws {
    let (key, _) = try sample()
    let store = try Keystore(
      key, password: try password("p"), derivation: .pbkdf2(rounds: 1))
    let text = String(decoding: store.json, as: UTF8.self)
    for name in ["ciphertext", "mac", "salt"] {
      let place = try #require(text.firstRange(of: "\"\(name)\":\""))
      let digit = text[place.upperBound] == "0" ? "1" : "0"
      let range = place.upperBound..<text.index(after: place.upperBound)
      let changed = try Keystore(
        json: Array(text.replacingCharacters(in: range, with: digit).utf8))
      #expect(throws: KeystoreFailure.wrongPassword, "\(name)") {
        try changed.open(try password("p"))
      }
    }
    // Version 3 does not authenticate the counter: the address shows that it was changed.
    let place = try #require(text.firstRange(of: "\"iv\":\""))
    let range = place.upperBound..<text.index(after: place.upperBound)
    let digit = text[place.upperBound] == "0" ? "1" : "0"
    let changed = try Keystore(
      json: Array(text.replacingCharacters(in: range, with: digit).utf8))
    #expect {
      try changed.open(try password("p"))
    } throws: { failure in
      guard case .otherAddress(key.address, _) = failure as? KeystoreFailure else { return false }
      return true
    }
  }

  @Test func noise() throws {
    let (_, store) = try sample()
    var generator = SeededGenerator(seed: 3)
    var taken = 0
    for _ in 0..<4_000 {
      var bytes = store.json
      for _ in 0...Int(generator.next() % 3) {
        bytes[Int(generator.next() % UInt64(bytes.count))] =
          generator.next() % 2 == 0 ? UInt8(0x20 + generator.next() % 95) : generator.bytes(1)[0]
      }
      guard let read = try? Keystore(json: bytes) else { continue }
      taken += 1
      #expect(read.derivation.refusal == nil)
      #expect(try Keystore(json: read.json) == read)
    }
    #expect(taken > 0)
  }

  @Test func neverPrinted() throws {
    let (key, store) = try sample()
    let secret = try password("correct horse")
    var dumped = ""
    dump(secret, to: &dumped)
    dump(store, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), dumped, "\(store)"] {
      #expect(!text.contains("correct horse"))
      #expect(!text.lowercased().contains(hex(key.exportSecret()).prefix(8)))
    }
    #expect(Password([UInt8](repeating: 1, count: 1_025)) == nil)
    #expect(secret.isEqual(to: try password("correct horse")))
    #expect(!secret.isEqual(to: try password("correct horsf")))
    #expect(!secret.isEqual(to: try password("correct horse ")))
  }

  /// EIP-191: the digest that eth-account's `encode_defunct` leads to.
  @Test func personalMessage() throws {
    let digest = PersonalMessage.digest(Array("hello world".utf8))
    #expect(hex(digest) == "d9eba16ed0ecae432b71fe008c98cc872bb4cc214d3220a36f365326cf807d68")
    let key = try #require(PrivateKey([UInt8](repeating: 0x5a, count: 32)))
    let signature = Secp256k1.sign(digest, key)
    let request = RecoveryRequest(digest: digest, signature: signature)
    #expect(Secp256k1.recover(request) == key.address)
  }
}
