internal import Economy

/// One module's share of random life: what its members ask of it, and a naive model beside it.
///
/// A workload asks through declared calls alone and learns through declared events and queries
/// alone; its model keeps its own books, as simply as they can be written.
protocol Workload {
  /// The module's number.
  static var module: UInt8 { get }

  /// Of a thousand operations, about how many are this module's.
  var share: Int { get }

  /// Reads what the start of the network decides.
  mutating func setUp(_ world: inout World)

  /// Asks something of the module, as a rule once.
  mutating func step(_ world: inout World)

  /// Follows something that happened, by whoever's doing.
  mutating func observe(_ news: News, _ world: inout World)

  /// Compares model and engine, once a day.
  func check(_ world: borrowing World) -> [String]
}

extension Workload {
  mutating func setUp(_ world: inout World) {}
  mutating func observe(_ news: News, _ world: inout World) {}
  func check(_ world: borrowing World) -> [String] { [] }
}

/// An event and when it was.
struct News {
  /// Seconds since genesis.
  let time: UInt64
  let module: UInt8
  let happening: Happening

  var name: String { happening.name }

  func isFrom(_ module: UInt8, _ name: String) -> Bool {
    self.module == module && happening.name == name
  }
}

/// The workload of every module, in the order of the registry.
enum Workloads {
  static func all(_ genesis: Genesis) -> [any Workload] {
    [
      TokenWorkload(seed: 0, genesis: genesis), AccessWorkload(), ComplianceWorkload(),
      ParametersWorkload(), PoolsWorkload(), VestingWorkload(), StakingWorkload(),
      BatchWorkload(), MulticallWorkload(),
    ]
  }
}
