internal import Primitives

/// A scenario as its file states it: what is given, what happens when, and what must then be so.
struct GoldenScenario {
  let id: String
  /// The economy's short name, such as `dta`.
  let economy: String
  let given: Given
  let steps: [Step]
  let checks: [Check]

  /// What the economy is before the first step.
  struct Given {
    /// Members and what each holds, in base units.
    var open: [(name: String, units: UInt128)] = []
    /// Named accounts of the economy and what each holds.
    var accounts: [(name: String, units: UInt128)] = []
    var scores: [(actor: String, bonus: String, score: UInt128)] = []
    /// Epochs over which revenue moves to the pool.
    var smoothingEpochs: UInt128?
    /// Epochs over which the fee share flows.
    var feeSmoothingEpochs: UInt128?
  }

  struct Step {
    let number: UInt64
    /// Seconds since genesis.
    let time: UInt64
    let action: Action
    /// The member who acts, without `user.`.
    let actor: String?
    /// Which of the actor's positions.
    let position: Selector?
    /// What the step asks a position to be called.
    let label: String?
  }

  enum Action {
    case stake(principal: UInt128, seconds: UInt64)
    case claim
    case compound
    case earlyExit
    case unstake
    /// Time passes, and what is due happens.
    case advance
    /// A wallet's release is asked for, at the step's time or at another.
    case vesting(String?, at: UInt64?)
    /// What has vested of a wallet is paid to its beneficiary.
    case release(String)
    /// A milestone of the economy is reached.
    case milestone(String)
    case deposit(to: String?, units: UInt128)
    case feeShare(units: UInt128)
    case transfer(to: String, units: UInt128)
    case transferPosition(to: String)
    case score(bonus: String, score: UInt128?)
  }

  enum Selector: Equatable {
    /// As the step that opened it calls it.
    case label(String)
    /// The actor's positions in the order of staking, from 1.
    case place(UInt64)
  }

  struct Check {
    let step: UInt64
    /// A member or position other than the step's own.
    let actor: String?
    let position: Selector?
    let expect: [JSONMember]
  }
}

/// What is wrong with a scenario file, and where.
struct GoldenFault: Error {
  /// An RFC 6901 pointer into the file.
  let pointer: String
  let cause: String

  init(_ pointer: String, _ cause: String) {
    self.pointer = pointer
    self.cause = cause
  }
}

extension GoldenScenario {
  /// A hundred years: a scenario of more is a slip of the pen.
  static let longest: UInt64 = 3_153_600_000

  init(_ value: JSONValue, at pointer: String) throws(GoldenFault) {
    let prose = ["title", "note", "formulas", "covers", "about"]
    var reader = try GoldenReader(value, at: pointer)
    id = try reader.text("id")
    let given = try reader.required("given")
    guard let economy = try reader.optionalText("economy") ?? Self.economy(given) else {
      throw GoldenFault(pointer, "no \"economy\": name an economy, such as \"dta\"")
    }
    self.economy = economy
    self.given = try Given(given, at: "\(pointer)/given")
    var steps: [Step] = []
    for (place, step) in try reader.list("when").enumerated() {
      steps.append(try Step(step, at: "\(pointer)/when/\(place)"))
    }
    for place in steps.indices.dropFirst() {
      let (one, next) = (steps[place - 1], steps[place])
      guard next.number > one.number else {
        throw GoldenFault("\(pointer)/when/\(place)/step", "steps must be numbered upwards")
      }
      guard next.time >= one.time else {
        throw GoldenFault(
          "\(pointer)/when/\(place)/t", "\(next.time) s lies before the step above it")
      }
    }
    self.steps = steps
    var checks: [Check] = []
    for (place, check) in try reader.list("then").enumerated() {
      let check = try Check(check, at: "\(pointer)/then/\(place)")
      guard steps.contains(where: { $0.number == check.step }) else {
        throw GoldenFault("\(pointer)/then/\(place)/afterStep", "there is no step \(check.step)")
      }
      checks.append(check)
    }
    self.checks = checks
    try reader.finish(ignoring: prose)
  }
}

extension GoldenScenario {
  /// `dta` of `economy-dta.json`.
  private static func economy(_ given: JSONValue) -> String? {
    guard let file = given["economySpec"]?.string, file.hasPrefix("economy-"),
      file.hasSuffix(".json")
    else { return nil }
    return String(file.dropFirst(8).dropLast(5))
  }
}

extension GoldenScenario.Given {
  init(_ value: JSONValue, at pointer: String) throws(GoldenFault) {
    var reader = try GoldenReader(value, at: pointer)
    _ = try reader.optionalText("economySpec")
    if let open = reader.take("open") {
      var members = try GoldenReader(open, at: "\(pointer)/open")
      for name in members.names {
        self.open.append((GoldenScenario.actor(name), try members.whole(name)))
      }
    }
    if let scores = reader.take("scores") {
      var actors = try GoldenReader(scores, at: "\(pointer)/scores")
      for actor in actors.names {
        var bonuses = try GoldenReader(
          actors.required(actor), at: "\(pointer)/scores/\(actor)")
        for bonus in bonuses.names {
          self.scores.append((GoldenScenario.actor(actor), bonus, try bonuses.whole(bonus)))
        }
      }
    }
    smoothingEpochs = try reader.optionalWhole("smoothingEpochs")
    feeSmoothingEpochs = try reader.optionalWhole("feeSmoothingEpochs")
    _ = reader.take("note")
    for name in reader.names {
      let units = try reader.whole(name)
      if name.hasPrefix("user.") {
        open.append((GoldenScenario.actor(name), units))
      } else {
        accounts.append((name, units))
      }
    }
  }
}

extension GoldenScenario {
  /// A member's name without `user.`.
  static func actor(_ name: String) -> String {
    name.hasPrefix("user.") ? String(name.dropFirst(5)) : name
  }
}

extension GoldenScenario.Step {
  init(_ value: JSONValue, at pointer: String) throws(GoldenFault) {
    var reader = try GoldenReader(value, at: pointer)
    number = try reader.wide("step")
    time = try Self.time(&reader)
    guard time <= GoldenScenario.longest else {
      throw GoldenFault("\(pointer)/t", "\(time) s are more than a hundred years")
    }
    let name = try reader.text("op")
    actor = try reader.optionalActor()
    action = try Self.action(name, &reader, at: pointer)
    if case .stake = action {
      label = reader.take("position").flatMap { $0.string ?? $0.whole.map { "\($0)" } }
      position = nil
    } else {
      label = nil
      position = try GoldenScenario.selector(&reader)
    }
    switch action {
    case .advance, .vesting, .release, .milestone, .deposit, .feeShare: break
    default:
      guard actor != nil else { throw GoldenFault(pointer, "\"\(name)\" needs an \"actor\"") }
    }
    try reader.finish(ignoring: ["note"])
  }

  /// `t` in seconds, or whole days or months of 2,628,000 s, since genesis.
  private static func time(_ reader: inout GoldenReader) throws(GoldenFault) -> UInt64 {
    for (name, unit) in [("day", Seconds.day), ("month", Seconds.month)] {
      guard let count = try reader.optionalWide(name) else { continue }
      return count > GoldenScenario.longest ? count : count * unit.count
    }
    return try reader.wide("t")
  }

  private static func action(
    _ name: String, _ reader: inout GoldenReader, at pointer: String
  ) throws(GoldenFault) -> GoldenScenario.Action {
    switch name {
    case "stake":
      let principal = try reader.whole("principal")
      let lock = try reader.optionalWide("lockDays")
      let days: UInt64
      if let lock { days = lock } else { days = try reader.wide("days") }
      guard days <= 36_500 else { throw GoldenFault(pointer, "a lock of \(days) days") }
      return .stake(principal: principal, seconds: days * Seconds.day.count)
    case "claim": return .claim
    case "compound": return .compound
    case "earlyExit", "exitEarly": return .earlyExit
    case "unstake": return .unstake
    case "lockEnd", "advance", "epoch": return .advance
    case "vesting", "query", "queryVesting", "vestingQuery":
      var wallet: String?
      for name in ["wallet", "account", "grant", "of"] where wallet == nil {
        wallet = try reader.optionalText(name)
      }
      return .vesting(wallet, at: try reader.optionalWide("at"))
    case "release": return .release(try reader.text("wallet"))
    case "milestone": return .milestone(try reader.text("milestone"))
    case "platformRevenue":
      return .deposit(to: try reader.optionalText("to"), units: try reader.whole("units"))
    case "feeShareDeposit":
      _ = try reader.optionalText("to")
      return .feeShare(units: try reader.whole("units"))
    case "transfer":
      return .transfer(
        to: GoldenScenario.actor(try reader.text("to")), units: try reader.whole("units"))
    case "transferPosition":
      return .transferPosition(to: GoldenScenario.actor(try reader.text("to")))
    case "score":
      return .score(bonus: try reader.text("bonus"), score: try reader.optionalWhole("score"))
    default:
      throw GoldenFault(
        "\(pointer)/op",
        "no step is called \"\(name)\": stake, claim, compound, earlyExit, unstake, lockEnd, "
          + "advance, vesting, release, milestone, platformRevenue, feeShareDeposit, transfer, "
          + "transferPosition and score are")
    }
  }
}

extension GoldenScenario {
  /// `position`: a name that a stake gave, or which of the actor's positions, from 1.
  static func selector(_ reader: inout GoldenReader) throws(GoldenFault) -> Selector? {
    guard let value = reader.take("position") else { return nil }
    if let place = value.whole.flatMap({ UInt64(exactly: $0) }) { return .place(place) }
    if let label = value.string { return .label(label) }
    throw GoldenFault(reader.pointer, "\"position\" is neither a name nor a number")
  }
}

extension GoldenScenario.Check {
  init(_ value: JSONValue, at pointer: String) throws(GoldenFault) {
    var reader = try GoldenReader(value, at: pointer)
    step = try reader.wide("afterStep")
    actor = try reader.optionalActor()
    position = try GoldenScenario.selector(&reader)
    guard let members = try reader.required("expect").members, !members.isEmpty else {
      throw GoldenFault("\(pointer)/expect", "nothing is expected")
    }
    expect = members
    try reader.finish(ignoring: ["note"])
  }
}
