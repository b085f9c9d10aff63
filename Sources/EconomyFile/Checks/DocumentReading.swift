internal import Primitives

extension EconomyDocument {
  /// Reads every section, then checks what binds sections to one another. What is wrong is noted in
  /// the reading of `root`; the value is to be used only where nothing was.
  init(_ root: Node) {
    let reading = root.reading
    let fields = root.fields
    fields.prose("status")
    specVersion = fields.text("specVersion")
    economyID = fields.text("economyId")
    title = fields.text("title")
    tree = root.value
    // The token first: amounts of all others need its decimals and its supply.
    let empty = Fields(Node(value: .null, pointer: "/", reading: Reading()))
    token = Token(fields.required("token")?.fields ?? empty)
    time = Time(fields.required("time")?.fields ?? empty)
    network = Network(fields.required("network")?.fields ?? empty)
    let access = Access(fields.required("access")?.fields ?? empty)
    self.access = access
    let accounts = fields.required("accounts")?.fields
    accounts?.prose("note", "ref", "decision")
    let flow = accounts?.list("flow") ?? []
    let names = flow.map { $0.text() }
    accounts?.finish()
    flowAccounts = names.filter { $0 != "user" && !$0.isEmpty }
    Self.checkUnique(names, of: flow)

    let parts = fields.list("allocations", isEmpty: false)
    var allocations: [Allocation] = []
    let allocationsAreSound = reading.isSound { allocations = parts.map { Allocation($0.fields) } }
    self.allocations = allocations
    let poolNodes = fields.list("pools")
    var pools: [Pool] = []
    let poolsAreSound = reading.isSound { pools = poolNodes.map { Pool($0.fields) } }
    self.pools = pools
    var staking = Staking(empty)
    let stakingIsSound = reading.isSound {
      if let section = fields.required("staking")?.fields { staking = Staking(section) }
    }
    self.staking = staking
    fees = Fees(fields.required("fees")?.fields ?? empty)
    var burns = Burns(empty)
    let burnsAreSound = reading.isSound {
      if let section = fields.required("burns")?.fields { burns = Burns(section) }
    }
    self.burns = burns
    governance = Governance(fields.required("governance")?.fields ?? empty)
    releaseGovernor = (fields.required("releaseGovernor")?.fields).flatMap { ReleaseGovernor($0) }
    let milestoneNodes = fields.list("milestones")
    milestones = milestoneNodes.map { Milestone($0.fields) }
    let boundNodes = fields.list("bounds")
    bounds = boundNodes.map { Bound($0.fields) }
    let wallets = allocations.flatMap(\.children).flatMap(\.wallets).map(\.account)
    let declared = wallets + flowAccounts
    let grantNodes = fields.optional("grants")?.list() ?? []
    grants = grantNodes.map { Grant($0.fields, accounts: declared, access: access) }
    OtherSections.read(fields, accounts: declared)
    fields.finish()

    Self.checkUnique(milestones.map(\.id), of: milestoneNodes, key: "id")
    for (bound, node) in zip(bounds, boundNodes) { bound.check(node, root: tree) }
    checkParametersAreUnique(boundNodes)
    Checks(document: self, reading: reading).run(
      allocationsAreSound: allocationsAreSound, poolsAreSound: poolsAreSound,
      stakingIsSound: stakingIsSound, burnsAreSound: burnsAreSound)
  }

  private func checkParametersAreUnique(_ nodes: [Node]) {
    var seen: [String] = []
    for (bound, node) in zip(bounds, nodes) {
      for pointer in Bound.expand(bound.pointer, in: tree) {
        if seen.contains(pointer) {
          node.fail("\(pointer) has bounds already", repair: "keep one of them")
        }
        seen.append(pointer)
      }
    }
  }

  /// Notes names that stand twice; `nodes` are their places, or the objects that have them at
  /// `key`.
  static func checkUnique(_ names: [String], of nodes: [Node], key: String? = nil) {
    for (place, name) in names.enumerated()
    where !name.isEmpty && names[..<place].contains(name) && nodes.indices.contains(place) {
      nodes[place].reading.add(
        nodes[place].pointer + (key.map { "/" + $0 } ?? ""), "\"\(name)\" stands twice",
        repair: "rename one or remove it")
    }
  }
}

/// Checks across values and sections. Each runs on what was read soundly.
struct Checks {
  let document: EconomyDocument
  let reading: Reading

  func run(
    allocationsAreSound: Bool, poolsAreSound: Bool, stakingIsSound: Bool, burnsAreSound: Bool
  ) {
    if allocationsAreSound, reading.supply != nil { allocations() }
    if allocationsAreSound, poolsAreSound { pools() }
    if allocationsAreSound { releases() }
    if stakingIsSound, reading.decimals != nil { staking() }
    fees()
    governance()
    if allocationsAreSound {
      accounts()
      beneficiaries()
      if burnsAreSound, document.tree["burns"] != nil { burns() }
      grants()
    }
    if reading.problems.isEmpty { yearPlan() }
  }

  func fail(_ pointer: String, _ cause: String, repair: String) {
    reading.add(pointer, cause, repair: repair)
  }

  /// An amount in tokens for a message.
  func tokens(_ units: UInt128) -> String {
    TokenAmount.text(units, decimals: reading.decimals ?? 0)
  }

  /// The sum, or nil past 128 bits.
  func sum(_ amounts: [Amount]) -> Amount? {
    var total = Amount.zero
    for amount in amounts {
      guard let next = total.adding(amount) else { return nil }
      total = next
    }
    return total
  }

  /// Requires that `parts` sum to `whole`.
  func match(_ parts: [Amount], _ whole: Amount, at pointer: String, _ what: String, _ of: String) {
    guard let total = sum(parts) else {
      fail(pointer, "\(what) sum to more than 128 bits", repair: "correct the amounts")
      return
    }
    if total != whole {
      let more = total > whole
      let difference = more ? total.units - whole.units : whole.units - total.units
      fail(
        pointer,
        "\(what) sum to \(tokens(total.units)) tokens, \(of) \(tokens(whole.units))",
        repair: "\(more ? "take" : "add") \(tokens(difference)) tokens")
    }
  }

  /// Requires that each number is larger than the one before it.
  func rising(
    _ numbers: [UInt128], at pointers: [String], _ what: String,
    shown: (UInt128) -> String = { String($0) }
  ) {
    for place in numbers.indices.dropFirst() where numbers[place] <= numbers[place - 1] {
      fail(
        pointers[place],
        "\(what) \(shown(numbers[place])) is not above the one before, "
          + "\(shown(numbers[place - 1]))",
        repair: "put the rows in rising order, or correct the number")
    }
  }
}
