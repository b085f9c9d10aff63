import Cryptography
import Ledger
import Primitives
import Testing

@testable import Economy

/// Multicall3 as libraries know it, over modules.
@Suite struct MulticallTests {
  private static let carrier = SystemAddress.multicall3
  private static let unit: UInt128 = 100_000_000_000_000
  private static let supply: [UInt8] = [0x18, 0x16, 0x0d, 0xdd]

  private static func balanceOf(_ holder: Address) -> [UInt8] {
    [0x70, 0xa0, 0x82, 0x31] + Word(holder).bytes
  }

  /// As the contract of that name has them.
  @Test func selectorsAreCanonical() {
    let all =
      Multicall.declaration.calls.map { ($0.name, $0.selector) }
      + Multicall.declaration.queries.map { ($0.name, $0.selector) }
    let golden: [(String, UInt32)] = [
      ("aggregate", 0x252d_ba42), ("tryAggregate", 0xbce3_8bd7),
      ("tryBlockAndAggregate", 0x3995_42e9), ("blockAndAggregate", 0xc307_7fa9),
      ("aggregate3", 0x82ad_56cb), ("aggregate3Value", 0x174d_ea71),
      ("getBlockHash", 0xee82_ac5e), ("getLastBlockHash", 0x27e8_6d6e),
      ("getBlockNumber", 0x42cb_b15c), ("getCurrentBlockTimestamp", 0x0f28_c97d),
      ("getCurrentBlockGasLimit", 0x86d5_16e8), ("getCurrentBlockCoinbase", 0xa8b0_574e),
      ("getCurrentBlockDifficulty", 0x7242_5d9d), ("getEthBalance", 0x4d23_01cc),
      ("getChainId", 0x3408_e470), ("getBasefee", 0x3e64_a696),
    ]
    #expect(all.map(\.0) == golden.map(\.0) && all.map(\.1) == golden.map(\.1))
    #expect(
      Hex.text(Multicall.declaration.address.bytes)
        == "0xca11bde05977b3631167028862be2a173976ca11")
    #expect(Registry.module(at: Self.carrier)?.number == Multicall.number)
    let plain = Address(high: 0xf4ee_401d_0000_0000, middle: 0, low: UInt32(Multicall.number))
    #expect(Registry.module(at: plain) == nil, "it has one address")
    #expect(
      Multicall.declaration.rejections.map(\.code) == Multicall.Code.allCases.map(\.rawValue))
    #expect(
      Multicall.declaration.events.map { Hex.text($0.topic.bytes) } == [
        "0xa2866842a39416abea63858688a5029a06c9b61b3256574575b65c84a00eab9c"
      ])
  }

  /// Each result alone; what is refused leaves nothing; the modules see Multicall3 as the sender.
  @Test("edge case 8: results stand alone, and Multicall3 is the sender")
  func resultsStandAlone() throws {
    var state = try Fixtures.state()
    let calls: [(Address, [UInt8])] = [
      (Fixtures.token, Self.balanceOf(Fixtures.alice)),
      (Fixtures.token, Fixtures.transfer(Fixtures.bob, 1)),
      (Fixtures.token, Fixtures.approve(Fixtures.bob, Word(3))),
      (Fixtures.bob, [1, 2, 3, 4]), (Fixtures.bob, []),
      (CarriedCalls.batch, CarriedCalls.batch([])), (Self.carrier, [0x34, 0x08, 0xe4, 0x70]),
      (Fixtures.token, [0x70, 0xa0, 0x82, 0x31]),
    ]
    let outcome = state.send(
      Fixtures.alice, to: Self.carrier, CarriedCalls.tryAggregate(false, calls),
      gasLimit: 1_000_000)
    let answer = try #require(outcome.answer)
    let results = try CarriedCalls.results(answer)
    #expect(results.map(\.success) == [true, false, true, false, true, false, true, false])
    let fee = outcome.fee.units
    #expect(results[0].returnData == Word(10_000_000 - fee).bytes)
    let poor = Token.rejection(.insufficientBalance, Word(Self.carrier), .zero, Word(1))
    #expect(results[1].returnData == Registry.revertData(poor))
    #expect(results[2].returnData == Word(1).bytes && results[4].returnData == [])
    let unknown = Kernel.rejection(.unknownModule, Word(Fixtures.bob))
    #expect(results[3].returnData == Registry.revertData(unknown))
    let nested = Kernel.rejection(.nestedTooDeep, Word(CarriedCalls.batch))
    #expect(results[5].returnData == Registry.revertData(nested))
    #expect(results[6].returnData == Word(UInt128(state.genesis.chainID)).bytes)
    #expect(state.allowance(Self.carrier, Fixtures.bob) == UInt256(3))
    #expect(state.event(outcome.events.upperBound - 1) == [Word(Fixtures.alice), Word(8), Word(4)])
    // Its own, four operations or what was meant as one, two queries of 60,000 besides the first.
    #expect(outcome.gasUsed == 30_000 + 3 * 60_000 + 35_000 + 30_000 + 3 * 21_000)
    #expect(state.invariants() == [])
  }

  /// The shapes of all forms, to the byte.
  @Test func answersAreCanonical() throws {
    var state = try Fixtures.state()
    let supply = Word(state.totalSupply().units).bytes
    let one = [Multicall.Result(success: true, returnData: supply)]
    let call = [Multicall.Call(target: Fixtures.token, callData: Self.supply)]
    let call3 = [
      Multicall.Call3(target: Fixtures.token, allowFailure: false, callData: Self.supply)
    ]
    let height = UInt256(UInt128(state.ledger.height))
    let rows: [([UInt8], [UInt8])] = [
      (
        ABIWriter.encode(call, after: [0x25, 0x2d, 0xba, 0x42]),
        ABIWriter.encode(height, [supply])
      ),
      (ABIWriter.encode(true, call, after: [0xbc, 0xe3, 0x8b, 0xd7]), ABIWriter.encode(one)),
      (
        ABIWriter.encode(true, call, after: [0x39, 0x95, 0x42, 0xe9]),
        ABIWriter.encode(height, Word.zero, one)
      ),
      (
        ABIWriter.encode(call, after: [0xc3, 0x07, 0x7f, 0xa9]),
        ABIWriter.encode(height, Word.zero, one)
      ),
      (ABIWriter.encode(call3, after: [0x82, 0xad, 0x56, 0xcb]), ABIWriter.encode(one)),
      (CarriedCalls.aggregate3Value([]), ABIWriter.encode([Multicall.Result]())),
    ]
    for (data, expected) in rows {
      let call = state.call(.zero, to: Self.carrier, data)
      let preview = state.preview(call)
      #expect(preview.answer == expected)
      let outcome = state.send(Fixtures.alice, to: Self.carrier, data)
      #expect(outcome.answer == expected)
    }
  }

  private func text(_ outcome: Outcome) throws -> String {
    let data = try #require(outcome.revert)
    #expect(Array(data.prefix(4)) == [0x08, 0xc3, 0x79, 0xa0])
    return try ABIReader.decode(data, from: 4, as: String.self)
  }

  @Test("rejections of multicall, in the order of the guards")
  func guardsAnswerInOrder() throws {
    var state = try Fixtures.state()
    let bad = CarriedCalls.paid(Fixtures.token, 0, mayFail: false, Fixtures.burn(1 << 90))
    func send(
      _ state: inout EconomyState, _ calls: [Multicall.Call3Value], _ value: UInt128,
      by sender: Address = Fixtures.alice
    ) -> Outcome {
      state.send(
        sender, to: Self.carrier, CarriedCalls.aggregate3Value(calls), value: value,
        gasLimit: 20_000_000)
    }
    #expect(
      send(&state, Array(repeating: bad, count: 257), Self.unit).status
        == .rejected(Multicall.rejection(.tooManyCalls, Word(257), Word(256))))
    #expect(try text(send(&state, [bad], Self.unit)) == "Multicall3: value mismatch")
    let wide = Multicall.Call3Value(
      target: Fixtures.bob, allowFailure: true, value: UInt256(high: 1, low: 0), callData: [])
    #expect(try text(send(&state, [wide], 0)) == "Multicall3: value mismatch")
    #expect(try text(send(&state, [bad], 0)) == "Multicall3: call failed")
    let strict = CarriedCalls.tryAggregate(true, [(Fixtures.token, Fixtures.burn(1 << 90))])
    let outcome = state.send(Fixtures.alice, to: Self.carrier, strict)
    #expect(try text(outcome) == "Multicall3: call failed")
    let older = CarriedCalls.aggregate([(Fixtures.token, Fixtures.burn(1 << 90))])
    #expect(
      state.send(Fixtures.alice, to: Self.carrier, older, value: Self.unit).status
        == .rejected(Kernel.rejection(.valueNotAccepted)))
    // Value that the sender does not have reaches its guard in a preview alone.
    let poor = state.preview(
      state.call(
        Fixtures.dave, to: Self.carrier,
        CarriedCalls.aggregate3Value([CarriedCalls.paid(Fixtures.bob, Self.unit)]),
        value: Self.unit))
    #expect(
      poor.status
        == .rejected(Token.rejection(.insufficientBalance, Word(Fixtures.dave), .zero, Word(1))))
    let query = try #require(Access.declaration.queries.first { $0.name == "roles" })
    let asked = CarriedCalls.paid(Access.declaration.address, 0, Selector(query.selector).bytes)
    let roles = try query.answer(state, [], 0).count
    #expect(roles * 256 < Limits.batchAnswerBytes, "else the next lines show nothing")
    #expect(send(&state, Array(repeating: asked, count: 256), 0).isSuccess)
    var net = try DevelopmentNetwork()
    let heavy = CarriedCalls.paid(
      Compliance.declaration.address, 0, try CarriedCalls.longList(of: &net))
    #expect(
      send(&net.state, Array(repeating: heavy, count: 200), 0, by: DevelopmentNetwork.alice).status
        == .rejected(Multicall.rejection(.answerTooLarge, Word(1_048_576))))
  }

  /// What comes is what goes: paid calls, and the value of refused ones back to the sender.
  @Test(arguments: ["dta", "btt"]) func valueIsExact(economy: String) throws {
    var state = try Fixtures.state(economy)
    let wei = state.genesis.network.weiPerUnit
    let pool = SystemAddress.account(state.genesis.network.feeAccount)
    let before = [Fixtures.alice, Fixtures.bob].map { state.balance(of: $0).units }
    let data = CarriedCalls.aggregate3Value([
      CarriedCalls.paid(Fixtures.bob, 7 * wei), CarriedCalls.paid(pool, 5 * wei),
      CarriedCalls.paid(Fixtures.token, 3 * wei, Self.supply),
    ])
    let outcome = state.send(Fixtures.alice, to: Self.carrier, data, value: 15 * wei)
    let results = try CarriedCalls.results(try #require(outcome.answer))
    #expect(results.map(\.success) == [true, false, false])
    #expect(state.balance(of: Fixtures.alice).units == before[0] - 7 - outcome.fee.units)
    #expect(state.balance(of: Fixtures.bob).units == before[1] + 7)
    #expect(state.balance(of: Self.carrier) == .zero)
    #expect(state.invariants() == [])
  }

  /// Value that came for one call can be spent by another in Multicall3's name; the books hold, and
  /// the sender alone has paid.
  @Test func valueOfOneCallSpentByAnother() throws {
    var state = try Fixtures.state()
    let carol = state.balance(of: Fixtures.carol).units
    let alice = state.balance(of: Fixtures.alice).units
    let data = CarriedCalls.aggregate3Value([
      CarriedCalls.paid(Fixtures.token, 0, Fixtures.transfer(Fixtures.carol, 5)),
      CarriedCalls.paid(Fixtures.bob, 6 * Self.unit),
    ])
    let outcome = state.send(Fixtures.alice, to: Self.carrier, data, value: 6 * Self.unit)
    let results = try CarriedCalls.results(try #require(outcome.answer))
    #expect(results.map(\.success) == [true, false])
    #expect(state.balance(of: Fixtures.carol).units == carol + 5)
    #expect(state.balance(of: Fixtures.alice).units == alice - 5 - outcome.fee.units)
    #expect(state.balance(of: Self.carrier) == .zero)
  }

  /// Incident 15: nobody blocked sends value through it, and a blocked payee's waits.
  @Test("T07, incident 15: Multicall3 is no way around the block list")
  func blockedStayBlocked() throws {
    typealias Net = DevelopmentNetwork
    var net = try Net()
    let data = CarriedCalls.aggregate3Value([CarriedCalls.paid(Net.carol, Self.unit)])
    net.accept(
      Compliance.declaration, "blockAccount", [.account(Net.alice), .bytes(Digest.zero.bytes)],
      by: Net.compliance)
    #expect(
      net.state.send(Net.alice, to: Self.carrier, data, value: Self.unit).status
        == .rejected(Compliance.rejection(.accountBlocked, Word(Net.alice))))
    net.accept(
      Compliance.declaration, "blockAccount", [.account(Net.carol), .bytes(Digest.zero.bytes)],
      by: Net.compliance)
    let carol = net.units(Net.carol)
    #expect(net.state.send(Net.bob, to: Self.carrier, data, value: Self.unit).isSuccess)
    #expect(net.units(Net.carol) == carol && net.units("compliance.quarantine") == 1)
  }

  /// Nobody gives it anything: no units, no allowance.
  @Test func nobodyGivesItAnything() throws {
    var state = try Fixtures.state()
    let outcomes = [
      state.send(Fixtures.alice, Fixtures.transfer(Self.carrier, 1)),
      state.send(Fixtures.alice, to: Self.carrier, value: Self.unit),
      state.send(Fixtures.alice, Fixtures.approve(Self.carrier, Word(1))),
    ]
    #expect(outcomes.filter(\.isSuccess).isEmpty)
  }

  /// As the EVM remembers: 256 blocks before the open one.
  @Test func blockHashesAreRemembered() throws {
    var state = try Fixtures.state()
    let start = state.ledger.height
    func hash(_ height: Height) -> Digest { Keccak256.hash("block \(height)") }
    for height in 0..<600 as Range<Height> {
      state.remember(block: hash(height), at: height)
      if height >= start { _ = state.beginBlock(height: height + 1, time: state.ledger.time) }
    }
    #expect(state.ledger.height == 600)
    #expect(state.lastBlockHash() == hash(599))
    for height in [344, 345, 500, 599] as [Height] {
      #expect(state.blockHash(UInt256(UInt128(height))) == hash(height))
    }
    for height in [0, 343, 600, 601, .max] as [Height] {
      #expect(state.blockHash(UInt256(UInt128(height))) == .zero)
    }
    #expect(state.blockHash(.max) == .zero)
    // From the block before the open one back to the 256th.
    #expect(!MulticallRules.isTold(600, at: 600) && MulticallRules.isTold(599, at: 600))
    #expect(MulticallRules.isTold(344, at: 600) && !MulticallRules.isTold(343, at: 600))
    #expect(state.invariants() == [])
    let image = PlainImage(state.image())
    var loaded = try image.load(state.genesis)
    let roots = (loaded.stateRoot(), state.stateRoot())
    #expect(roots.0 == roots.1 && loaded.blockHash(UInt256(599)) == hash(599))
    var edited = image
    edited.tables[edited.place(48)].rows[0] ^= 1
    #expect(throws: ImageFailure.self) { _ = try edited.load(state.genesis) }
    #expect(Multicall.BlockHashRow.wordCount == 5)
    #expect(MemoryLayout<Multicall.BlockHashRow>.size == 40)
  }

  @Test func queriesAnswer() throws {
    let state = try Fixtures.state()
    func ask(_ name: String, _ words: [Word] = []) throws -> [UInt8] {
      let query = try #require(Multicall.declaration.queries.first { $0.name == name })
      return try query.answer(state, words.flatMap(\.bytes), 0)
    }
    let network = state.genesis.network
    let rows: [(String, UInt256)] = [
      ("getBlockNumber", UInt256(1)), ("getChainId", UInt256(UInt128(state.genesis.chainID))),
      ("getCurrentBlockTimestamp", UInt256(UInt128(state.ledger.time.seconds))),
      ("getCurrentBlockGasLimit", UInt256(UInt128(network.blockGasLimit))),
      ("getBasefee", UInt256(network.baseFee)), ("getCurrentBlockCoinbase", .zero),
      ("getCurrentBlockDifficulty", .zero), ("getLastBlockHash", .zero),
    ]
    for (name, expected) in rows { #expect(try ask(name) == Word(expected).bytes, "\(name)") }
    #expect(
      try ask("getEthBalance", [Word(Fixtures.alice)]) == Word(10_000_000 * Self.unit).bytes)
    #expect(try ask("getBlockHash", [Word(0)]) == Word.zero.bytes)
  }
}
