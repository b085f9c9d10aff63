import Cryptography
import Economy
import Engine
import Interface
import Primitives
import Simulation

/// Encodings that know nothing of chains: RLP, Solidity's ABI, JSON, and the texts of single
/// values.
enum ByteTargets {
  static let all = [rlp, abi, json, values, encodings, keystore]

  // RLP

  private static let rlp = Target(
    "rlp", "any item: written again by the writer, the same bytes",
    seeds: { Genuine.transactions.prefix(3).map { $0 } + [[0xc0], [0x80], [0xc2, 0xc0, 0x01]] },
    words: { [[0xb8, 0x38], [0xf8, 0x38], [0xbf], [0xff], [0x81, 0x80], [0xc0], [0x80]] },
    run: { input in
      var reader = RLPReader(input)
      var writer = RLPWriter()
      do throws(RLPFailure) {
        try copy(&reader, to: &writer)
      } catch {
        return .refused
      }
      return .same(writer.bytes, as: input)
    })

  private static func copy(
    _ reader: inout RLPReader, to writer: inout RLPWriter
  ) throws(RLPFailure) {
    while !reader.isAtEnd {
      if reader.isAtList {
        var inner = try reader.list()
        var body = RLPWriter()
        try copy(&inner, to: &body)
        writer.append(list: body)
      } else {
        numbers(reader)
        writer.append(bytes: reader.source[try reader.bytes()])
      }
    }
  }

  /// An item read as every kind of number, each written again as itself.
  private static func numbers(_ reader: RLPReader) {
    var (first, second, third) = (reader, reader, reader)
    if let number = try? first.integer64(), let wide = try? second.integer128(),
      let word = try? third.word()
    {
      precondition(UInt128(number) == wide && word.number == wide, "one number, three values")
    }
    var fourth = reader
    _ = try? fourth.optionalAddress()
    var fifth = reader
    _ = try? fifth.digest()
  }

  // ABI

  /// A module's number, then call data.
  private static let abi = Target(
    "abi", "call data of every operation and query: decoded twice, written again, answered",
    seeds: {
      var seeds: [[UInt8]] = []
      for block in Genuine.record.blocks {
        for one in block.transactions {
          guard let to = one.decoded.to, let module = SystemAddress.moduleNumber(to) else {
            continue
          }
          seeds.append([module] + one.decoded.bytes[one.decoded.data])
        }
      }
      return seeds
    },
    words: { selectors },
    run: { input in
      guard let number = input.first else { return .refused }
      // Modules are numbered from 1; any byte names one.
      let count = Registry.modules.count
      let module = Registry.modules[(Int(number) + count - 1) % count]
      let data = Array(input.dropFirst())
      guard data.count >= 4 else { return .refused }
      let selector = data.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
      if let (_, call) = module.call(selector) {
        let decoded = Registry.decode(to: module.address, data: data, range: 0..<data.count)
        if case .refused = decoded.operation { return .refused }
        return rewritten(data, call.parameters)
      }
      guard let query = module.query(selector) else { return .refused }
      return Genuine.network.chain.withState { state -> Verdict in
        do throws(QueryFailure) {
          let answer = try query.answer(state, data, 4)
          guard let trees = try? ABITree.decode(answer, as: query.returns.map(\.type)) else {
            return .broken("the answer of \(query.signature) is not what it declares")
          }
          let again = try? ABITree.encode(trees, as: query.returns.map(\.type))
          if again != answer { return .broken("the answer of \(query.signature) has another form") }
          return rewritten(data, query.parameters)
        } catch {
          return .refused
        }
      }
    })

  private static var selectors: [[UInt8]] {
    Registry.modules.flatMap { module in
      module.calls.map { Selector($0.selector).bytes }
        + module.queries.map { Selector($0.selector).bytes }
    }
  }

  /// The run-time decoder agrees with the typed one, and writes the same bytes.
  private static func rewritten(
    _ data: [UInt8], _ parameters: [ParameterDescription]
  ) -> Verdict {
    let types = parameters.map(\.type)
    guard let trees = try? ABITree.decode(data, from: 4, as: types) else {
      return .broken("the typed decoder takes what the run-time decoder refuses")
    }
    guard let again = try? ABITree.encode(trees, as: types, after: Array(data.prefix(4))) else {
      return .broken("what was decoded cannot be encoded")
    }
    return .same(again, as: data)
  }

  // JSON

  private static let json = Target(
    "json", "documents with and without comments: printed and read again, the same value",
    limit: 8_192,
    seeds: {
      bytes(
        #"{"a":[1,-2.5e+10,true,null,"\u00e9\ud83d\ude00"],"b":{"c":"\n"}}"#,
        #"[[[[[]]]],{},"",0.1,1E-7,18446744073709551616]"#, "// c\n{ \"a\" : 1 } // d")
        + Genuine.proofs.prefix(1)
    },
    words: { bytes("\\ud83d\\ude00", "\\u0000", "1e400", "-0", "//", "null", "true", "[]", "{}") },
    run: { input in
      let strict = try? JSONParser.parse(input)
      let lenient = try? JSONParser.parse(input, comments: true)
      if let strict, lenient != strict { return .broken("comments change what has none") }
      guard let value = strict ?? lenient else { return .refused }
      let text = Array(value.text.utf8)
      guard let again = try? JSONParser.parse(text) else {
        return .broken("what was printed cannot be read")
      }
      if again != value { return .broken("what was printed is another value") }
      return .same(Array(again.text.utf8), as: text)
    })

  // Texts of values

  /// Every parameter of every declaration, each once.
  private static let fields: [ABIField] = {
    var fields: [ABIField] = []
    for module in Registry.modules {
      let all =
        module.calls.flatMap(\.parameters) + module.queries.flatMap(\.parameters)
        + module.calls.flatMap(\.returns) + module.queries.flatMap(\.returns)
      for parameter in all where !fields.contains(parameter.field) {
        fields.append(parameter.field)
      }
    }
    return fields
  }()

  private static let coder = TextCoder(
    Vocabulary(
      symbol: "DTA", decimals: 4,
      names: [Vocabulary.Name("treasury", SystemAddress.account("treasury"))]))

  /// Which field, in two bytes, then a person's text.
  private static let values = Target(
    "values", "texts of every declared parameter: shown and read again, the same value",
    limit: 512,
    seeds: {
      let examples = bytes(
        "1.5", "1.5 DTA", "15u", "90d", "2026-01-31T00:00:00Z", "5%", "treasury", "yes",
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "[1,2,3]", "(1,\"a b\")", "admin", "never")
      return examples.enumerated().map { [UInt8($0.offset), 0] + $0.element }
    },
    words: { bytes("DTA", "never", "yes", "0x", "u", "%", "+07:00", "\"", "[", "]", "(", ")") },
    run: { input in
      guard input.count >= 2, let text = String(validating: input.dropFirst(2), as: UTF8.self)
      else { return .refused }
      let field = fields[(Int(input[0]) | Int(input[1]) << 8) % fields.count]
      guard let tree = try? coder.tree(text, as: field) else { return .refused }
      guard (try? ABITree.encode([tree], as: [field.type])) != nil else {
        return .broken("a value of \(field.name) does not fit \(field.type.solidity)")
      }
      _ = coder.words(tree, as: field)
      let shown = coder.text(tree, as: field)
      guard let again = try? coder.tree(shown, as: field) else {
        return .broken("\(field.name): \(shown) cannot be read again")
      }
      return .unless(again != tree, "\(field.name): \(shown) is another value")
    })

  /// What to read it as, then the bytes.
  private static let encodings = Target(
    "encodings", "hex, base 64, decimals, addresses, keys, phrases, signatures", limit: 512,
    seeds: {
      let texts = bytes(
        "0x00ff", "AAECAw==", "1234.5678", "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266", "0x1f4",
        "test test test test test test test test test test test junk")
      return texts.enumerated().map { [UInt8($0.offset)] + $0.element }
        + [[6] + [UInt8](repeating: 1, count: 32)]
        + [0, 1, 2].compactMap { length in
          Mnemonic.phrase(entropy: [UInt8](repeating: 5, count: 16 + 8 * length))
        }.map { [7] + $0 }
    },
    run: { input in
      guard let kind = input.first else { return .refused }
      let rest = Array(input.dropFirst())
      if kind % 8 == 6 { return key(rest) }
      if kind % 8 == 7 { return phrase(rest) }
      guard let text = String(validating: rest, as: UTF8.self) else { return .refused }
      switch kind % 8 {
      case 0:
        guard let found = Hex.bytes(text) else { return .refused }
        return .unless(Hex.text(found) != text.lowercased(), "hex has two forms")
      case 1:
        guard let found = Base64.bytes(text) else { return .refused }
        return .unless(Base64.text(found) != text, "base 64 has two forms")
      case 2:
        guard let amount = DecimalText.parse(text, decimals: 4) else { return .refused }
        let shown = DecimalText.format(amount, decimals: 4)
        return .unless(
          DecimalText.parse(shown, decimals: 4) != amount, "\(shown) is another amount")
      case 3:
        guard let address = Address(text: text) else { return .refused }
        return .unless(Address(text: address.checksummed) != address, "\(text) is another address")
      case 4:
        guard let number = Hex.wideQuantity(text) else { return .refused }
        return .unless(Hex.quantity(number) != text.lowercased(), "a quantity has two forms")
      default:
        guard text.utf8.count < 64 else { return .refused }
        return Mnemonic.seed(text) == nil ? .refused : .accepted
      }
    })

  /// A key signs, and its signature leads back to it and to nobody else.
  private static func key(_ rest: [UInt8]) -> Verdict {
    guard let key = PrivateKey(rest) else { return .refused }
    let digest = SHA256.hash(rest)
    let signature = Secp256k1.sign(digest, key)
    let found = Secp256k1.recover([RecoveryRequest(digest: digest, signature: signature)])[0]
    return .unless(found != key.address, "a signature leads to another key")
  }

  /// Words that stand for bytes: the same words for the same bytes.
  private static func phrase(_ rest: [UInt8]) -> Verdict {
    guard rest.count < 512, let entropy = try? Mnemonic.entropy(of: rest) else { return .refused }
    guard let words = Mnemonic.phrase(entropy: entropy) else {
      return .broken("a phrase was read that cannot be written")
    }
    return .unless(
      (try? Mnemonic.entropy(of: words)) != entropy, "a phrase is of other bytes")
  }

  private static let keystore = Target(
    "keystore", "a keystore's file: the same when it is written again, opened or refused",
    limit: 2_048,
    seeds: {
      guard let key = PrivateKey([UInt8](repeating: 3, count: 32)),
        let password = Password(Array("password".utf8))
      else { return [] }
      let ways: [KeyDerivation] = [.scrypt(n: 2, r: 1, p: 1), .scrypt(n: 4, r: 2, p: 1)]
      return ways.compactMap { try? Keystore(key, password: password, derivation: $0).json }
    },
    words: {
      bytes(
        "\"pbkdf2\"", "\"hmac-sha256\"", "\"c\":", "\"n\":", "\"dklen\":", "\"version\":3",
        "\"mac\"")
    },
    run: { input in
      guard let store = try? Keystore(json: input) else { return .refused }
      guard let again = try? Keystore(json: store.json), again == store else {
        return .broken("what was read is written as another keystore")
      }
      // Only a cheap derivation is worth an execution; dear ones have limits of their own.
      switch store.derivation {
      case .scrypt(let n, let r, let p) where n <= 16 && r <= 4 && p <= 4: break
      case .pbkdf2(let rounds) where rounds <= 64: break
      default: return .accepted
      }
      guard let password = Password(Array("password".utf8)) else { return .refused }
      guard let key = try? store.open(password) else { return .accepted }
      return .unless(
        store.address.map { $0 != key.address } ?? false, "a keystore opens to another address")
    })
}
