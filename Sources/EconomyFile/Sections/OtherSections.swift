internal import Primitives

/// Sections that no module reads yet: kept as trees, checked for known keys, whole numbers, amounts
/// that agree with themselves and accounts that exist.
enum OtherSections {
  /// The sections and the keys that may stand anywhere inside them.
  private static let vocabulary: [(section: String, keys: [String])] = [
    ("sources", ["S0", "S1", "S2", "audit"]),
    (
      "conventions",
      [
        "amounts", "bpsDenominator", "indexScale", "rateScale", "rateUnits", "rounding",
        "wideIntermediates", "epochSeconds", "monthSeconds", "yearSeconds", "epochsPerYear",
        "calendar",
      ]
    ),
    (
      "twins",
      [
        "enabled", "reason", "types", "id", "bond", "bondRefundable", "maxTwinsPerIdentity",
        "registrationReward", "pool", "amount", "condition", "bondUnlockDays", "registrationFee",
        "bondEarnsStaking", "feed", "basePerMonth", "rounding", "proRataWhenShort", "unspent",
        "qualityMultiplier", "fromMicro", "toMicro", "startBps", "endBps", "probationPeriods",
        "probationCapBps", "quality", "scaleMicro", "initialMicro", "alphaBps", "maxUpMicro",
        "maxDownMicro", "up", "down", "slashing", "thresholdMicro", "consecutivePeriods",
        "slashBps", "to", "thenSuspendUntilBondToppedUp", "simulation", "pricePerHour", "billing",
        "path",
      ]
    ),
    (
      "marketplace",
      [
        "enabled", "reason", "kind", "listingFee", "byCategory", "id", "fee", "providerBond",
        "escrow", "account", "disputeHours", "refundOnFailure", "attribution",
        "shareOfProviderBps", "remainderTo", "weights", "aiStaking", "optIn", "accumulator",
        "rating", "scaleMicro", "alphaBps", "multiplier", "providerReceives", "nodeBond",
        "priority",
      ]
    ),
    (
      "data",
      [
        "enabled", "reason", "classes", "id", "weightBps", "licences", "privacyPremiumBps",
        "pointPrice", "perContributorMonthlyCap", "rewardFormula", "attribution",
        "shareOfProviderBps", "note",
      ]
    ),
    ("streams", ["enabled", "reason", "rate", "rounding", "depletion", "feeOn"]),
    (
      "mining",
      [
        "enabled", "reason", "pool", "weights", "computeBps", "qualityBps", "geographyBps",
        "energyBps", "formula", "qualityGateBps", "geography", "regionCapBps", "energy", "eRef",
        "operatorCapBps", "operatorCapActivatesAtOperators", "capOverflow", "remainder",
        "baselineComputeUnits",
      ]
    ),
    (
      "rwa",
      [
        "enabled", "reason", "primary", "secondary", "distribution", "account", "accumulator",
        "carry", "assetClasses", "approval",
      ]
    ),
    ("payfi", ["enabled", "reason", "category", "crossBorderAndTelemedicineBurn"]),
    (
      "incentives",
      [
        "enabled", "reason", "items", "pool", "actions", "id", "reward", "caps", "perPatientDay",
        "perPatientMonth", "perHospitalDay", "identity", "proRataWhenShort", "unspent",
      ]
    ),
    (
      "swap",
      [
        "rate", "num", "den", "externalAsset", "externalDecimals", "value", "assumed",
        "conversion", "pool", "deadlineDays", "unclaimed", "earlyBonus", "loyaltyBonus",
        "account", "windowDays", "vest", "kind", "cliffMode", "startMonth", "lockMonths",
        "durationMonths", "condition", "paidAtDays",
      ]
    ),
    (
      "targets",
      ["byMonth", "holders", "twins", "aiProviders", "staked", "hospitals", "count"]
    ),
    (
      "solvencyScenarios",
      [
        "note", "months", "low", "base", "high", "stakedTarget", "rampMonths", "aprBps",
        "bonusBps", "twins", "twinRampMonths", "twinGrowthBpsPerMonth", "twinMultBps",
        "providers", "aiPerProviderMonth", "contributors", "dataPerContributorMonth",
        "govPerMonth", "volumeMonth15", "volumeGrowthBpsPerMonth", "stakedShareBps",
        "patientsPerHospital", "rewardPerPatientMonth", "hospitalsM24", "hospitalsM36",
        "hospitalGrowthBpsPerMonth", "spendPerHospitalMonth", "payfiPerHospitalMonth", "rwaMonth",
        "nodesM24",
      ]
    ),
  ]

  /// What the engine counts with, whatever a file says.
  private static let constants: [(key: String, value: UInt128)] = [
    ("bpsDenominator", 10_000), ("indexScale", 1_000_000_000_000_000_000_000_000),
    ("rateScale", 100_000_000), ("epochSeconds", 86_400), ("monthSeconds", 2_628_000),
    ("yearSeconds", 31_536_000), ("epochsPerYear", 365),
  ]

  /// Sections that a module switches on by "enabled".
  private static let switched = [
    "twins", "marketplace", "data", "streams", "mining", "rwa", "payfi", "incentives",
  ]

  static func read(_ fields: Fields, accounts: [String]) {
    for (section, keys) in vocabulary {
      guard let node = fields.optional(section) else { continue }
      let known = keys + ["ref", "decision", "why", "tokens", "units"]
      if node.value.members == nil {
        node.fail("\(node.value.kind) stands where an object must", repair: "write { ... }")
      }
      walk(node, known: known, accounts: accounts)
      if switched.contains(section), node.value.members != nil {
        if let flag = node.value["enabled"] {
          if flag.bool == nil {
            node.reading.add(
              node.pointer + "/enabled", "\(flag.kind) stands where a flag must",
              repair: "write true or false")
          }
        } else {
          node.fail("the key \"enabled\" is missing", repair: "add it: true or false")
        }
      }
    }
    for node in fields.list("hardLimits") { _ = node.text() }
    if let conventions = fields.node.value["conventions"] {
      for (key, value) in constants {
        guard let stated = conventions[key], EconomyDocument.Bound.number(stated) != value else {
          continue
        }
        fields.reading.add(
          "/conventions/\(key)", "the engine counts with \(value)", repair: "write \(value)")
      }
    }
    if let weights = fields.optional("mining")?.value["weights"] {
      let sum = (weights.members ?? []).reduce(UInt128(0)) { sum, member in
        sum.addingReportingOverflow(member.value.whole ?? 0).partialValue
      }
      if sum != 10_000 {
        fields.reading.add(
          "/mining/weights", "the weights sum to \(grouped(sum)) bps", repair: "make them 10,000")
      }
    }
  }

  private static func walk(_ node: Node, known: [String], accounts: [String]) {
    switch node.value {
    case .number: _ = node.whole(in: 0...UInt64.max)
    case .array: for element in node.list() { walk(element, known: known, accounts: accounts) }
    case .object(let members):
      for (name, child) in node.entries() {
        if !known.contains(name) {
          child.fail(
            "unknown key",
            repair: Spelling.nearest(to: name, among: known).map { "did you mean \"\($0)\"?" }
              ?? "remove it")
        }
        if name == "account" || name == "pool", let account = child.value.string,
          !accounts.contains(account)
        {
          child.fail(
            "no account is called \"\(account)\"",
            repair: Spelling.nearest(to: account, among: accounts)
              .map { "did you mean \"\($0)\"?" } ?? "declare it in /accounts/flow")
        }
        // What is not a text for readers is read as what it is.
        walk(child, known: known, accounts: accounts)
      }
      if members.contains(where: { $0.name == "tokens" || $0.name == "units" }) {
        let fields = Fields(node)
        _ = fields.amountHere()
        fields.finish()
      }
    case .null, .bool, .string: break
    }
  }
}
