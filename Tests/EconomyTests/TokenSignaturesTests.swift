import Cryptography
import Ledger
import Primitives
import Testing

@testable import Economy

/// Permits and authorizations: golden hashes, every rejection in the order of the guards, replays,
/// other domains, malleated signatures (incidents 6, 18, 19, 27).
@Suite struct TokenSignaturesTests {
  /// A network whose payer has a key; the relayer is alice.
  struct Net: ~Copyable {
    var state: EconomyState
    let key: PrivateKey
    let domain: Digest
    var payer: Address { key.address }

    init(_ economy: String = "dta") throws {
      let key = try #require(PrivateKey(Keccak256.hash("payer").bytes))
      let genesis = try Fixtures.genesis(economy)
      let wallet = try #require(genesis.grants.first).from
      let grant = Genesis.Grant(from: wallet, to: key.address, units: Amount(1_000))
      self.key = key
      state = EconomyState(
        genesis: genesis.with(grants: genesis.grants + [grant]), secret: Fixtures.secret)
      _ = state.beginBlock(height: 1, time: state.genesis.time + Seconds(5))
      domain = state.domainSeparator()
    }

    var now: UInt256 { UInt256(UInt128(state.ledger.time.seconds)) }

    func signed(
      _ type: String, _ words: [Word], domain: Digest? = nil, by key: PrivateKey? = nil
    ) -> Signature {
      let hash = TypedData.structHash(type: TypedData.typeHash(type), words)
      return Secp256k1.sign(
        TypedData.digest(domain: domain ?? self.domain, structHash: hash), key ?? self.key)
    }

    mutating func send(_ sender: Address, _ name: String, _ values: [ABITree]) throws -> Outcome {
      state.execute(try call(sender, name, values))
    }

    func call(
      _ sender: Address, _ name: String, _ values: [ABITree]
    ) throws -> TransactionCall {
      let call = try #require(
        Token.declaration.calls.first { $0.name == name && $0.parameters.count == values.count })
      let data = try ABITree.encode(
        values, as: call.parameters.map(\.type), after: Selector(call.selector).bytes)
      return state.call(sender, data)
    }
  }

  /// An authorization as a payer signs it; what a test changes is what it is about.
  struct Terms {
    var isReceive = false
    var to = Fixtures.bob
    var amount = UInt256(100)
    var after = UInt256.zero
    var before = UInt256.max
    var nonce = Word(7 as UInt128)

    var name: String { isReceive ? "receiveWithAuthorization" : "transferWithAuthorization" }

    func type(_ prefix: String) -> String {
      prefix + "WithAuthorization(address from,address to,uint256 value,uint256 validAfter,"
        + "uint256 validBefore,bytes32 nonce)"
    }

    func words(_ payer: Address) -> [Word] {
      [Word(payer), Word(to), Word(amount), Word(after), Word(before), nonce]
    }

    func trees(_ payer: Address) -> [ABITree] {
      [
        .account(payer), .account(to), .number(amount), .number(after), .number(before),
        .bytes(nonce.bytes),
      ]
    }
  }

  static func parts(_ signature: Signature, v: UInt8? = nil) -> [ABITree] {
    [
      .count(UInt128(v ?? 27 + signature.parity)), .bytes(signature.r.bytes),
      .bytes(signature.s.bytes),
    ]
  }

  private static func signature(_ terms: Terms, _ net: borrowing Net) -> Signature {
    net.signed(terms.type(terms.isReceive ? "Receive" : "Transfer"), terms.words(net.payer))
  }

  @Test func typeHashesAreGolden() throws {
    let net = try Net()
    let hashes = [
      TokenTypes.permitType, TokenTypes.transferType, TokenTypes.receiveType,
      TokenTypes.cancelType,
    ]
    #expect(
      hashes.map { Hex.text($0.bytes) } == [
        "0x6e71edae12b1b97f4d1f60370fef10105fa2faae0126114a169c64845d6126c9",
        "0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267",
        "0xd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8",
        "0x158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429",
      ])
    let type = "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    #expect(
      Hex.text(TypedData.typeHash(type).bytes)
        == "0x8b73c3c69bb8fe3d512ecc4cf759cc79239f7b179b0ffacaa9a75d522b39400f")
    let whole = TypedData.domainSeparator(
      name: net.state.genesis.token.name, version: "1", chainID: net.state.genesis.chainID,
      contract: Fixtures.token)
    #expect(net.domain == whole)
  }

  /// EIP-5267, EIP-2612, ERC-165 and the rest by their answers' bytes.
  @Test func queriesAnswerAsTheirStandardsSay() throws {
    var net = try Net()
    func ask(_ net: borrowing Net, _ name: String, _ words: [Word] = []) throws -> [UInt8] {
      let query = try #require(Token.declaration.queries.first { $0.name == name })
      return try query.answer(net.state, words.flatMap(\.bytes), 0)
    }
    let name = net.state.genesis.token.name
    let domain = try ask(net, "eip712Domain")
    #expect(domain[0] == 0x0f && domain[1..<32].allSatisfy { $0 == 0 })
    let fields = try ABITree.decode(
      domain,
      as: [
        .fixedBytes(1), .string, .string, .uint(256), .address, .fixedBytes(32),
        .array(.uint(256)),
      ])
    #expect(
      fields == [
        .bytes([0x0f]), .text(name), .text("1"), .count(UInt128(net.state.genesis.chainID)),
        .account(Fixtures.token), .bytes(Word.zero.bytes), .list([]),
      ])
    #expect(try ask(net, "DOMAIN_SEPARATOR") == net.domain.bytes)
    #expect(try ask(net, "version") == ABIWriter.encode("1"))
    #expect(try ask(net, "nonces", [Word(net.payer)]) == Word.zero.bytes)
    for (id, isKnown) in [
      (0x01ff_c9a7, true), (0x3637_2b07, true), (0x9d8f_f7da, true), (0x84b0_196e, true),
      (0xffff_ffff, false), (0x80ac_58cd, false),
    ] as [(UInt32, Bool)] {
      let answer = try ask(net, "supportsInterface", [Selector(id).word])
      #expect(answer == Word(isKnown ? 1 : 0).bytes)
    }
    let nonce = Terms().nonce
    #expect(try ask(net, "authorizationState", [Word(net.payer), nonce]) == Word.zero.bytes)
    let terms = Terms()
    let signature = Self.signature(terms, net)
    _ = try net.send(Fixtures.alice, terms.name, terms.trees(net.payer) + Self.parts(signature))
    #expect(try ask(net, "authorizationState", [Word(net.payer), nonce]) == Word(1).bytes)
    #expect(try ask(net, "authorizationState", [Word(Fixtures.dave), nonce]) == Word.zero.bytes)
  }

  /// EIP-2612: the allowance, the nonce, the event; brought again it fails.
  @Test("T02, incident 6: a permit works once", arguments: ["dta", "btt"])
  func permitWorksOnce(economy: String) throws {
    var net = try Net(economy)
    let amount = UInt256.max
    let words = [Word(net.payer), Word(Fixtures.bob), Word(amount), .zero, Word(net.now)]
    let signature = net.signed(
      "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)", words)
    let trees: [ABITree] =
      [.account(net.payer), .account(Fixtures.bob), .number(amount), .number(net.now)]
      + Self.parts(signature)
    let outcome = try net.send(Fixtures.alice, "permit", trees)
    #expect(outcome.status == .success(.nothing))
    #expect(net.state.event(outcome.events.upperBound - 1) == [words[0], words[1], words[2]])
    #expect(net.state.allowance(net.payer, Fixtures.bob) == .max)
    #expect(net.state.permitNonce(net.payer) == 1)
    let again = try net.send(Fixtures.alice, "permit", trees)
    guard case .rejected(let rejection) = again.status else {
      Issue.record("\(again.status)")
      return
    }
    #expect(rejection.code == Token.Code.permitSigner.rawValue)
    #expect(rejection.second == Word(net.payer))
    #expect(net.state.permitNonce(net.payer) == 1)
    #expect(net.state.invariants() == [])
  }

  /// EIP-3009 in all forms: exactly the units move, the relayer pays the fee, the nonce is spent.
  @Test("T02: signed transfers move what they say", arguments: [false, true], [false, true])
  func authorizationsMove(isReceive: Bool, isWhole: Bool) throws {
    var net = try Net()
    var terms = Terms()
    terms.isReceive = isReceive
    terms.before = net.now + UInt256(1)
    terms.after = net.now - UInt256(1)
    let signature = Self.signature(terms, net)
    let tail: [ABITree] = isWhole ? [.bytes(signature.bytes)] : Self.parts(signature)
    let bob = net.state.balance(of: Fixtures.bob).units
    let outcome = try net.send(
      isReceive ? Fixtures.bob : Fixtures.alice, terms.name, terms.trees(net.payer) + tail)
    #expect(outcome.status == .success(.nothing))
    #expect(net.state.balance(of: net.payer).units == 900)
    let paid = isReceive ? outcome.fee.units : 0
    #expect(net.state.balance(of: Fixtures.bob).units == bob + 100 - paid)
    let last = outcome.events.upperBound
    #expect(net.state.event(last - 2) == [Word(net.payer), terms.nonce])
    #expect(net.state.event(last - 1) == [Word(net.payer), Word(Fixtures.bob), Word(100)])
    let record = net.state.ledger.events.records[last - 2]
    #expect(Registry.event(record)?.name == "AuthorizationUsed")
    #expect(net.state.isAuthorizationSettled(net.payer, terms.nonce) == true)
    #expect(net.state.invariants() == [])
  }

  private func text(_ outcome: Outcome) throws -> String {
    guard case .rejected(let rejection) = outcome.status else { return "\(outcome.status)" }
    let data = Registry.revertData(rejection)
    #expect(Array(data.prefix(4)) == [0x08, 0xc3, 0x79, 0xa0])
    return try ABIReader.decode(data, from: 4, as: String.self)
  }

  /// Each row breaks one guard and all later ones; USDC's words answer in the guards' order.
  @Test("rejections of token: authorizations, in the order of the guards, in USDC's words")
  func authorizationGuards() throws {
    typealias Change = (inout Terms, UInt256) -> Void
    let rows: [(String, Change)] = [
      (
        "FiatTokenV2: caller must be the payee",
        { terms, now in
          terms.isReceive = true
          (terms.after, terms.before) = (now, now)
        }
      ),
      ("FiatTokenV2: authorization is not yet valid", { ($0.after, $0.before) = ($1, $1) }),
      ("FiatTokenV2: authorization is expired", { $0.before = $1 }),
      ("FiatTokenV2: authorization is used or canceled", { terms, _ in terms.nonce = Word(9) }),
      ("FiatTokenV2: invalid signature", { _, _ in }),
    ]
    for (text, change) in rows {
      var net = try Net()
      var used = Terms()
      used.nonce = Word(9)
      let first = try net.send(
        Fixtures.alice, used.name,
        used.trees(net.payer) + Self.parts(Self.signature(used, net)))
      #expect(first.isSuccess)
      var terms = Terms()
      terms.to = .zero
      terms.amount = .max
      change(&terms, net.now)
      let forged = net.signed(terms.type("Other"), terms.words(net.payer))
      let outcome = try net.send(
        Fixtures.alice, terms.name, terms.trees(net.payer) + Self.parts(forged))
      #expect(try self.text(outcome) == text)
      let canceled = try net.send(
        Fixtures.alice, "cancelAuthorization",
        [.account(net.payer), .bytes(terms.nonce.bytes)] + Self.parts(forged))
      let isFresh = terms.nonce != Word(9)
      #expect(
        try self.text(canceled)
          == (isFresh
            ? "FiatTokenV2: invalid signature"
            : "FiatTokenV2: authorization is used or canceled"))
    }
    var net = try Net()
    var terms = Terms()
    terms.to = .zero
    terms.amount = UInt256(high: 1, low: 0)
    let receiver = try net.send(
      Fixtures.alice, terms.name, terms.trees(net.payer) + Self.parts(Self.signature(terms, net)))
    #expect(
      receiver.status == .rejected(Token.rejection(.invalidReceiver, Word(Address.zero))))
    for amount in [UInt256(1_001), UInt256(high: 1, low: 0)] {
      terms = Terms()
      terms.amount = amount
      let poor = try net.send(
        Fixtures.alice, terms.name,
        terms.trees(net.payer) + Self.parts(Self.signature(terms, net)))
      #expect(try text(poor) == "ERC20: transfer amount exceeds balance")
    }
    #expect(net.state.isAuthorizationSettled(net.payer, terms.nonce) == false)
  }

  @Test("rejections of token: permits, in the order of the guards")
  func permitGuards() throws {
    var net = try Net()
    let type =
      "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    func permit(
      _ net: inout Net, spender: Address, deadline: UInt256, isForged: Bool = false
    ) throws -> Outcome.Status {
      let words = [Word(net.payer), Word(spender), Word(5), .zero, Word(deadline)]
      let signature = net.signed(isForged ? "Other()" : type, words)
      return try net.send(
        Fixtures.alice, "permit",
        [.account(net.payer), .account(spender), .count(5), .number(deadline)]
          + Self.parts(signature)
      ).status
    }
    let late = net.now - UInt256(1)
    #expect(
      try permit(&net, spender: .zero, deadline: late, isForged: true)
        == .rejected(Token.rejection(.permitExpired, Word(late))))
    let forged = try permit(&net, spender: .zero, deadline: net.now, isForged: true)
    guard case .rejected(let rejection) = forged else {
      Issue.record("\(forged)")
      return
    }
    #expect(rejection.code == Token.Code.permitSigner.rawValue)
    #expect(rejection.first != .zero && rejection.second == Word(net.payer))
    for spender in [Address.zero, SystemAddress.multicall3] {
      #expect(
        try permit(&net, spender: spender, deadline: net.now)
          == .rejected(Token.rejection(.invalidSpender, Word(spender))))
    }
    #expect(net.state.permitNonce(net.payer) == 0)
  }

  /// Incidents 18 and 19: the same signature in another shape, chain, token or version.
  @Test("incidents 18, 19 and 27: malleated signatures and other domains are refused")
  func onlyTheOneSignatureWorks() throws {
    var net = try Net()
    let terms = Terms()
    let signature = Self.signature(terms, net)
    let order = UInt256(
      high: 0xffff_ffff_ffff_ffff_ffff_ffff_ffff_fffe,
      low: 0xbaae_dce6_af48_a03b_bfd2_5e8c_d036_4141)
    var high = signature
    high.s = Word(order - UInt256(signature.s))
    high.parity = 1 - signature.parity
    var tails = [
      Self.parts(high), Self.parts(signature, v: signature.parity),
      Self.parts(signature, v: 28 - signature.parity), Self.parts(signature, v: 0),
      Self.parts(signature, v: 255), [.bytes(high.bytes)], [.bytes([])],
      [.bytes(Array(signature.bytes.dropLast()))], [.bytes(signature.bytes + [0])],
      [.bytes(Array(signature.bytes.dropLast()) + [signature.parity])],
    ]
    let name = net.state.genesis.token.name
    let chainID = net.state.genesis.chainID
    let others = [
      TypedData.domainSeparator(
        name: name, version: "1", chainID: chainID + 1, contract: Fixtures.token),
      TypedData.domainSeparator(
        name: name, version: "2", chainID: chainID, contract: Fixtures.token),
      TypedData.domainSeparator(
        name: name, version: "1", chainID: chainID, contract: SystemAddress.module(2)),
      TypedData.domainSeparator(name: name, version: "1", chainID: chainID),
    ]
    for domain in others {
      tails.append(
        Self.parts(
          net.signed(terms.type("Transfer"), terms.words(net.payer), domain: domain)))
    }
    tails.append(Self.parts(net.signed(terms.type("Receive"), terms.words(net.payer))))
    for tail in tails {
      let outcome = try net.send(Fixtures.alice, terms.name, terms.trees(net.payer) + tail)
      #expect(try text(outcome) == "FiatTokenV2: invalid signature")
    }
    let outcome = try net.send(
      Fixtures.alice, terms.name, terms.trees(net.payer) + Self.parts(signature))
    #expect(outcome.isSuccess, "and the one signature works")
  }

  /// An idle chain's head is old: what is signed now is tried at the clock's time, which never
  /// passes the next timer's; nothing of it stays.
  @Test func previewsAreOfNow() throws {
    var net = try Net()
    let head = net.state.ledger.time
    var terms = Terms()
    terms.after = net.now + UInt256(60)
    terms.before = net.now + UInt256(120)
    let call = try net.call(
      Fixtures.alice, terms.name, terms.trees(net.payer) + Self.parts(Self.signature(terms, net)))
    let root = net.state.stateRoot()
    let moments: [LogicalTime?] = [
      nil, head + Seconds(90), head + Seconds(120), head + Seconds(30 * 86_400),
    ]
    var tried: [Bool] = []
    for moment in moments { tried.append(net.state.preview(call, at: moment).isSuccess) }
    #expect(tried == [false, true, false, false])
    let due = net.state.nextDue()
    terms.before = UInt256(UInt128(try #require(due).seconds))
    let late = try net.call(
      Fixtures.alice, terms.name, terms.trees(net.payer) + Self.parts(Self.signature(terms, net)))
    let atTheEnd = net.state.preview(late, at: head + Seconds(30 * 86_400))
    #expect(atTheEnd.isSuccess, "the clock stands before the epoch's end")
    let after = net.state.stateRoot()
    #expect(net.state.ledger.time == head && after == root)
  }

  /// A canceled nonce never works, a used one is never canceled, and a refused one stays fresh.
  @Test("incident 6: a nonce ends once")
  func noncesEndOnce() throws {
    var net = try Net()
    let terms = Terms()
    let transfer = terms.trees(net.payer) + Self.parts(Self.signature(terms, net))
    let signature = net.signed(
      "CancelAuthorization(address authorizer,bytes32 nonce)", [Word(net.payer), terms.nonce])
    let cancel: [ABITree] =
      [.account(net.payer), .bytes(terms.nonce.bytes), .bytes(signature.bytes)]
    let canceled = try net.send(Fixtures.alice, "cancelAuthorization", cancel)
    #expect(canceled.isSuccess)
    let record = net.state.ledger.events.records[canceled.events.upperBound - 1]
    #expect(Registry.event(record)?.name == "AuthorizationCanceled")
    let used = "FiatTokenV2: authorization is used or canceled"
    #expect(try text(try net.send(Fixtures.alice, terms.name, transfer)) == used)
    #expect(try text(try net.send(Fixtures.bob, "cancelAuthorization", cancel)) == used)
    #expect(net.state.balance(of: net.payer).units == 1_000)
    #expect(net.state.invariants() == [])
  }

  /// A payer who never sent anything and holds nothing can sign a transfer of nothing.
  @Test func strangersSignToo() throws {
    var net = try Net()
    let stranger = try #require(PrivateKey(Keccak256.hash("stranger").bytes))
    var terms = Terms()
    terms.amount = .zero
    let signature = net.signed(
      terms.type("Transfer"), terms.words(stranger.address), by: stranger)
    let outcome = try net.send(
      Fixtures.alice, terms.name, terms.trees(stranger.address) + Self.parts(signature))
    #expect(outcome.isSuccess)
    #expect(net.state.isAuthorizationSettled(stranger.address, terms.nonce) == true)
    #expect(net.state.invariants() == [])
  }

  /// T07: payer, payee and relayer are all looked at; a blocked payee's units wait in quarantine.
  @Test("T07, incident 15: payer, relayer and spender must not be blocked, a payee's units wait")
  func everybodyIsLookedAt() throws {
    typealias Rim = DevelopmentNetwork
    var net = try Rim()
    let key = try #require(PrivateKey(Keccak256.hash("payer").bytes))
    _ = net.sendValue(1_000, to: key.address, by: Rim.alice)
    func block(_ net: inout Rim, _ name: String, _ account: Address) {
      let reason: [ABITree] = name == "blockAccount" ? [.bytes(Digest.zero.bytes)] : []
      net.accept(Compliance.declaration, name, [.account(account)] + reason, by: Rim.compliance)
    }
    var nonce: UInt128 = 0
    func transfer(_ net: inout Rim) -> Outcome.Status {
      nonce += 1
      var terms = Terms()
      terms.to = Rim.carol
      terms.nonce = Word(nonce)
      let hash = TypedData.structHash(
        type: TypedData.typeHash(terms.type("Transfer")), terms.words(key.address))
      let signature = Secp256k1.sign(
        TypedData.digest(domain: net.state.domainSeparator(), structHash: hash), key)
      return net.send(
        Token.declaration, terms.name, terms.trees(key.address) + Self.parts(signature),
        by: Rim.bob)
    }
    for blocked in [key.address, Rim.bob] {
      block(&net, "blockAccount", blocked)
      #expect(
        transfer(&net)
          == .rejected(Compliance.rejection(.accountBlocked, Word(blocked))))
      block(&net, "unblockAccount", blocked)
    }
    block(&net, "blockAccount", Rim.carol)
    let carol = net.units(Rim.carol)
    #expect(transfer(&net) == .success(.nothing))
    #expect(net.units(Rim.carol) == carol && net.units(key.address) == 900)
    let permit = net.send(
      Token.declaration, "permit",
      [.account(key.address), .account(Rim.carol), .count(1), .count(0)]
        + [.count(27), .bytes(Word.zero.bytes), .bytes(Word.zero.bytes)], by: Rim.bob)
    #expect(permit == .rejected(Compliance.rejection(.accountBlocked, Word(Rim.carol))))
    block(&net, "unblockAccount", Rim.carol)
    #expect(net.units(Rim.carol) == carol + 100)
  }

  /// Edge case 15: a loaded state refuses what the imaged one refuses; rows that name nobody, or
  /// the same thing twice, are no state.
  @Test func loadedStatesRememberNonces() throws {
    var net = try Net()
    var terms = Terms()
    let calls = [
      try net.send(
        Fixtures.alice, terms.name,
        terms.trees(net.payer) + Self.parts(Self.signature(terms, net)))
    ]
    terms.nonce = Word(8)
    let second = terms.trees(net.payer) + Self.parts(Self.signature(terms, net))
    let words = [Word(net.payer), Word(Fixtures.bob), Word(5), .zero, Word(net.now)]
    let signature = net.signed(
      "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)", words)
    let permit = try net.send(
      Fixtures.alice, "permit",
      [.account(net.payer), .account(Fixtures.bob), .count(5), .number(net.now)]
        + Self.parts(signature))
    let others = [try net.send(Fixtures.alice, terms.name, second), permit]
    #expect((calls + others).filter(\.isSuccess).count == 3)
    let image = PlainImage(net.state.image())
    let genesis = net.state.genesis
    var loaded = try image.load(genesis)
    let roots = (loaded.stateRoot(), net.state.stateRoot())
    #expect(roots.0 == roots.1)
    #expect(loaded.permitNonce(net.payer) == 1)
    #expect(loaded.isAuthorizationSettled(net.payer, terms.nonce) == true)
    #expect(loaded.isAuthorizationSettled(net.payer, Word(9)) == false)
    let edits: [(UInt8, (inout PlainImage.Table) -> Void)] = [
      (17, { $0.rows[3] = 0x7f }), (18, { $0.rows[3] = 0x7f }), (18, { $0.rows[4] = 3 }),
      (18, { $0.rows[48..<80] = $0.rows[8..<40] }),
    ]
    for (table, edit) in edits {
      var edited = image
      edit(&edited.tables[edited.place(table)])
      #expect(throws: ImageFailure.self, "table \(table)") { _ = try edited.load(genesis) }
    }
  }

  @Test func rowSizesAreAsAgreed() {
    #expect(Token.PermitNonceRow.wordCount == 2 && Token.AuthorizationRow.wordCount == 5)
    #expect(MemoryLayout<Token.PermitNonceRow>.size == 12)
    #expect(MemoryLayout<Token.AuthorizationRow>.size == 40)
    #expect(Token.PermitNonceRow.vacant.isVacant && Token.AuthorizationRow.vacant.isVacant)
  }
}
