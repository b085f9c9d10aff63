import Ledger
import Primitives
import Testing

@testable import Economy

/// What holds for every operation of every module, generated from the declarations: a module that
/// is added is covered as it stands.
@Suite struct OperationSurfaceTests {
  typealias Net = DevelopmentNetwork

  private static func data(_ call: CallDeclaration) throws -> [UInt8] {
    var data: [UInt8] = []
    call.selector.appendBigEndian(to: &data)
    return try ABITree.encode(
      ComplianceMatrixTests.arguments(call), as: call.parameters.map(\.type), after: data)
  }

  /// Each row breaks one guard of the kernel and those behind it: data, gas, value, then the
  /// matrix, then the module's own.
  @Test(
    "rejections of kernel: every operation refuses bad data, little gas and value, in this order")
  func kernelGuardsEveryOperation() throws {
    var net = try Net()
    net.accept(
      Compliance.declaration, "blockAccount", [.account(Net.bob), .bytes(Digest.zero.bytes)],
      by: Net.compliance)
    var seen = 0
    for module in Registry.modules {
      for call in module.calls {
        let name = "\(module.name).\(call.name)"
        let data = try Self.data(call)
        let selector = Word(UInt128(call.selector))
        let needed = net.state.gasTable.needed(
          Registry.decode(to: module.address, data: data, range: 0..<data.count))
        let value = net.state.genesis.network.weiPerUnit
        func status(_ net: inout Net, _ data: [UInt8], _ gas: UInt64) -> Outcome.Status {
          net.state.send(Net.bob, to: module.address, data, value: value, gasLimit: gas).status
        }
        let cut = Array(data.dropLast())
        let malformed = Kernel.rejection(
          call.parameters.isEmpty ? .unknownOperation : .malformedArguments,
          call.parameters.isEmpty ? .zero : selector)
        #expect(status(&net, cut, needed - 1) == .rejected(malformed), "\(name)")
        let gas = Kernel.rejection(
          .outOfGas, Word(UInt128(needed - 1)), Word(UInt128(needed)))
        #expect(status(&net, data, needed - 1) == .rejected(gas), "\(name)")
        let refusal = Outcome.Status.rejected(Kernel.rejection(.valueNotAccepted))
        #expect((status(&net, data, needed) == refusal) != call.isPayable, "\(name)")
        seen += 1
      }
    }
    #expect(seen == Registry.modules.reduce(0) { $0 + $1.calls.count })
    #expect(net.state.invariants().isEmpty)
  }

  @Test("every module has queries and events; every operation help and an example")
  func everyOperationIsDeclaredWhole() {
    for module in Registry.modules {
      #expect(!module.queries.isEmpty && !module.events.isEmpty && !module.rejections.isEmpty)
      for call in module.calls {
        #expect(!call.help.isEmpty, "\(module.name).\(call.name)")
        #expect(
          call.example.split(separator: " ").count == call.parameters.count,
          "\(module.name).\(call.name)")
      }
    }
  }
}
