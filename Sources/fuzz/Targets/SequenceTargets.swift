import Simulation

/// Whole stretches of life: bytes become operations of all modules by many accounts.
enum SequenceTargets {
  static let all = [
    sequence("operations", "DTA"),
    sequence("operations-btt", "BTT"),
  ]

  private static func sequence(_ name: String, _ economy: String) -> Target {
    Target(
      name,
      "operations of the \(economy) economy: every invariant after each, undo exact, replay equal",
      limit: 2_048, patience: 10,
      seeds: {
        var generator = Generator(seed: 11)
        return (0..<4).map { _ in (0..<96).map { _ in UInt8(generator.below(256)) } }
      },
      run: { input in
        guard let sequence = economy == "DTA" ? dta : btt else { return .broken("no economy") }
        let found = sequence.run(input)
        if let fault = found.faults.first { return .broken(fault) }
        return found.accepted > 0 ? .accepted : .refused
      })
  }

  private static let dta = try? OperationSequence(text: Genuine.economies.dta)
  private static let btt = try? OperationSequence(text: Genuine.economies.btt)
}
