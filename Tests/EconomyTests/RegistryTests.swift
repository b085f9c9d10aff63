import Ledger
import Primitives
import Testing

@testable import Economy

@Suite struct RegistryTests {
  @Test func declarationsAreSound() {
    #expect(Registry.verify() == [])
  }

  @Test func everythingHasHelpAndAnExample() {
    for module in Registry.modules {
      #expect(!module.help.isEmpty && !module.name.isEmpty)
      for call in module.calls {
        #expect(!call.help.isEmpty, "\(module.name).\(call.name)")
        #expect(
          call.parameters.isEmpty || !call.example.isEmpty, "\(module.name).\(call.name)")
        #expect(
          call.example.split(separator: " ").count == call.parameters.count,
          "the example of \(module.name).\(call.name) has a word for every parameter")
      }
      for query in module.queries {
        #expect(!query.help.isEmpty, "\(module.name).\(query.name)")
        #expect(
          query.example.split(separator: " ").count == query.parameters.count,
          "the example of \(module.name).\(query.name) has a word for every parameter")
        #expect(!query.returns.isEmpty)
      }
      for event in module.events { #expect(!event.help.isEmpty, "\(event.name)") }
      for rejection in module.rejections { #expect(!rejection.help.isEmpty, "\(rejection.name)") }
    }
    for rejection in Kernel.rejections { #expect(!rejection.help.isEmpty, "\(rejection.name)") }
  }

  /// A case without its declaration, or a declaration without its case, fails here.
  @Test func codesAndDeclarationsMatch() {
    #expect(Kernel.rejections.map(\.code) == Kernel.Code.allCases.map(\.rawValue))
    #expect(Token.declaration.rejections.map(\.code) == Token.Code.allCases.map(\.rawValue))
    #expect(
      Token.declaration.events.map(\.code) == [0] + Token.Event.allCases.map(\.rawValue))
    for code in Kernel.Code.allCases {
      #expect(Registry.rejection(Kernel.rejection(code))?.code == code.rawValue)
    }
    for code in Token.Code.allCases {
      #expect(Registry.rejection(Token.rejection(code))?.code == code.rawValue)
    }
    #expect(Registry.rejection(Rejection(module: 0, code: 200)) == nil)
    #expect(Registry.rejection(Rejection(module: 99, code: 1)) == nil)
  }

  /// A rejection is at most three static words, an event's topics come first.
  @Test func shapesFitTheRecords() {
    for module in Registry.modules {
      for rejection in module.rejections + Kernel.rejections {
        #expect(rejection.parameters.count <= 3)
        // A batch's is made of another rejection and its place.
        if rejection.name == "CallFailed" { continue }
        for parameter in rejection.parameters { #expect(!parameter.type.isDynamic) }
      }
      for event in module.events {
        let indexed = event.parameters.map(\.isIndexed)
        #expect(indexed.filter { $0 }.count <= 3)
        #expect(indexed == indexed.sorted { $0 && !$1 })
      }
    }
  }

  @Test func addressesAreFixed() {
    #expect(
      Hex.text(SystemAddress.module(1).bytes) == "0xf4ee401d00000000000000000000000000000001")
    #expect(
      Hex.text(SystemAddress.sender.bytes) == "0xfffffffffffffffffffffffffffffffffffffffe")
    #expect(SystemAddress.account("sink.burned") == .zero)
    #expect(SystemAddress.account("pool.staking") != SystemAddress.account("pool.stakinG"))
    #expect(SystemAddress.moduleNumber(SystemAddress.module(255)) == 255)
    #expect(SystemAddress.moduleNumber(SystemAddress.account("pool.staking")) == nil)
    #expect(
      SystemAddress.moduleNumber(Address(high: 0xf4ee_401d << 32, middle: 0, low: 256)) == nil)
    #expect(Registry.module(at: SystemAddress.module(1))?.name == "token")
    #expect(Registry.module(at: SystemAddress.module(99)) == nil)
    #expect(Registry.module(0) == nil)
  }

  /// Call data of any bytes decodes to some operation and never traps.
  @Test func hostileCallDataNeverTraps() throws {
    var seed: UInt64 = 7
    func next() -> UInt64 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return seed >> 33
    }
    let good = [
      Fixtures.transfer(Fixtures.bob, 5), Fixtures.approve(Fixtures.bob, Word(5 as UInt128)),
      Fixtures.transferFrom(Fixtures.bob, Fixtures.carol, 5), Fixtures.burn(5),
      Fixtures.burnFrom(Fixtures.bob, 5),
    ]
    var refused = 0
    for round in 0..<4_000 {
      var data = good[round % good.count]
      for _ in 0...next() % 3 {
        switch next() % 4 {
        case 0: data = Array(data.prefix(Int(next()) % (data.count + 1)))
        case 1: data.append(UInt8(next() & 255))
        default: if !data.isEmpty { data[Int(next()) % data.count] ^= 1 << UInt8(next() % 8) }
        }
      }
      let call = Registry.decode(to: Fixtures.token, data: data, range: 0..<data.count)
      if case .refused(let rejection) = call.operation {
        refused += 1
        #expect(rejection.module == Kernel.number && call.module == 0)
      } else {
        #expect(call.module == Token.number)
      }
    }
    #expect(refused > 1_000)
  }

  /// Arguments are read from a range inside a larger buffer.
  @Test func decodesInsideABuffer() {
    let data = Fixtures.burn(42)
    let buffer = [9, 9, 9] + data + [7]
    let call = Registry.decode(to: Fixtures.token, data: buffer, range: 3..<3 + data.count)
    guard case .token(.burn(let burn)) = call.operation else {
      Issue.record("not a burn: \(call.operation)")
      return
    }
    #expect(burn.amount == Amount(42) && call.place == 3)
  }
}
