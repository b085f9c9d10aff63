import Economy
import Glibc
import Ledger
import Primitives
import Simulation

/// What an account costs in memory once everything about it stands: row, index and tree.
final class AccountBytesCase: BenchCase {
  let name: String
  let unit = "bytes/account"
  let note: String
  private let base: Genesis
  private let accounts: Int

  init(_ base: Genesis, accounts: Int, label: String) {
    name = "memory.account.\(label)"
    note =
      "growth of the process by a state from a checkpoint, with index and tree, \(label) accounts"
    self.base = base
    self.accounts = accounts
  }

  /// The difference that the accounts make, so that the state's fixed parts do not count.
  func measure() throws -> Sample {
    try Self.givingBackAtOnce {
      let few = try bytes(of: 1_000)
      let many = try bytes(of: accounts)
      return Sample(value: Double(many - few) / Double(accounts - 1_000), count: accounts)
    }
  }

  private func bytes(of accounts: Int) throws -> Int {
    let image = RowImage(try Population(base, accounts: accounts, keyed: 0))
    let before = try Self.inUse()
    var state = try image.load()
    guard state.stateRoot() == image.root else { throw BenchFailure("\(name): another root") }
    return try Self.inUse() - before
  }

  /// Makes every table an allocation of the system's, which is gone when it is freed: so the
  /// process's size is what it holds. Afterwards the allocator works as it does by itself once it
  /// has seen large tables.
  private static func givingBackAtOnce<Value>(_ body: () throws -> Value) throws -> Value {
    typealias SetOption = @convention(c) (Int32, Int32) -> Int32
    // glibc's M_MMAP_THRESHOLD; the module of Swift's that imports glibc leaves it out.
    guard let symbol = dlsym(nil, "mallopt") else {
      throw BenchFailure("the allocator has no option for mapped memory")
    }
    let set = unsafeBitCast(symbol, to: SetOption.self)
    _ = set(-3, 1 << 16)
    defer { _ = set(-3, 32 << 20) }
    return try body()
  }

  /// Bytes of this process in memory.
  private static func inUse() throws -> Int {
    let fields = try ProbeProcess.run("cat /proc/\(getpid())/statm").first?.split(separator: " ")
    guard let fields, fields.count > 1, let pages = Int(fields[1]) else {
      throw BenchFailure("/proc does not say how much memory this process has")
    }
    return pages * sysconf(Int32(_SC_PAGESIZE))
  }
}

extension Suites {
  /// V18 and V19: ten times as many accounts, and a few that take most of the transfers.
  func scale(_ runner: inout Runner) throws {
    let counts = plan.isQuick ? (100_000, 1_000_000) : (1_000_000, 10_000_000)
    let labels = plan.isQuick ? ("100k", "1m") : ("1m", "10m")
    let small = try Population(genesis, accounts: counts.0, keyed: 0)
    let large = try Population(genesis, accounts: counts.1, keyed: 0)
    try runner.run(
      Suite(
        name: "scale",
        cases: [
          ExecutionCase(small, label: labels.0, plan: plan),
          ExecutionCase(large, label: labels.1, plan: plan),
          ExecutionCase(small, label: labels.0, plan: plan, isSkewed: true),
        ],
        comparisons: [
          Suite.Comparison(
            name: "V18: execution at \(labels.1) / at \(labels.0) accounts",
            subject: "execute.\(labels.1)", anchor: "execute.\(labels.0)", goal: "0.7"),
          Suite.Comparison(
            name: "V19: execution, Zipf 0.99 / uniform, \(labels.0)",
            subject: "execute.\(labels.0).zipf", anchor: "execute.\(labels.0)", goal: "1"),
        ]))
  }

  /// V18's other half, once: it needs no rounds, being exact but for a page.
  func memory(_ runner: inout Runner) throws {
    let (accounts, label) = plan.isQuick ? (1_000_000, "1m") : (10_000_000, "10m")
    try runner.once(AccountBytesCase(genesis, accounts: accounts, label: label))
  }
}

/// Numbers from 0 below a count where the k-th is drawn in proportion to 1 / (k + 1)^0.99, by the
/// rejection that Hörmann and Derflinger gave for such weights; floating point is the workload's
/// affair alone.
struct Zipf {
  private let count: Double
  private let exponent = 0.99
  private let low: Double
  private let high: Double

  init(below count: Int) {
    self.count = Double(count)
    low = Self.integral(1.5, 0.99) - 1
    high = Self.integral(Double(count) + 0.5, 0.99)
  }

  /// The next number, of a uniform generator.
  func next(_ generator: inout Generator) -> Int {
    while true {
      let uniform = Double(generator.next() >> 11) * 0x1p-53
      let drawn = high + uniform * (low - high)
      let x = inverse(drawn)
      let k = max(1, min(count, x.rounded()))
      if drawn >= Self.integral(k + 0.5, exponent) - pow(k, -exponent) { return Int(k) - 1 }
    }
  }

  private static func integral(_ x: Double, _ exponent: Double) -> Double {
    (pow(x, 1 - exponent) - 1) / (1 - exponent)
  }

  private func inverse(_ y: Double) -> Double {
    pow(1 + y * (1 - exponent), 1 / (1 - exponent))
  }
}
